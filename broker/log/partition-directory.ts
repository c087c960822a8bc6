import { randomUUID } from 'node:crypto';
import type { TopicPartition } from './topic-partition';

/** What a directory inside a log directory is. */
export interface PartitionDirectory {
  readonly name: string;
  readonly topicPartition: TopicPartition;
  /** `delete`: on its way out; `future`: being moved here; `stray`: nobody needs it. */
  readonly kind: 'current' | 'delete' | 'future' | 'stray';
}

const current = /^(\S+)-(\d+)$/;
const renamed = /^(\S+)-(\d+)\.([0-9a-f]{32})-(delete|future|stray)$/;

/** @returns undefined when it is not a partition's */
export function parsePartitionDirectory(name: string): PartitionDirectory | undefined {
  const [, topic, partition, , kind] = renamed.exec(name) ?? [];
  if (topic !== undefined) {
    const topicPartition = { topic, partition: Number(partition) };
    return { name, topicPartition, kind: kind as 'delete' | 'future' | 'stray' };
  }
  const [, plainTopic, plainPartition] = current.exec(name) ?? [];
  if (plainTopic === undefined) return undefined;
  const topicPartition = { topic: plainTopic, partition: Number(plainPartition) };
  return { name, topicPartition, kind: 'current' };
}

/**
 * `<topic>-<partition>.<32 hex digits>-delete` or `-stray`. As in Kafka the topic is cut where the
 * name would be longer than the 255 bytes that file systems allow.
 */
export function renamedDirectoryName(
  topicPartition: TopicPartition,
  kind: 'delete' | 'stray',
): string {
  const suffix = `-${topicPartition.partition}.${randomUUID().replaceAll('-', '')}-${kind}`;
  return topicPartition.topic.slice(0, 255 - suffix.length) + suffix;
}
