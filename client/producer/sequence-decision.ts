import { ConnectionError, RequestTimeoutError, UnsupportedApiError } from '../network';
import type { ErrorName } from '../protocol/error-codes';
import { ProtocolError } from '../protocol/protocol-error';

/**
 * What an idempotent producer does about a failed batch because of its sequence; undefined when the
 * error has nothing to do with that.
 *
 * - `delivered`: the broker has it
 * - `wait`: it was refused because others have to come first; it goes after them
 * - `start-anew`: the broker waits for records that will not come; numbering starts anew
 * - `new-id`: the same, and the producer id cannot be used any more
 */
export type SequenceDecision = 'delivered' | 'wait' | 'start-anew' | 'new-id' | undefined;

/** What is known of a failed batch. */
export interface SequencedAttempt {
  /** Whether it was numbered under the identity that is in force. */
  readonly isCurrent: boolean;
  /** Whether no earlier batch of its partition is waiting or in flight. */
  readonly isFirst: boolean;
}

/** Kafka's `TransactionManager.canRetry`, for producers without transactions. */
export function decideSequence(error: Error, attempt: SequencedAttempt): SequenceDecision {
  if (!(error instanceof ProtocolError)) return undefined;
  switch (error.code) {
    case 'DUPLICATE_SEQUENCE_NUMBER':
      return 'delivered';
    case 'OUT_OF_ORDER_SEQUENCE_NUMBER':
    case 'UNKNOWN_PRODUCER_ID':
      return attempt.isCurrent && attempt.isFirst ? 'start-anew' : 'wait';
    case 'INVALID_PRODUCER_EPOCH':
      return attempt.isCurrent ? 'new-id' : 'wait';
    default:
      return undefined;
  }
}

/**
 * Errors with which brokers, ours and Kafka's, say that they have not appended a batch. Others may
 * come after the append, as NOT_LEADER_OR_FOLLOWER does when leadership is lost while followers are
 * waited for.
 */
const refusals: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'CORRUPT_MESSAGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_REQUIRED_ACKS',
  'NOT_ENOUGH_REPLICAS',
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'POLICY_VIOLATION',
]);

/** Whether a batch may be in the log although the attempt to send it failed so. */
export function mayBeAppended(error: Error): boolean {
  if (error instanceof ProtocolError) return !refusals.has(error.code);
  if (error instanceof UnsupportedApiError) return false;
  if (error instanceof ConnectionError || error instanceof RequestTimeoutError) {
    return error.maybeSent;
  }
  return true;
}
