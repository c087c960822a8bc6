import type { PartitionAssignment } from '../../zk-coordination';
import type { ElectionStrategy } from './elections';
import { assignmentWithout, completedAssignment, unneededReplicas } from './reassignment';

/**
 * One step of a reassignment. Each is complete before the next begins, and each may be repeated by
 * a later controller.
 *
 * - `store-assignment`: write it to the topic's znode, then take it into memory.
 * - `assume-assignment`: take it into memory only; ZooKeeper still tells how to get there.
 * - `elect-leader`: tell the replicas. Without a result the plan ends here, and the assignment in
 *   memory becomes again what it was before.
 * - `raise-leader-epoch`: keep leader and ISR; tell the replicas. Those named are new to it.
 * - `start-replicas`: to NewReplica.
 * - `bring-online`: to OnlineReplica.
 * - `remove-replicas`: to OfflineReplica, which takes them out of the ISR, and on to
 *   NonExistentReplica, which has their logs deleted.
 * - `finish`: no longer being reassigned; the legacy request is taken out, everybody is told, and
 *   a deletion of the topic may go on.
 */
export type ReassignmentStep =
  | { readonly type: 'store-assignment'; readonly assignment: PartitionAssignment }
  | { readonly type: 'assume-assignment'; readonly assignment: PartitionAssignment }
  | { readonly type: 'elect-leader'; readonly strategy: ElectionStrategy }
  | { readonly type: 'raise-leader-epoch'; readonly newReplicas: readonly number[] }
  | { readonly type: 'start-replicas'; readonly brokers: readonly number[] }
  | { readonly type: 'bring-online'; readonly brokers: readonly number[] }
  | { readonly type: 'remove-replicas'; readonly brokers: readonly number[] }
  | { readonly type: 'finish' };

/**
 * Phase U: the wish is on record before anything is done for it. Replicas of a reassignment that is
 * replaced go before that, unless the new one needs them too, so that nobody who is not on record
 * is ever in the ISR: a controller that dies on the way leaves the old reassignment to its
 * successor. (Kafka records first, and its successor does not know of the replicas that were to
 * go.)
 *
 * @param leader of the partition, -1 for none
 */
export function planUpdate(
  before: PartitionAssignment,
  after: PartitionAssignment,
  leader: number,
): ReassignmentStep[] {
  const unneeded = unneededReplicas(before, after);
  const record: ReassignmentStep = { type: 'store-assignment', assignment: after };
  if (unneeded.length === 0) return [record];
  return [
    { type: 'assume-assignment', assignment: assignmentWithout(before, unneeded) },
    // From all that stay: those of the new target may not be in sync yet.
    unneeded.includes(leader)
      ? { type: 'elect-leader', strategy: 'offline' }
      : { type: 'raise-leader-epoch', newReplicas: [] },
    { type: 'remove-replicas', brokers: unneeded },
    record,
  ];
}

/** Phase A: the new replicas begin to copy. The epoch rises, so that all hear of the assignment. */
export function planCatchUp({ adding }: PartitionAssignment): ReassignmentStep[] {
  return [
    { type: 'raise-leader-epoch', newReplicas: adding },
    { type: 'start-replicas', brokers: adding },
  ];
}

/**
 * Phase B, once `isReadyToComplete`: the old replicas go. They are left out of what the leader is
 * told before they leave the ISR, so that it does not take them back. The assignment in ZooKeeper
 * changes last: until then it tells a later controller which replicas are to go.
 *
 * @param leader of the partition, -1 for none
 * @param canLead whether a broker is alive, with its replica, and not shutting down
 */
export function planCompletion(
  assignment: PartitionAssignment,
  leader: number,
  canLead: (brokerId: number) => boolean,
): ReassignmentStep[] {
  const completed = completedAssignment(assignment);
  const stays = completed.replicas.includes(leader) && canLead(leader);
  return [
    { type: 'bring-online', brokers: assignment.adding },
    { type: 'assume-assignment', assignment: completed },
    stays
      ? { type: 'raise-leader-epoch', newReplicas: [] }
      : { type: 'elect-leader', strategy: 'reassignment' },
    { type: 'remove-replicas', brokers: assignment.removing },
    { type: 'store-assignment', assignment: completed },
    { type: 'finish' },
  ];
}
