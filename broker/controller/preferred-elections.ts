import type { ErrorName } from '../../client/protocol/error-codes';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { NO_LEADER } from '../../zk-coordination';
import type { ControlledPartition } from './controlled-partition';
import type { ControllerContext } from './controller-context';
import { elect, type Election, type ElectionFailure, type ElectionInput } from './elections';
import { imbalancedPartitions } from './leader-imbalance';
import { isBeingReassigned } from './reassignment';

/** The kinds of election that can be asked for by hand (KIP-460). */
export type RequestedElectionType = 'preferred' | 'unclean';

/** What the controller knows that decides an election. */
export function electionInput(
  context: ControllerContext,
  partition: ControlledPartition,
  uncleanEnabled: boolean,
): ElectionInput | undefined {
  return (
    partition.state && {
      state: partition.state,
      assignment: partition.assignment,
      live: context.liveReplicas(partition),
      shuttingDown: context.shuttingDown,
      uncleanEnabled,
      controllerEpoch: context.controllerEpoch,
    }
  );
}

/**
 * Whether a leader may be elected that was asked for by hand. The election itself is held by the
 * caller, with the strategy `preferred`, or `offline` and unclean elections enabled.
 *
 * @param partition undefined when there is none of that name
 * @throws ProtocolError UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION (it is being deleted),
 *   ELECTION_NOT_NEEDED
 */
export function assertElectable(
  type: RequestedElectionType,
  partition: ControlledPartition | undefined,
  context: ControllerContext,
): asserts partition is ControlledPartition {
  if (!partition) {
    throw new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION', 'The partition does not exist.');
  }
  if (context.isToBeDeleted(partition.topic)) {
    throw new ProtocolError('INVALID_TOPIC_EXCEPTION', 'The topic is being deleted.');
  }
  if (!isNeeded(type, partition, context)) throw new ProtocolError('ELECTION_NOT_NEEDED');
}

function isNeeded(
  type: RequestedElectionType,
  partition: ControlledPartition,
  context: ControllerContext,
): boolean {
  const leader = partition.state?.leader ?? NO_LEADER;
  const led = leader !== NO_LEADER && context.isReplicaOnline(partition, leader);
  return type === 'preferred' ? leader !== partition.assignment.replicas[0] || !led : !led;
}

/** The error to answer with when an election that was asked for by hand has had no result. */
export function electionError(type: RequestedElectionType, reason: ElectionFailure): ProtocolError {
  const names: Record<RequestedElectionType, ErrorName> = {
    preferred: 'PREFERRED_LEADER_NOT_AVAILABLE',
    unclean: 'ELIGIBLE_LEADERS_NOT_AVAILABLE',
  };
  if (reason === 'stale-controller') return new ProtocolError('NOT_CONTROLLER');
  return new ProtocolError(names[type]);
}

/**
 * Partitions whose leadership should go back now, of its own accord: see
 * {@link imbalancedPartitions}. A partition that is being reassigned is left alone.
 *
 * @param percentage `leader.imbalance.per.broker.percentage`
 */
export function partitionsToRebalance(
  context: ControllerContext,
  percentage: number,
): ControlledPartition[] {
  return imbalancedPartitions(context.partitions(), {
    percentage,
    isToBeDeleted: (topic) => context.isToBeDeleted(topic),
    canMove: (partition) =>
      !isBeingReassigned(partition.assignment) && tryPreferred(context, partition).elected,
  });
}

function tryPreferred(context: ControllerContext, partition: ControlledPartition): Election {
  const input = electionInput(context, partition, false);
  return input ? elect('preferred', input) : { elected: false, reason: 'preferred-not-eligible' };
}
