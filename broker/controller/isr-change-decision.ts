import type { ErrorName } from '../../client/protocol/error-codes';
import type { PartitionState, StoredPartitionState } from '../../zk-coordination';
import type { ControlledPartition } from './controlled-partition';
import type { ControllerContext } from './controller-context';

/** What a leader asks for. */
export interface IsrRequest {
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  readonly newIsrWithEpochs: readonly {
    readonly brokerId: number;
    /** -1 when the leader does not know it. */
    readonly brokerEpoch: number;
  }[];
  /** 1 while recovering from an unclean election. */
  readonly leaderRecoveryState: number;
}

export type IsrDecision =
  | { readonly error: ErrorName }
  /** To be written; undefined when it is so already. */
  | { readonly next: PartitionState | undefined };

/**
 * Whether a leader gets the ISR it asks for (KIP-497, KIP-841, KIP-903). The order of the checks is
 * that of Kafka's `tryProcessAlterPartition`: what is in force already is a success even when it is
 * asked for on an old version, because the first answer may have been lost.
 *
 * Unlike Kafka's, a member that is shutting down may stay; it may only not join. Otherwise a leader
 * that is shutting down could never take in whom it waits to hand over to.
 */
export function decideIsrChange(
  context: ControllerContext,
  partition: ControlledPartition | undefined,
  brokerId: number,
  request: IsrRequest,
): IsrDecision {
  const state = partition?.state;
  if (!partition || !state || partition.life === 'nonexistent') {
    return { error: 'UNKNOWN_TOPIC_OR_PARTITION' };
  }
  const { leaderEpoch, partitionEpoch } = request;
  if (partitionEpoch > state.partitionEpoch || leaderEpoch > state.leaderEpoch) {
    return { error: 'NOT_CONTROLLER' };
  }
  if (leaderEpoch < state.leaderEpoch) return { error: 'FENCED_LEADER_EPOCH' };
  const next = wanted(context, state, request);
  if (state.leader === brokerId && isInForce(state, next)) return { next: undefined };
  if (partitionEpoch < state.partitionEpoch) return { error: 'INVALID_UPDATE_VERSION' };
  if (!isSensible(partition, state, brokerId, next)) return { error: 'INVALID_REQUEST' };
  const ineligible = request.newIsrWithEpochs.some(
    (member) => !isEligible(context, partition, state, member),
  );
  return ineligible ? { error: 'INELIGIBLE_REPLICA' } : { next };
}

function wanted(
  { controllerEpoch }: ControllerContext,
  { leader, leaderEpoch }: StoredPartitionState,
  { newIsrWithEpochs, leaderRecoveryState }: IsrRequest,
): PartitionState {
  return {
    leader,
    leaderEpoch,
    isr: newIsrWithEpochs.map((member) => member.brokerId),
    leaderRecoveryState: leaderRecoveryState === 1 ? 'recovering' : 'recovered',
    controllerEpoch,
  };
}

function isInForce(state: PartitionState, next: PartitionState): boolean {
  return (
    state.leaderRecoveryState === next.leaderRecoveryState &&
    state.isr.length === next.isr.length &&
    state.isr.every((id) => next.isr.includes(id))
  );
}

function isSensible(
  { assignment }: ControlledPartition,
  state: PartitionState,
  brokerId: number,
  { isr, leaderRecoveryState }: PartitionState,
): boolean {
  if (state.leader !== brokerId || !isr.includes(brokerId)) return false;
  if (new Set(isr).size < isr.length) return false;
  if (isr.some((id) => !assignment.replicas.includes(id))) return false;
  if (leaderRecoveryState === 'recovered') return true;
  return state.leaderRecoveryState === 'recovering' && isr.length === 1;
}

function isEligible(
  context: ControllerContext,
  partition: ControlledPartition,
  { isr }: PartitionState,
  { brokerId, brokerEpoch }: IsrRequest['newIsrWithEpochs'][number],
): boolean {
  if (!context.isReplicaOnline(partition, brokerId)) return false;
  if (brokerEpoch !== -1 && !context.isCurrent(brokerId, BigInt(brokerEpoch))) return false;
  return isr.includes(brokerId) || !context.shuttingDown.has(brokerId);
}
