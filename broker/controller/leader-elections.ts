import type { ControlledPartition } from './controlled-partition';
import type { ControllerTerm } from './controller-term';
import { elect, type ElectionFailure, type ElectionStrategy } from './elections';
import { logLeadership } from './leadership-log';
import { decideAfterLoss, hasCleanCandidate } from './loss-decision';
import { electionInput } from './preferred-elections';
import { changeStates, type StateChange } from './state-changes';
import { topicsElectingUncleanly } from './unclean-election';

/** Brokers whose replica of a partition is not what it was when the state was written. */
export type LostReplicas = (partition: ControlledPartition) => ReadonlySet<number>;

const NOBODY: ReadonlySet<number> = new Set();

/**
 * Looks at partitions after brokers or log directories went or came: who is gone leaves the ISR,
 * who leads no more is replaced. One write for each partition that changes. The brokers are not told
 * yet.
 */
export async function reelect(
  term: ControllerTerm,
  partitions: readonly ControlledPartition[],
  cause: string,
  lost: LostReplicas = () => NOBODY,
): Promise<StateChange[]> {
  const known = partitions.filter(({ life }) => life !== 'nonexistent');
  const hopeless = known.filter((partition) => {
    const input = electionInput(term.context, partition, false);
    return input && !input.live.has(input.state.leader) && !hasCleanCandidate(input);
  });
  const topics = new Set(hopeless.map(({ topic }) => topic));
  const unclean = await term.during(topicsElectingUncleanly(term, topics));
  const changes = await changeStates(term, known, (partition) => {
    const input = electionInput(term.context, partition, unclean.has(partition.topic));
    return input && decideAfterLoss(input, lost(partition));
  });
  logLeadership(term.env.logger, changes, cause);
  return changes;
}

/** What elections brought. */
export interface Elections {
  readonly changes: readonly StateChange[];
  /** Partitions that have no new leader. */
  readonly failures: ReadonlyMap<ControlledPartition, ElectionFailure>;
}

/** Elects leaders by a strategy. The brokers are not told yet. */
export async function electLeaders(
  term: ControllerTerm,
  partitions: readonly ControlledPartition[],
  strategy: ElectionStrategy,
  cause: string,
  uncleanEnabled = false,
): Promise<Elections> {
  const failures = new Map<ControlledPartition, ElectionFailure>();
  const changes = await changeStates(term, partitions, (partition) => {
    const input = electionInput(term.context, partition, uncleanEnabled);
    if (!input) return undefined;
    const election = elect(strategy, input);
    if (election.elected) return election.state;
    failures.set(partition, election.reason);
    return undefined;
  });
  for (const { partition } of changes) failures.delete(partition);
  const changed = new Set(changes.map(({ partition }) => partition));
  for (const partition of partitions) {
    if (!changed.has(partition) && !failures.has(partition)) {
      failures.set(partition, 'no-eligible-replica');
    }
  }
  logLeadership(term.env.logger, changes, cause);
  return { changes, failures };
}
