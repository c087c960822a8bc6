import { NO_LEADER, type PartitionState } from '../../zk-coordination';
import { elect, withoutReplicas, withRaisedEpoch, type ElectionInput } from './elections';

/**
 * What becomes of a partition when replicas are lost or come back: one new state that both takes
 * who is gone out of the ISR and elects a leader, so that it costs one write.
 *
 * A replica that has come back in another incarnation is lost as well: it may lack what it had not
 * flushed. It leaves the ISR and has to catch up, unless nobody better is left. When all in sync
 * are gone the ISR stays as it is, for each of them has everything.
 *
 * @param lost brokers that went or came back since the state was written; those that are not in
 *   `live` are lost anyway
 * @returns undefined when nothing changes
 */
export function decideAfterLoss(
  input: ElectionInput,
  lost: ReadonlySet<number>,
): PartitionState | undefined {
  const { state, live, controllerEpoch } = input;
  const unharmed = new Set([...live].filter((id) => !lost.has(id)));
  const hasUnharmed = state.isr.some((id) => mayLead(input, unharmed, id));
  const candidates = hasUnharmed ? unharmed : live;
  if (unharmed.has(state.leader)) {
    return withoutReplicas(
      state,
      new Set(state.isr.filter((id) => !unharmed.has(id))),
      controllerEpoch,
    );
  }
  const election = elect('offline', { ...input, live: candidates });
  if (election.elected) return election.state;
  if (state.leader === NO_LEADER || election.reason === 'stale-controller') return undefined;
  return { ...withRaisedEpoch(state, controllerEpoch), leader: NO_LEADER };
}

/** Whether a leader can be found without losing anything. */
export function hasCleanCandidate(input: ElectionInput): boolean {
  return input.state.isr.some((id) => mayLead(input, input.live, id));
}

function mayLead(
  { assignment, shuttingDown }: ElectionInput,
  live: ReadonlySet<number>,
  id: number,
): boolean {
  return live.has(id) && !shuttingDown.has(id) && assignment.replicas.includes(id);
}
