import {
  leaderEpoch,
  NO_LEADER,
  type ControllerEpoch,
  type PartitionState,
} from '../../zk-coordination';

/** A partition's first state: the first live replica leads, all live replicas are in sync. */
export function firstState(
  replicas: readonly number[],
  live: ReadonlySet<number>,
  controllerEpoch: ControllerEpoch,
): PartitionState | undefined {
  const isr = replicas.filter((id) => live.has(id));
  if (isr.length === 0) return undefined;
  return {
    leader: isr[0],
    leaderEpoch: leaderEpoch(0),
    isr,
    leaderRecoveryState: 'recovered',
    controllerEpoch,
  };
}

/**
 * A new leader from the ISR for a partition whose leader is gone (Kafka's
 * offlinePartitionLeaderElection without unclean election): the first live replica in sync leads;
 * when there is none the partition has no leader and the ISR stays, so that nobody who lacks
 * acknowledged records can lead it later.
 *
 * The leader epoch always rises, also when the same broker leads again after a restart.
 */
export function electFromIsr(
  state: PartitionState,
  replicas: readonly number[],
  live: ReadonlySet<number>,
  controllerEpoch: ControllerEpoch,
): PartitionState {
  const liveIsr = state.isr.filter((id) => live.has(id));
  const leader = replicas.find((id) => liveIsr.includes(id)) ?? NO_LEADER;
  return {
    leader,
    leaderEpoch: leaderEpoch(state.leaderEpoch + 1),
    isr: leader === NO_LEADER ? state.isr : liveIsr,
    leaderRecoveryState: state.leaderRecoveryState,
    controllerEpoch,
  };
}
