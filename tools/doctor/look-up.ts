import { paths } from '../../zk-coordination/stores/paths';
import {
  topicPartitionKey,
  type TopicPartition,
} from '../../zk-coordination/stores/topic-partition';
import type {
  BrokerAnswers,
  DiskPartitionView,
  DiskView,
  PartitionView,
  Snapshot,
  StateView,
  TopicView,
} from './snapshot';

/** What checks ask of a snapshot again and again. */

/** Whether somebody wants the topic gone: nothing has to fit together any more. */
export function isBeingDeleted(snapshot: Snapshot, topic: string): boolean {
  const wish = snapshot.zookeeper.deletions.get(topic);
  if (wish === undefined) return false;
  const topicId = snapshot.zookeeper.topics.get(topic)?.topicId;
  return wish.topicId === null || topicId === undefined || wish.topicId === topicId;
}

/** All topics but those being deleted. */
export function* topicsOf(snapshot: Snapshot): Generator<TopicView> {
  for (const topic of snapshot.zookeeper.topics.values()) {
    if (!isBeingDeleted(snapshot, topic.name)) yield topic;
  }
}

/** Their partitions. */
export function* partitionsOf(snapshot: Snapshot): Generator<PartitionView> {
  for (const topic of topicsOf(snapshot)) yield* topic.partitions.values();
}

export interface StatedPartition extends PartitionView {
  readonly state: StateView;
}

/** Those of them that have a state. */
export function* statedPartitionsOf(snapshot: Snapshot): Generator<StatedPartition> {
  for (const partition of partitionsOf(snapshot)) {
    if (partition.state !== null) yield partition as StatedPartition;
  }
}

export interface AnsweringBroker {
  readonly id: number;
  readonly answers: BrokerAnswers;
}

/** Brokers that were reached. */
export function* answeringBrokers(snapshot: Snapshot): Generator<AnsweringBroker> {
  for (const { id, answers } of snapshot.brokers.values()) if (answers) yield { id, answers };
}

export function isAlive(snapshot: Snapshot, broker: number): boolean {
  return snapshot.zookeeper.registrations.has(broker);
}

/** Replicas that ought to be in sync and are not; those yet to be added do not count. */
export function missingReplicas({ assignment, state }: StatedPartition): number[] {
  const { replicas, adding } = assignment;
  return replicas.filter((id) => !state.isr.includes(id) && !adding.includes(id));
}

export function partitionOf(
  snapshot: Snapshot,
  { topic, partition }: TopicPartition,
): PartitionView | undefined {
  return snapshot.zookeeper.topics.get(topic)?.partitions.get(partition);
}

/** The path of a partition's state, to be named as a source. */
export function statePath({ topic, partition }: TopicPartition): string {
  return paths.partitionState(topic, partition);
}

export interface DiskPartition {
  readonly disk: DiskView;
  readonly directory: DiskPartitionView;
}

/** What lies in the log directories that were looked at. */
export function* directoriesOf(snapshot: Snapshot): Generator<DiskPartition> {
  for (const disk of snapshot.disks) {
    for (const directory of disk.directories) yield { disk, directory };
  }
}

/** Subject and topic of a finding about a partition. */
export function about({ topic, partition }: TopicPartition): { subject: string; topic: string } {
  return { subject: topicPartitionKey({ topic, partition }), topic };
}
