/**
 * Where a member is on its way into the group.
 *
 * - `out`: it is not in the group, and does not want to be at the moment.
 * - `preparing`: it finishes and gives up what it has to before it joins.
 * - `joining`: it waits in JoinGroup until all have come.
 * - `syncing`: it waits for the assignment of this generation.
 * - `stable`: it has an assignment.
 * - `closed`: it will not join any more.
 */
export type MembershipState = 'out' | 'preparing' | 'joining' | 'syncing' | 'stable' | 'closed';

const successors: Record<MembershipState, readonly MembershipState[]> = {
  out: ['preparing', 'closed'],
  preparing: ['joining', 'out', 'closed'],
  joining: ['syncing', 'preparing', 'out', 'closed'],
  syncing: ['stable', 'joining', 'preparing', 'out', 'closed'],
  stable: ['preparing', 'out', 'closed'],
  closed: [],
};

/** Whether a member in that state tells the coordinator that it lives; joining does so by itself. */
export const beats: Record<MembershipState, boolean> = {
  out: false,
  preparing: true,
  joining: false,
  syncing: true,
  stable: true,
  closed: false,
};

/** Whether offsets may be committed; nobody may while the coordinator waits for the assignment. */
export const mayCommit: Record<MembershipState, boolean> = {
  out: false,
  preparing: true,
  joining: true,
  syncing: false,
  stable: true,
  closed: true,
};

/** @throws Error when that cannot follow: a mistake in this code */
export function checkStep(from: MembershipState, to: MembershipState): void {
  if (successors[from].includes(to)) return;
  throw new Error(`A member that is ${from} cannot become ${to}.`);
}
