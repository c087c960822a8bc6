import type { OngoingReassignment, PartitionItem } from '../../../client/admin';
import { nameOf, type Assignment } from './reassignment-file';

/** Between which brokers a partition moves. */
export interface Move extends PartitionItem {
  /** Brokers that hold it before, and may be asked for its records. */
  readonly sources: readonly number[];
  /** Brokers that are to hold it and do not yet. */
  readonly destinations: readonly number[];
}

/**
 * All that will be moving: what moves already, and what is to begin. A partition that is on its way
 * somewhere else goes on from where it came from.
 *
 * @param current where the partitions to begin with lie
 */
export function allMoves(
  ongoing: readonly OngoingReassignment[],
  proposed: readonly Assignment[],
  current: readonly Assignment[],
): Move[] {
  const moves = new Map<string, Move>();
  for (const { topic, partition, addingReplicas, ...reassignment } of ongoing) {
    const sources = originalReplicas({ ...reassignment, addingReplicas });
    moves.set(nameOf({ topic, partition }), {
      topic,
      partition,
      sources,
      destinations: addingReplicas,
    });
  }
  const present = new Map(current.map((assignment) => [nameOf(assignment), assignment.replicas]));
  for (const { topic, partition, replicas } of proposed) {
    const name = nameOf({ topic, partition });
    const sources = moves.get(name)?.sources ?? present.get(name) ?? [];
    const destinations = replicas.filter((id) => !sources.includes(id));
    moves.set(name, { topic, partition, sources, destinations });
  }
  return [...moves.values()];
}

/** Where a partition that is being moved lay before. */
export function originalReplicas({
  replicas,
  addingReplicas,
}: Pick<OngoingReassignment, 'replicas' | 'addingReplicas'>): number[] {
  return replicas.filter((id) => !addingReplicas.includes(id));
}
