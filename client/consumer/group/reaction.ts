import type { ErrorName } from '../../protocol/error-codes';
import { ProtocolError } from '../../protocol/protocol-error';
import { KafkaClassicError } from '../../runtime/error';
import { ClientClosedError } from '../../network';

/**
 * What a member does about an error of its coordinator.
 *
 * - `repeat`: ask the same coordinator again after a backoff.
 * - `find-coordinator`: ask who it is now, then repeat there in the same generation.
 * - `rejoin`: join again; what the member has is still its own.
 * - `take-id`: join again under the id that came with the error (KIP-394).
 * - `lost-generation`: the group has gone on without the member: join again under the same id.
 * - `lost-membership`: the coordinator does not know the member: join as a new one.
 * - `fail`: the application has to hear of it.
 */
export type GroupReaction =
  | 'repeat'
  | 'find-coordinator'
  | 'rejoin'
  | 'take-id'
  | 'lost-generation'
  | 'lost-membership'
  | 'fail';

const reactions: Partial<Record<ErrorName, GroupReaction>> = {
  COORDINATOR_LOAD_IN_PROGRESS: 'repeat',
  UNSTABLE_OFFSET_COMMIT: 'repeat',
  // It has just vanished from the metadata.
  BROKER_NOT_AVAILABLE: 'find-coordinator',
  COORDINATOR_NOT_AVAILABLE: 'find-coordinator',
  NOT_COORDINATOR: 'find-coordinator',
  REBALANCE_IN_PROGRESS: 'rejoin',
  MEMBER_ID_REQUIRED: 'take-id',
  ILLEGAL_GENERATION: 'lost-generation',
  UNKNOWN_MEMBER_ID: 'lost-membership',
};

/** The reaction to whatever a request to the coordinator brought. */
export function reactionToError(error: unknown): GroupReaction {
  if (error instanceof ProtocolError) {
    return reactions[error.code] ?? (error.retriable ? 'repeat' : 'fail');
  }
  if (error instanceof ClientClosedError || !KafkaClassicError.is(error)) return 'fail';
  // No answer: the coordinator may be dead, and another one in its place.
  return error.retriable ? 'find-coordinator' : 'fail';
}
