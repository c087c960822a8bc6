import {
  leaderEpoch,
  NO_LEADER,
  type ControllerEpoch,
  type PartitionAssignment,
  type PartitionState,
} from '../../zk-coordination';
import { targetReplicas } from './reassignment';

/** What an election is decided on. */
export interface ElectionInput {
  /** As last read from, or written to, ZooKeeper. */
  readonly state: PartitionState;
  readonly assignment: PartitionAssignment;
  /**
   * Brokers that can serve the partition: alive, the log directory of the replica not failed.
   * Those that are shutting down count here too.
   */
  readonly live: ReadonlySet<number>;
  /** Brokers that have asked for a controlled shutdown. */
  readonly shuttingDown: ReadonlySet<number>;
  /** `unclean.leader.election.enable` of the topic, or an unclean election asked for by hand. */
  readonly uncleanEnabled: boolean;
  /** Of the controller that decides. */
  readonly controllerEpoch: ControllerEpoch;
}

/**
 * Why there is no new leader; the state in ZooKeeper stays as it is.
 *
 * - `no-eligible-replica`: nobody who may lead is alive.
 * - `preferred-not-eligible`: the first assigned broker is not alive or not in sync.
 * - `stale-controller`: a later controller has decided on the partition already.
 */
export type ElectionFailure = 'no-eligible-replica' | 'preferred-not-eligible' | 'stale-controller';

export type Election =
  | {
      readonly elected: true;
      readonly state: PartitionState;
      /** Whether the leader was not in sync: acknowledged records may be lost. */
      readonly unclean: boolean;
    }
  | { readonly elected: false; readonly reason: ElectionFailure };

/**
 * The occasions for an election.
 *
 * - `offline`: the partition has no live leader.
 * - `reassignment`: the leader is on its way out, or dead, when a reassignment ends.
 * - `preferred`: the leadership goes back to the first assigned broker.
 * - `controlled-shutdown`: the leader wants to stop.
 */
export type ElectionStrategy = 'offline' | 'reassignment' | 'preferred' | 'controlled-shutdown';

const STRATEGIES: Record<ElectionStrategy, (input: ElectionInput) => Election> = {
  offline: electOffline,
  reassignment: electForReassignment,
  preferred: electPreferred,
  'controlled-shutdown': electForControlledShutdown,
};

/**
 * Elects a leader (Kafka's `Election.scala` and `PartitionLeaderElectionAlgorithms`). Whatever the
 * strategy: the new leader is assigned, alive and not shutting down; the leader epoch rises, also
 * when the same broker leads again; the ISR never gets empty and, but for an unclean election,
 * the leader comes from it and nobody joins it.
 */
export function elect(strategy: ElectionStrategy, input: ElectionInput): Election {
  if (input.state.controllerEpoch > input.controllerEpoch) return failed('stale-controller');
  return STRATEGIES[strategy](input);
}

/**
 * The first live replica in sync leads and the ISR keeps who is alive. When there is none, the
 * first live replica leads alone if that is allowed, and has to recover (KIP-704); otherwise the
 * partition stays without a leader, so that nobody who lacks acknowledged records leads it.
 */
function electOffline(input: ElectionInput): Election {
  const { state, assignment, uncleanEnabled } = input;
  const able = ableToLead(input);
  const inSync = state.isr.filter(able);
  const clean = assignment.replicas.find((id) => inSync.includes(id));
  if (clean !== undefined) return elected(input, { leader: clean, isr: inSync });
  const unclean = uncleanEnabled ? assignment.replicas.find(able) : undefined;
  if (unclean === undefined) return failed('no-eligible-replica');
  return {
    elected: true,
    state: next(input, { leader: unclean, isr: [unclean], leaderRecoveryState: 'recovering' }),
    unclean: true,
  };
}

/** The first of the target replicas that is alive and in sync leads; the ISR stays. */
function electForReassignment(input: ElectionInput): Election {
  const { state, assignment } = input;
  const able = ableToLead(input);
  const leader = targetReplicas(assignment).find((id) => able(id) && state.isr.includes(id));
  return leader === undefined ? failed('no-eligible-replica') : elected(input, { leader });
}

