import type { Logger } from '../../client/runtime/logger';
import type { ControlledReplica, ReplicaLife } from './controlled-partition';
import type { ControllerContext } from './controller-context';

/** Where a replica may come from (Kafka's `ReplicaStateMachine`). */
const MAY_COME_FROM: Record<ReplicaLife, readonly ReplicaLife[]> = {
  new: ['nonexistent'],
  online: ['new', 'online', 'offline', 'deletion-ineligible'],
  offline: ['new', 'online', 'offline', 'deletion-ineligible'],
  'deletion-started': ['offline'],
  'deletion-successful': ['deletion-started'],
  'deletion-ineligible': ['offline', 'deletion-started'],
  nonexistent: ['deletion-successful'],
};

export function mayReplicaMove(from: ReplicaLife, to: ReplicaLife): boolean {
  return MAY_COME_FROM[to].includes(from);
}

/**
 * Moves replicas on in their lives. An illegal move is an error in this program; it is logged and
 * not made.
 *
 * @returns the replicas that were moved
 */
export function moveReplicas(
  context: ControllerContext,
  replicas: readonly ControlledReplica[],
  to: ReplicaLife,
  logger: Logger,
): ControlledReplica[] {
  return replicas.filter((replica) => {
    const from = context.replicaLife(replica);
    if (mayReplicaMove(from, to)) {
      context.setReplicaLife(replica, to);
      return true;
    }
    const { topic, partition } = replica.partition;
    logger.error(
      { event: 'replica-move-refused', topic, partition, broker: replica.brokerId, from, to },
      `The replica of ${topic}-${partition} on broker ${replica.brokerId} cannot go from ${from} to ${to}.`,
    );
    return false;
  });
}
