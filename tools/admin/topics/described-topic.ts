import type { ConfigEntry } from '../../../client/admin';
import type { PartitionMetadata } from '../../../client/network';

/** A partition as kafka-topics shows it. */
export type DescribedPartition = Pick<
  PartitionMetadata,
  'partition' | 'leader' | 'replicas' | 'isr'
>;

/** A topic as kafka-topics shows it. */
export interface DescribedTopic {
  readonly name: string;
  readonly topicId: string;
  /** In order of their numbers. */
  readonly partitions: readonly DescribedPartition[];
  /** Configs whose value is not the built-in default. */
  readonly configs: readonly Pick<ConfigEntry, 'name' | 'value'>[];
  /** Its `min.insync.replicas`. */
  readonly minIsr: number;
}

export const NO_LEADER = -1;
