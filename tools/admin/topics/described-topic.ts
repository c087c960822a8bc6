import type { ConfigEntry, OngoingReassignment } from '../../../client/admin';
import type { PartitionMetadata } from '../../../client/network';

/** A partition as kafka-topics shows it. */
export interface DescribedPartition extends Pick<
  PartitionMetadata,
  'partition' | 'leader' | 'replicas' | 'isr'
> {
  /** Where it is being moved to and from; undefined when it is not. */
  readonly reassignment?: Pick<
    OngoingReassignment,
    'replicas' | 'addingReplicas' | 'removingReplicas'
  >;
}

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

/**
 * Replicas that the partition is meant to have: brokers that a move has yet to add do not count. A
 * move that was over when the partition was looked at is passed over, as TopicCommand.java does.
 */
export function replicationFactor({ replicas, reassignment }: DescribedPartition): number {
  if (!reassignment) return replicas.length;
  const { addingReplicas, removingReplicas } = reassignment;
  const isUnderWay = [...addingReplicas, ...removingReplicas].some((id) => replicas.includes(id));
  return isUnderWay ? reassignment.replicas.length - addingReplicas.length : replicas.length;
}
