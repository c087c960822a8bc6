import type { ClientAction } from '../protocol/error-codes';
import { ProtocolError } from '../protocol/protocol-error';
import { backoffMs } from '../runtime/backoff';
import { delay, type Clock } from '../runtime/clock';
import { describeError, KafkaClassicError } from '../runtime/error';
import { inTime } from '../runtime/in-time';
import { Reminders } from '../runtime/reminders';
import type { RetryOptions } from './client-options';
import { ConnectionError } from './connection-error';

/** An operation was repeated until its time or its repetitions were used up. */
export class RetriesExhaustedError extends KafkaClassicError {
  readonly attempts: number;
  /** Milliseconds from the first attempt to the end of the last. */
  readonly elapsedMs: number;

  /**
   * @param what the step that failed, as the beginning of a sentence
   * @param cause the last error; undefined when there was no answer at all
   */
  constructor(what: string, attempts: number, elapsedMs: number, cause: unknown) {
    const count = attempts === 1 ? 'one attempt' : `${attempts} attempts`;
    const last = cause === undefined ? 'No answer came.' : `The last time: ${describeError(cause)}`;
    super(`${what} did not succeed in ${Math.round(elapsedMs)} ms and ${count}. ${last}`, {
      code: 'RETRIES_EXHAUSTED',
      retriable: true,
      advice: 'Look at the last cause; allow more time if it goes away by itself.',
      cause,
    });
    this.attempts = attempts;
    this.elapsedMs = elapsedMs;
  }
}

/** What to do about an error before the operation is repeated. */
export function actionFor(error: unknown): ClientAction {
  if (error instanceof ProtocolError) return error.action;
  if (error instanceof ConnectionError) return 'reconnect';
  return KafkaClassicError.is(error) && error.retriable ? 'retry' : 'fix-request';
}

export interface RetryCall {
  /** The step, as the beginning of a sentence: "Creating topics". */
  what: string;
  policy: Required<RetryOptions>;
  /** Milliseconds for all attempts and the waits between them. */
  timeoutMs: number;
  clock: Clock;
  random: () => number;
  /** Called before each repetition; may repair things, such as refresh metadata. */
  beforeRetry?: (action: ClientAction, error: unknown) => Promise<void> | void;
  /** Called with the last error when it takes long, and then at growing distance. */
  onSlow?: (error: KafkaClassicError, elapsedMs: number) => void;
}

/** A request's own timeout, due at the same moment as the deadline, says more; it goes first. */
const DEADLINE_GRACE_MS = 20;

/**
 * Repeats an operation while its errors are retriable, with exponential backoff and jitter.
 *
 * @param operation given the number of the attempt, from 0, and the milliseconds left
 * @throws the operation's error when it is not retriable or came at the only attempt, else
 *   RetriesExhaustedError, at the latest when `timeoutMs` are over
 */
export async function retrying<T>(
  operation: (attempt: number, remainingMs: number) => Promise<T>,
  call: RetryCall,
): Promise<T> {
  const { what, policy, timeoutMs, clock, random, beforeRetry, onSlow } = call;
  const start = clock.monotonic();
  const backoff = {
    initialMs: policy.initialRetryTime,
    maxMs: policy.maxRetryTime,
    factor: policy.multiplier,
    jitter: policy.factor,
  };
  let last: unknown;
  const reminders = new Reminders();
  for (let attempt = 0; ; attempt++) {
    const remaining = start + timeoutMs - clock.monotonic();
    const late = (): Error =>
      new RetriesExhaustedError(what, attempt + 1, clock.monotonic() - start, last);
    try {
      const run = async (): Promise<T> => {
        if (attempt > 0) await beforeRetry?.(actionFor(last), last);
        return operation(attempt, start + timeoutMs - clock.monotonic());
      };
      return await inTime(run(), remaining + DEADLINE_GRACE_MS, clock, late);
    } catch (error) {
      if (!KafkaClassicError.is(error) || !error.retriable) throw error;
      if (error instanceof RetriesExhaustedError) throw error;
      const elapsed = clock.monotonic() - start;
      const wait = backoffMs(backoff, attempt, random);
      if (attempt >= policy.retries || elapsed + wait >= timeoutMs) {
        throw attempt === 0 ? error : new RetriesExhaustedError(what, attempt + 1, elapsed, error);
      }
      if (reminders.areDue(elapsed)) onSlow?.(error, elapsed);
      last = error;
      await delay(wait, clock);
    }
  }
}
