/** Where a group is in its life (Kafka's GroupState). */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

interface StateFacts {
  /** States it may be entered from. */
  readonly from: readonly GroupState[];
  readonly meaning: string;
}

/** Every state with the ways into it; Kafka's GroupMetadata has the same table. */
export const groupStates: Readonly<Record<GroupState, StateFacts>> = {
  Empty: { from: ['PreparingRebalance'], meaning: 'no members; offsets may be kept' },
  PreparingRebalance: {
    from: ['Stable', 'CompletingRebalance', 'Empty'],
    meaning: 'waits for all members to join',
  },
  CompletingRebalance: {
    from: ['PreparingRebalance'],
    meaning: 'waits for the assignment that the leader makes',
  },
  Stable: { from: ['CompletingRebalance'], meaning: 'everybody has an assignment' },
  Dead: {
    from: ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable'],
    meaning: 'deleted, or coordinated by another broker',
  },
};

/** @throws Error for a way that is not in the table: a mistake in the code */
export function assertTransition(from: GroupState, to: GroupState): void {
  if (groupStates[to].from.includes(from)) return;
  throw new Error(`A group does not go from ${from} to ${to}.`);
}
