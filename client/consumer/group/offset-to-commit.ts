import type { TopicPartition } from '../topic-partition';

/** An offset that a group shall remember. */
export interface OffsetToCommit extends TopicPartition {
  /** Of the next record to read: one more than that of the last one processed. */
  readonly offset: number;
  /** Leader epoch of the record before it, -1 for unknown (KIP-320). Default -1. */
  readonly leaderEpoch?: number;
  /** Anything to keep with it, up to `offset.metadata.max.bytes` of the broker. Default ''. */
  readonly metadata?: string;
}

/** An offset that a group remembers. */
export interface CommittedOffset extends TopicPartition {
  /** Of the next record to read; null when the group has committed none. */
  readonly offset: number | null;
  /** -1 when unknown. */
  readonly leaderEpoch: number;
  readonly metadata: string;
}
