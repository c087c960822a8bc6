import { effectiveMinIsr } from '../../broker/replication/isr-state';
import { ids, says, type Statement } from './finding';
import { statePath, type StatedPartition } from './look-up';
import type { Snapshot } from './snapshot';

/**
 * Replicas that have to be in sync for writes with acks=all, as its leader takes it: never more than
 * the partition has, those yet to be added apart. undefined when nobody leads or the leader does not answer.
 */
export function minIsrOf(
  snapshot: Snapshot,
  { topic, assignment, state }: StatedPartition,
): number | undefined {
  const configured = snapshot.brokers.get(state.leader)?.answers?.minIsr.get(topic);
  const { replicas, adding } = assignment;
  const factor = replicas.filter((id) => !adding.includes(id)).length;
  return configured === undefined ? undefined : effectiveMinIsr(configured, factor);
}

/** The replicas in sync, and how many its leader asks for. */
export function isrBesideMinimum(partition: StatedPartition, minimum: number): Statement[] {
  const { isr, leader } = partition.state;
  return [
    says(statePath(partition), `isr ${ids(isr)}`),
    says(`broker ${leader}`, `min.insync.replicas ${minimum}`),
  ];
}
