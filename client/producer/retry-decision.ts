import { actionFor } from '../network';
import { KafkaClassicError } from '../runtime/error';

/** What to do with a batch after a failed attempt. */
export interface RetryDecision {
  readonly next: 'retry' | 'split' | 'fail';
  /** Whether what is known about leaders is suspect. */
  readonly refreshMetadata: boolean;
}

const tooLarge: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/**
 * Decides by the error's class: a batch the broker finds too large is split as long as it holds
 * more than one record, retriable errors are repeated, all others end it. `deliveryTimeoutMs` is
 * watched elsewhere.
 *
 * @param retries repetitions at most
 */
export function decideRetry(
  error: Error,
  batch: { readonly attempts: number; readonly recordCount: number },
  retries: number,
): RetryDecision {
  const action = actionFor(error);
  const refreshMetadata = action === 'refresh-metadata' || action === 'reconnect';
  if (!KafkaClassicError.is(error)) return { next: 'fail', refreshMetadata };
  // A smaller batch is a new one: splitting is not a repetition.
  if (tooLarge.has(error.code) && batch.recordCount > 1) return { next: 'split', refreshMetadata };
  if (!error.retriable || batch.attempts > retries) return { next: 'fail', refreshMetadata };
  // No answer in time may mean a broker that is gone.
  return { next: 'retry', refreshMetadata: refreshMetadata || error.code === 'REQUEST_TIMED_OUT' };
}
