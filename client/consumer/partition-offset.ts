import type { TopicPartition } from './topic-partition';

/** An offset of a partition. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** The first record that is at least as young as asked for. */
export interface PartitionOffsetForTime extends TopicPartition {
  /** Null when all records are older. */
  readonly offset: number | null;
  /** Of that record, milliseconds since 1970; -1 without one. */
  readonly timestamp: number;
  /** -1 when unknown. */
  readonly leaderEpoch: number;
}
