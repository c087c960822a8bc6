import type { TopicPartition } from '../log';
import type { PartitionState } from './partition-state';

/** One partition's share of a LeaderAndIsr instruction. */
export interface LeaderAndIsr extends PartitionState {
  readonly topicPartition: TopicPartition;
  /** Kafka's base64 form. */
  readonly topicId: string;
  /** The controller creates the partition with this instruction. */
  readonly isNew: boolean;
}
