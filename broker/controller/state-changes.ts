import {
  ControllerFencedError,
  topicPartitionKey,
  type PartitionState,
  type StoredPartitionState,
} from '../../zk-coordination';
import type { ControlledPartition } from './controlled-partition';
import type { ControllerTerm } from './controller-term';
import { settlePartition } from './partition-state-machine';

/** A state that this controller has written. */
export interface StateChange {
  readonly partition: ControlledPartition;
  readonly before: StoredPartitionState;
  readonly after: StoredPartitionState;
}

/**
 * What a partition's state should become; undefined to leave it alone. Asked again when somebody
 * else has changed the state, which `partition.state` shows then.
 */
export type StateDecision = (
  partition: ControlledPartition,
  state: StoredPartitionState,
) => PartitionState | undefined;

/** Rounds of deciding anew after lost compare-and-sets, before it is given up. */
const MOST_ROUNDS = 10;

/**
 * Changes states in ZooKeeper, in batches of fenced compare-and-sets, and then in the context. A
 * lost compare-and-set is decided anew on what is stored, never repeated as it was (H12).
 *
 * @returns what was changed, for the brokers to be told
 * @throws ControllerFencedError when a later controller has decided on a partition
 */
export async function changeStates(
  term: ControllerTerm,
  partitions: readonly ControlledPartition[],
  decide: StateDecision,
): Promise<StateChange[]> {
  const changes: StateChange[] = [];
  let undecided = partitions;
  for (let round = 0; undecided.length > 0 && round < MOST_ROUNDS; round++) {
    if (round > 0) await reread(term, undecided);
    const conflicts: ControlledPartition[] = [];
    const updates = undecided.flatMap((partition) => {
      const before = partition.state;
      const state = before && decide(partition, before);
      return before && state ? [{ partition, before, state }] : [];
    });
    const outcomes = await term.during(
      term.env.stores.states.updateMany(
        updates.map(({ partition: { topic, partition }, before, state }) => ({
          topic,
          partition,
          state,
          expected: before.partitionEpoch,
        })),
        term.writer,
      ),
    );
    for (const [index, { partition, before, state }] of updates.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      if (outcome.written !== null) {
        const after = stored(state, outcome.written);
        partition.state = after;
        changes.push({ partition, before, after });
      } else if (outcome.reason === 'conflict') {
        conflicts.push(partition);
      } else {
        complain(term, partition, 'partition-state-gone', 'has no state any more');
      }
    }
    undecided = conflicts;
  }
  for (const partition of undecided) {
    complain(term, partition, 'partition-state-contended', 'is changed by somebody all the time');
  }
  for (const { partition } of changes) settlePartition(partition, term.env.logger);
  return changes;
}

/**
 * Takes over what is stored: this controller's knowledge of the partitions is out of date.
 *
 * @throws ControllerFencedError when a later controller has decided on one of them
 */
export async function reread(
  term: ControllerTerm,
  partitions: readonly ControlledPartition[],
): Promise<void> {
  if (partitions.length === 0) return;
  const { stores } = term.env;
  await term.sync();
  const found = await term.during(stores.states.getMany(partitions));
  for (const partition of partitions) {
    const state = found.get(topicPartitionKey(partition));
    if (!state) continue;
    assertNotSuperseded(term, state);
    partition.state = state;
    settlePartition(partition, term.env.logger);
  }
}

/** @throws ControllerFencedError when a later controller than this one has written the state */
export function assertNotSuperseded(term: ControllerTerm, state: PartitionState): void {
  if (state.controllerEpoch <= term.epoch) return;
  throw new ControllerFencedError(term.office.fence, undefined);
}

/** Only what belongs to a stored state, whatever else the decision carried along. */
function stored(
  { leader, leaderEpoch, isr, leaderRecoveryState, controllerEpoch }: PartitionState,
  partitionEpoch: StoredPartitionState['partitionEpoch'],
): StoredPartitionState {
  return { leader, leaderEpoch, isr, leaderRecoveryState, controllerEpoch, partitionEpoch };
}

function complain(
  { env }: ControllerTerm,
  { topic, partition }: ControlledPartition,
  event: string,
  problem: string,
): void {
  env.logger.error({ event, topic, partition }, `Partition ${topic}-${partition} ${problem}.`);
}
