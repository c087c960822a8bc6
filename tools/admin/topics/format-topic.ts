import { ZERO_UUID } from '../../../client/protocol/schema';
import {
  NO_LEADER,
  replicationFactor,
  type DescribedPartition,
  type DescribedTopic,
} from './described-topic';
import type { DescriptionPlan } from './partition-report';

/** The lines of `kafka-topics --describe` about one topic, tab-separated as TopicCommand.java's. */
export function formatTopic(topic: DescribedTopic, plan: DescriptionPlan): string[] {
  const lines = plan.partitions.map((partition) => partitionLine(topic.name, partition));
  return plan.topicLine ? [topicLine(topic), ...lines] : lines;
}

function topicLine({ name, topicId, partitions, configs }: DescribedTopic): string {
  return [
    `Topic: ${name}`,
    ...(topicId === ZERO_UUID ? [] : [`TopicId: ${topicId}`]),
    `PartitionCount: ${partitions.length}`,
    `ReplicationFactor: ${factorOf(partitions)}`,
    `Configs: ${configs.map((config) => `${config.name}=${config.value}`).join(',')}`,
  ].join('\t');
}

function partitionLine(topic: string, partition: DescribedPartition): string {
  const { reassignment } = partition;
  return [
    `\tTopic: ${topic}`,
    `Partition: ${partition.partition}`,
    `Leader: ${partition.leader === NO_LEADER ? 'none' : partition.leader}`,
    `Replicas: ${partition.replicas.join(',')}`,
    `Isr: ${partition.isr.join(',')}`,
    ...(reassignment
      ? [
          `Adding Replicas: ${reassignment.addingReplicas.join(',')}`,
          `Removing Replicas: ${reassignment.removingReplicas.join(',')}`,
        ]
      : []),
    // Eligible leader replicas exist in KRaft clusters only; Kafka prints the columns regardless.
    'Elr: N/A',
    'LastKnownElr: N/A',
  ].join('\t');
}

/** The same as an object for `--json`. */
export function topicAsJson(topic: DescribedTopic, plan: DescriptionPlan): object {
  return {
    topic: topic.name,
    topicId: topic.topicId,
    partitionCount: topic.partitions.length,
    replicationFactor: factorOf(topic.partitions),
    configs: Object.fromEntries(topic.configs.map(({ name, value }) => [name, value])),
    partitions: plan.partitions.map(({ partition, leader, replicas, isr, reassignment }) => ({
      partition,
      leader: leader === NO_LEADER ? null : leader,
      replicas,
      isr,
      ...(reassignment && {
        addingReplicas: reassignment.addingReplicas,
        removingReplicas: reassignment.removingReplicas,
      }),
    })),
  };
}

/** That of the first partition stands for all, as in Kafka. */
function factorOf([first]: readonly DescribedPartition[]): number {
  return first ? replicationFactor(first) : 0;
}