/** The first assigned broker leads, if it is alive and in sync; the ISR stays. */
function electPreferred(input: ElectionInput): Election {
  const { state, assignment } = input;
  const preferred = assignment.replicas[0];
  const may =
    preferred !== undefined && ableToLead(input)(preferred) && state.isr.includes(preferred);
  return may ? elected(input, { leader: preferred }) : failed('preferred-not-eligible');
}

/** The first live replica in sync that stays leads; those that are shutting down leave the ISR. */
function electForControlledShutdown(input: ElectionInput): Election {
  const { state, assignment, shuttingDown } = input;
  const able = ableToLead(input);
  const leader = assignment.replicas.find((id) => able(id) && state.isr.includes(id));
  if (leader === undefined) return failed('no-eligible-replica');
  return elected(input, { leader, isr: state.isr.filter((id) => !shuttingDown.has(id)) });
}

/**
 * A partition's first state: the first live replica leads, all live replicas are in sync.
 *
 * @returns undefined while none of the replicas is alive
 */
export function firstState(
  replicas: readonly number[],
  live: ReadonlySet<number>,
  controllerEpoch: ControllerEpoch,
): PartitionState | undefined {
  const isr = replicas.filter((id) => live.has(id));
  const leader = isr[0];
  if (leader === undefined) return undefined;
  return {
    leader,
    leaderEpoch: leaderEpoch(0),
    isr,
    leaderRecoveryState: 'recovered',
    controllerEpoch,
  };
}

/**
 * The state after replicas went offline: they leave the ISR, and the leadership. When nobody would
 * be left the ISR stays as it is, because nobody else is known to have the data.
 *
 * A leader that stays keeps its epoch, so that its followers carry on (KAFKA-15021): who has left
 * cannot slip in again, because changes of the ISR are bound to the partition epoch and the
 * controller lets in who lives only.
 *
 * @returns undefined when nothing changes: none of them is in the ISR or leads
 */
export function withoutReplicas(
  state: PartitionState,
  offline: ReadonlySet<number>,
  controllerEpoch: ControllerEpoch,
): PartitionState | undefined {
  const left = state.isr.filter((id) => !offline.has(id));
  const isr = left.length === 0 ? state.isr : left;
  const leader = offline.has(state.leader) ? NO_LEADER : state.leader;
  if (leader === state.leader && isr.length === state.isr.length) return undefined;
  if (leader === state.leader)
    return { ...pure(state), isr, leaderEpoch: state.leaderEpoch, controllerEpoch };
  return next({ state, controllerEpoch }, { leader, isr });
}

/** The same leader and ISR under the next epoch: what was sent under the last one is over. */
export function withRaisedEpoch(
  state: PartitionState,
  controllerEpoch: ControllerEpoch,
): PartitionState {
  return next({ state, controllerEpoch }, {});
}

function ableToLead({ live, shuttingDown }: ElectionInput): (id: number) => boolean {
  return (id) => live.has(id) && !shuttingDown.has(id);
}

function elected(
  input: ElectionInput,
  change: { readonly leader: number; readonly isr?: readonly number[] },
): Election {
  return { elected: true, state: next(input, change), unclean: false };
}

function failed(reason: ElectionFailure): Election {
  return { elected: false, reason };
}

function next(
  { state, controllerEpoch }: Pick<ElectionInput, 'state' | 'controllerEpoch'>,
  change: Partial<PartitionState>,
): PartitionState {
  return {
    ...pure(state),
    ...change,
    leaderEpoch: leaderEpoch(state.leaderEpoch + 1),
    controllerEpoch,
  };
}

/** Only what belongs to a state: the caller's may carry the partition epoch it was stored under. */
function pure({ leader, isr, leaderRecoveryState }: PartitionState) {
  return { leader, isr, leaderRecoveryState };
}
