/**
 * States of a group. `Dead`: nobody knows the group. `Empty`: it has offsets but no members.
 * `PreparingRebalance`: members are joining. `CompletingRebalance`: the assignment is awaited.
 */
export const groupStates = [
  'PreparingRebalance',
  'CompletingRebalance',
  'Stable',
  'Dead',
  'Empty',
] as const;

/** `Unknown` for anything that a newer broker may say. */
export type GroupState = (typeof groupStates)[number] | 'Unknown';

export function groupStateOf(text: string): GroupState {
  return groupStates.find((state) => state === text) ?? 'Unknown';
}
