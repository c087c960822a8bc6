import type { PartitionAssignment, StoredTopic } from '../../zk-coordination';
import type { ControlledPartition } from './controlled-partition';

/** A topic as the controller holds it. */
export interface ControlledTopic {
  readonly name: string;
  /** 22 characters of base64url; empty for topics older than topic ids. */
  readonly topicId: string;
  /** Tells the topic from an earlier one of the same name. */
  readonly czxid: bigint;
  /** zkVersion of the topic's znode as last read or written, for its next conditional change. */
  version: number;
  /** By partition number. */
  readonly partitions: Map<number, ControlledPartition>;
}

/** The topic as stored, its partitions not existing yet. */
export function controlledTopic(stored: StoredTopic): ControlledTopic {
  const topic: ControlledTopic = {
    name: stored.name,
    topicId: stored.topicId ?? '',
    czxid: stored.czxid,
    version: stored.version,
    partitions: new Map(),
  };
  for (const [partition, assignment] of stored.partitions) {
    addPartition(topic, partition, assignment);
  }
  return topic;
}

/** @returns the partition added */
export function addPartition(
  topic: ControlledTopic,
  partition: number,
  assignment: PartitionAssignment,
): ControlledPartition {
  const added: ControlledPartition = {
    topic: topic.name,
    partition,
    assignment,
    state: undefined,
    life: 'nonexistent',
    replicas: new Map(),
  };
  topic.partitions.set(partition, added);
  return added;
}

/** What the topic's znode has to hold, with other assignments for some partitions. */
export function assignmentsOf(
  topic: ControlledTopic,
  changes: ReadonlyMap<number, PartitionAssignment> = new Map(),
): Map<number, PartitionAssignment> {
  return new Map(
    [...topic.partitions].map(([partition, { assignment }]) => [
      partition,
      changes.get(partition) ?? assignment,
    ]),
  );
}
