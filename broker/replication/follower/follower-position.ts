import { errorFacts, type ErrorName } from '../../../client/protocol/error-codes';
import type { Log } from '../../log';

/** What a decision about a follower's log rests on. */
export type LogFacts = Pick<
  Log,
  'logStartOffset' | 'logEndOffset' | 'highWatermark' | 'epochEndOffset' | 'epochForOffset'
>;

/** No epoch, in requests. */
export const NO_EPOCH = -1;

/** One partition's share of a Fetch request. */
export interface FetchPosition {
  /** The leader counts everything below as replicated: never above what is written. */
  readonly fetchOffset: number;
  readonly currentLeaderEpoch: number;
  /** Leader epoch of the last record the follower has; {@link NO_EPOCH} when it has none. */
  readonly lastFetchedEpoch: number;
  readonly logStartOffset: number;
  readonly partitionMaxBytes: number;
}

/**
 * Leader epoch of the last record of a log, {@link NO_EPOCH} when the log is empty or does not know.
 *
 * Not the latest epoch of the epoch cache, as in Kafka: a leader enters its epoch there before it
 * writes, so that the epoch of a leader which wrote nothing would be claimed for a record of its
 * predecessor.
 */
export function lastRecordEpoch(log: LogFacts): number {
  if (log.logEndOffset <= log.logStartOffset) return NO_EPOCH;
  return log.epochForOffset(log.logEndOffset - 1) ?? NO_EPOCH;
}

/** What a follower does about a partition's error code. */
export type Reaction =
  /** There is no error. */
  | 'take'
  /** Asks the leader where its log begins and ends, and moves there. */
  | 'reset'
  /** Stops until the controller gives another epoch. */
  | 'await-epoch'
  /** Asks again after a while; to be expected while leaders change. */
  | 'retry'
  /** Asks again after a while; somebody should know. */
  | 'complain';

const reactions: Partial<Record<ErrorName, Reaction>> = {
  NONE: 'take',
  OFFSET_OUT_OF_RANGE: 'reset',
  // The leader has an epoch which this broker has not been told yet.
  FENCED_LEADER_EPOCH: 'await-epoch',
  // This broker has been told of an epoch which the leader has not been told yet.
  UNKNOWN_LEADER_EPOCH: 'retry',
  NOT_LEADER_OR_FOLLOWER: 'retry',
  // The partition is being created or deleted, and the leader is ahead or behind.
  UNKNOWN_TOPIC_OR_PARTITION: 'retry',
  UNKNOWN_TOPIC_ID: 'retry',
  INCONSISTENT_TOPIC_ID: 'retry',
  LEADER_NOT_AVAILABLE: 'retry',
  OFFSET_NOT_AVAILABLE: 'retry',
};

/** How a follower reacts to a partition's error code in a Fetch response. */
export function reactionTo(errorCode: number): Reaction {
  return reactions[errorFacts(errorCode).name] ?? 'complain';
}
