import type { Admin } from '../../../client/admin';
import { delay } from '../../../client/runtime/clock';
import type { CommandContext } from '../../cli/command';
import { clearThrottles } from './clear-throttles';
import { assignmentsOfTopics } from './current-assignments';
import type { ReassignOptions } from './reassign-options';
import { nameOf, readReassignmentFile, type Assignment } from './reassignment-file';

const ATTEMPTS = 5;
const PAUSE_MS = 200;

/** `--verify`: tells of each partition; when nothing is moving in the cluster, ends the throttles. */
export async function verify(
  admin: Admin,
  { options, print, note }: Pick<CommandContext<ReassignOptions>, 'options' | 'print' | 'note'>,
): Promise<void> {
  const targets = readReassignmentFile(options.reassignmentJsonFile as string);
  const ongoing = new Set((await admin.listPartitionReassignments()).map(nameOf));
  const settled = targets.filter((target) => !ongoing.has(nameOf(target)));
  const current = await presentReplicas(admin, settled);
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

/**
 * Where partitions lie that are not being moved. Brokers may hear of the end of a move a moment
 * after the controller has made it: what is not as it should be is asked again before it is told.
 */
async function presentReplicas(
  admin: Admin,
  targets: readonly Assignment[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  for (let attempt = 1; ; attempt++) {
    const found = await assignmentsOfTopics(
      admin,
      targets.map(({ topic }) => topic),
    );
    const replicas = new Map(found.map((one) => [nameOf(one), one.replicas]));
    const asWished = targets.every(
      (target) => replicas.get(nameOf(target))?.join() === target.replicas.join(),
    );
    if (asWished || attempt === ATTEMPTS) return replicas;
    await delay(PAUSE_MS);
  }
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
