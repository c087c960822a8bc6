import { assigned, type PartitionAssignment } from '../../zk-coordination';

/** The brokers a partition had before the reassignment that is under way. */
export function originReplicas({ replicas, adding }: PartitionAssignment): number[] {
  return replicas.filter((id) => !adding.includes(id));
}

/** The brokers a partition will have when the reassignment that is under way is over. */
export function targetReplicas({ replicas, removing }: PartitionAssignment): number[] {
  return replicas.filter((id) => !removing.includes(id));
}

/** Whether a reassignment is under way. */
export function isBeingReassigned({ adding, removing }: PartitionAssignment): boolean {
  return adding.length > 0 || removing.length > 0;
}

/** Whether two assignments are the same, the order of the replicas included. */
export function sameAssignment(a: PartitionAssignment, b: PartitionAssignment): boolean {
  return (
    sameIds(a.replicas, b.replicas) &&
    sameIds(a.adding, b.adding) &&
    sameIds(a.removing, b.removing)
  );
}

/**
 * The assignment while replicas move to `target` (KIP-455): the target replicas first, in their
 * order, then those that leave. A reassignment that is under way is replaced: it goes on from the
 * brokers the partition had before it. Moving to the origin is how a reassignment is cancelled;
 * the origin's order is lost where it overlaps with the target.
 */
export function reassignedTo(
  current: PartitionAssignment,
  target: readonly number[],
): PartitionAssignment {
  const origin = originReplicas(current);
  return {
    replicas: [...target, ...origin.filter((id) => !target.includes(id))],
    adding: target.filter((id) => !origin.includes(id)),
    removing: origin.filter((id) => !target.includes(id)),
  };
}

/** The assignment when the reassignment is over. */
export function completedAssignment(assignment: PartitionAssignment): PartitionAssignment {
  return assigned(targetReplicas(assignment));
}

/** Replicas of a reassignment that another one has replaced, and that nobody needs any more. */
export function unneededReplicas(
  before: PartitionAssignment,
  after: PartitionAssignment,
): number[] {
  return before.replicas.filter((id) => !after.replicas.includes(id));
}

/** The assignment without some of its replicas. */
export function assignmentWithout(
  { replicas, adding, removing }: PartitionAssignment,
  brokers: readonly number[],
): PartitionAssignment {
  const stays = (id: number) => !brokers.includes(id);
  return {
    replicas: replicas.filter(stays),
    adding: adding.filter(stays),
    removing: removing.filter(stays),
  };
}

/**
 * Whether the replicas that leave may go: all target replicas are in sync, and one of them can
 * lead. The second condition is ours: Kafka deletes the old replicas also when all new ones happen
 * to be dead at that moment.
 *
 * @param canLead whether a broker is alive, with its replica, and not shutting down
 */
export function isReadyToComplete(
  assignment: PartitionAssignment,
  isr: readonly number[],
  canLead: (brokerId: number) => boolean,
): boolean {
  const target = targetReplicas(assignment);
  return target.every((id) => isr.includes(id)) && target.some(canLead);
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
