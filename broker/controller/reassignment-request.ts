import { ProtocolError } from '../../client/protocol/protocol-error';
import type { PartitionAssignment } from '../../zk-coordination';
import { isBeingReassigned, originReplicas, reassignedTo, unneededReplicas } from './reassignment';

/** What a wish to reassign is judged by. */
export interface ReassignablePartition {
  readonly assignment: PartitionAssignment;
  /** undefined while the partition has no state yet. */
  readonly isr: readonly number[] | undefined;
}

/**
 * What a partition's assignment becomes when it is reassigned to `target`, or when its
 * reassignment is cancelled (`target` null).
 *
 * @param partition undefined when there is no such partition; where its topic is being deleted, when
 *   it is not a reassignment under way that is cancelled
 * @param canLead whether a broker is alive, with its replica if it has one, and not shutting down
 * @throws ProtocolError UNKNOWN_TOPIC_OR_PARTITION, NO_REASSIGNMENT_IN_PROGRESS,
 *   INVALID_REPLICA_ASSIGNMENT
 */
export function decideReassignment(
  target: readonly number[] | null,
  partition: ReassignablePartition | undefined,
  canLead: (brokerId: number) => boolean,
): PartitionAssignment {
  if (!partition) {
    throw new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION', 'The partition does not exist.');
  }
  const { assignment, isr } = partition;
  if (target === null && !isBeingReassigned(assignment)) {
    throw new ProtocolError('NO_REASSIGNMENT_IN_PROGRESS');
  }
  if (target !== null) assertReplicaList(target);
  const next = reassignedTo(assignment, target ?? originReplicas(assignment));
  const dead = next.adding.filter((id) => !canLead(id));
  if (dead.length > 0) {
    throw invalid(`Brokers ${dead.join(', ')} are to be added but are not alive.`);
  }
  assertNotTheLast(unneededReplicas(assignment, next), isr, canLead);
  return next;
}

function assertReplicaList(target: readonly number[]): void {
  if (target.length === 0) throw invalid('No broker is named.');
  if (target.some((id) => id < 0)) throw invalid('A broker id is negative.');
  if (new Set(target).size < target.length) throw invalid('A broker is named twice.');
}

/**
 * Kafka would delete replicas of the replaced reassignment although nobody else in sync is alive,
 * and with them perhaps the only copy.
 */
function assertNotTheLast(
  unneeded: readonly number[],
  isr: readonly number[] | undefined,
  canLead: (brokerId: number) => boolean,
): void {
  if (unneeded.length === 0 || !isr?.some((id) => unneeded.includes(id))) return;
  if (isr.some((id) => !unneeded.includes(id) && canLead(id))) return;
  throw invalid(
    `Brokers ${unneeded.join(', ')} would drop their replicas, but no other replica in sync is alive.`,
  );
}

function invalid(message: string): ProtocolError {
  return new ProtocolError('INVALID_REPLICA_ASSIGNMENT', message);
}
