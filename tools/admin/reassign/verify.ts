import type { Admin } from '../../../client/admin';
import type { CommandContext } from '../../cli/command';
import { clearThrottles } from './clear-throttles';
import { assignmentsOfTopics } from './current-assignments';
import type { ReassignOptions } from './reassign-options';
import { nameOf, readReassignmentFile } from './reassignment-file';

/** `--verify`: tells of each partition; when nothing is moving in the cluster, ends the throttles. */
export async function verify(
  admin: Admin,
  { options, print, note }: Pick<CommandContext<ReassignOptions>, 'options' | 'print' | 'note'>,
): Promise<void> {
  const targets = readReassignmentFile(options.reassignmentJsonFile as string);
  const ongoing = new Set((await admin.listPartitionReassignments()).map(nameOf));
  const topics = targets.map(({ topic }) => topic);
  const found = await assignmentsOfTopics(admin, topics);
  const current = new Map(found.map((one) => [nameOf(one), one.replicas]));
  print('Status of partition reassignment:');
  for (const target of targets) {
    const name = nameOf(target);
    print(
      ongoing.has(name)
        ? `Reassignment of partition ${name} is still in progress.`
        : settledLine(name, current.get(name), target.replicas),
    );
  }
  if (options.preserveThrottles) return;
  if (ongoing.size === 0) {
    print('');
    await clearThrottles(admin, targets, print);
    return;
  }
  const isOnlyOthers = !targets.some((target) => ongoing.has(nameOf(target)));
  if (isOnlyOthers) note('Throttles stay while other partitions are being moved; see --list.');
}

function settledLine(
  name: string,
  current: readonly number[] | undefined,
  target: readonly number[],
): string {
  if (current?.join() === target.join()) return `Reassignment of partition ${name} is completed.`;
  const what = current ? `but replica set is ${current.join(',')}` : 'and it does not exist';
  const wanted = current ? ` rather than ${target.join(',')}` : '';
  return `There is no active reassignment of partition ${name}, ${what}${wanted}.`;
}
