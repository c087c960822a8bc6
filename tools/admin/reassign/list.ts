import type { Admin, OngoingReassignment } from '../../../client/admin';
import { inOrder, nameOf } from './reassignment-file';

/** `--list`: what is being moved. */
export async function list(
  admin: Pick<Admin, 'listPartitionReassignments'>,
  print: (line: string) => void,
): Promise<void> {
  const ongoing = inOrder(await admin.listPartitionReassignments());
  if (ongoing.length === 0) {
    print('No partition reassignments found.');
    return;
  }
  print('Current partition reassignments:');
  for (const reassignment of ongoing) print(formatOngoing(reassignment));
}

export function formatOngoing(reassignment: OngoingReassignment): string {
  const { replicas, addingReplicas, removingReplicas } = reassignment;
  const part = (what: string, ids: readonly number[]) =>
    ids.length === 0 ? '' : ` ${what}: ${ids.join(',')}.`;
  return (
    `${nameOf(reassignment)}:${part('replicas', replicas)}` +
    `${part('adding', addingReplicas)}${part('removing', removingReplicas)}`
  );
}
