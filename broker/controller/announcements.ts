import { NO_LEADER } from '../../zk-coordination';
import {
  deletedSnapshot,
  snapshotOf,
  type LeadershipEntry,
  type PartitionSnapshot,
} from './control-entry';
import type { ControlledPartition } from './controlled-partition';
import type { ControlledTopic } from './controlled-topic';
import type { ControllerTerm } from './controller-term';

/** Whether a replica is created by an instruction. */
export type IsNewReplica = (partition: ControlledPartition, brokerId: number) => boolean;

const nobodyIsNew: IsNewReplica = () => false;

/** Tells the live replicas of partitions what they lead and follow. */
export function tellReplicas(
  term: ControllerTerm,
  partitions: readonly ControlledPartition[],
  isNew = nobodyIsNew,
): void {
  const perBroker = new Map<number, LeadershipEntry[]>();
  for (const partition of partitions) {
    const snapshot = currentSnapshot(term, partition);
    if (!snapshot) continue;
    for (const id of partition.assignment.replicas) {
      const entries = perBroker.get(id) ?? [];
      entries.push({ ...snapshot, isNew: isNew(partition, id) });
      perBroker.set(id, entries);
    }
  }
  for (const [id, entries] of perBroker) term.outbox.leaderAndIsr(id, entries);
}

/** Tells every broker about partitions, for its answers to clients. */
export function tellEverybody(
  term: ControllerTerm,
  partitions: readonly ControlledPartition[],
): void {
  const snapshots = snapshotsOf(term, partitions);
  if (snapshots.length > 0) term.outbox.updateMetadata(snapshots);
}

/** Tells a broker that has joined everything: what there is in the cluster. */
export function tellMetadata(term: ControllerTerm, brokerIds: readonly number[]): void {
  const snapshots = snapshotsOf(term, [...term.context.partitions()]);
  for (const id of brokerIds) term.outbox.updateMetadata(snapshots, id);
}

/** Tells a broker that has joined all that it leads and follows; also when that is nothing. */
export function tellItsReplicas(
  term: ControllerTerm,
  brokerIds: readonly number[],
  isNew = nobodyIsNew,
): void {
  const ids = new Set(brokerIds);
  const perBroker = new Map(brokerIds.map((id): [number, LeadershipEntry[]] => [id, []]));
  for (const partition of term.context.partitions()) {
    const snapshot = currentSnapshot(term, partition);
    if (!snapshot) continue;
    for (const id of partition.assignment.replicas) {
      if (!ids.has(id) || isDeleted(term, partition, id)) continue;
      perBroker.get(id)?.push({ ...snapshot, isNew: isNew(partition, id) });
    }
  }
  for (const [id, entries] of perBroker) term.outbox.leaderAndIsr(id, entries);
}

/** Whoever has deleted its replica already must not make a new one. */
function isDeleted(
  { context }: ControllerTerm,
  partition: ControlledPartition,
  brokerId: number,
): boolean {
  return context.replicaLife({ partition, brokerId }) === 'deletion-successful';
}

/** Tells every broker that a topic is no more. */
export function tellGone(term: ControllerTerm, topic: ControlledTopic): void {
  const partitions = [...topic.partitions.keys()];
  term.outbox.updateMetadata(
    partitions.map((partition) => deletedSnapshot(topic, partition, term.epoch)),
  );
}

function snapshotsOf(
  term: ControllerTerm,
  partitions: readonly ControlledPartition[],
): PartitionSnapshot[] {
  return partitions.flatMap((partition) => {
    const snapshot = currentSnapshot(term, partition);
    if (!snapshot) return [];
    // While it is deleted, clients have nobody to go to.
    return [partition.life === 'nonexistent' ? { ...snapshot, leader: NO_LEADER } : snapshot];
  });
}

function currentSnapshot(
  { context }: ControllerTerm,
  partition: ControlledPartition,
): PartitionSnapshot | undefined {
  const topic = context.topics.get(partition.topic);
  return topic && snapshotOf(topic, partition, context.failedReplicas(partition));
}
