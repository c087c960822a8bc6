import type { Admin, GroupDescription, PartitionItem } from '../../../client/admin';
import type { Clock } from '../../../client/runtime/clock';
import { ExitCode } from '../../cli/command';
import { groupsMeant, type GroupsContext } from './list-and-describe';
import { newOffsets, partitionName, withinLog } from './new-offsets';
import { paddedRows } from './padded-rows';
import { formatResetPlan, readResetFile, type ResetOffset, type ResetPlan } from './reset-file';
import { partitionsMeant } from './topic-argument';

export type ResetAdmin = Pick<
  Admin,
  | 'listGroups'
  | 'describeGroups'
  | 'describeTopics'
  | 'listGroupOffsets'
  | 'listOffsets'
  | 'alterGroupOffsets'
>;

/** `--reset-offsets`: a plan for each group, which `--execute` carries out. */
export async function resetOffsets(
  admin: ResetAdmin,
  context: GroupsContext,
  clock: Pick<Clock, 'now'>,
): Promise<number> {
  const { options, print, note } = context;
  const { timeout: timeoutMs, execute = false, dryRun = false } = options;
  if (!execute && !dryRun) {
    note(
      'WARN: No action will be performed as the --execute option is missing. ' +
        'Scripts that want to see only what would be done should give --dry-run.',
    );
  }
  const ids = await groupsMeant(admin, options);
  const file = options.fromFile === undefined ? undefined : readResetFile(options.fromFile, ids);
  const plan = new Map<string, ResetOffset[]>();
  let code: number = ExitCode.ok;
  for (const group of await admin.describeGroups(ids, { timeoutMs })) {
    const problem = whyNot(group, file);
    if (problem !== undefined) {
      note(`\nError: ${problem}`);
      code = ExitCode.failure;
      continue;
    }
    const offsets = await planFor(admin, group.groupId, file, context, clock);
    if (execute && offsets.length > 0) {
      await admin.alterGroupOffsets(group.groupId, offsets, { timeoutMs });
    }
    plan.set(group.groupId, offsets);
  }
  if (options.export) formatResetPlan(plan, ids.length !== 1).forEach(print);
  else if (plan.size > 0) ['', ...formatPlan(plan)].forEach(print);
  return code;
}

function whyNot({ groupId, state }: GroupDescription, file?: ResetPlan): string | undefined {
  if (state !== 'Empty' && state !== 'Dead') {
    return (
      `Assignments can only be reset if the group '${groupId}' is inactive, ` +
      `but the current state is ${state}. ` +
      'Stop its consumers; one that died counts until its session timeout is over.'
    );
  }
  return file && !file.has(groupId) ? `No reset plan for group ${groupId} found` : undefined;
}

async function planFor(
  admin: ResetAdmin,
  groupId: string,
  file: ResetPlan | undefined,
  { options, note }: GroupsContext,
  clock: Pick<Clock, 'now'>,
): Promise<ResetOffset[]> {
  const warn = (text: string): void => note(`WARN: ${text}`);
  if (file) return withinLog(admin, { options, warn }, file.get(groupId) ?? []);
  const listed = await admin.listGroupOffsets(groupId, { timeoutMs: options.timeout });
  const known = listed.filter(({ offset }) => offset >= 0);
  const partitions: readonly PartitionItem[] = options.allTopics
    ? known
    : await partitionsMeant(admin, options.topic, options.timeout);
  return newOffsets(admin, {
    groupId,
    partitions,
    committed: new Map(known.map((item) => [partitionName(item), item.offset])),
    options,
    now: clock.now(),
    warn,
  });
}

function formatPlan(plan: ResetPlan): string[] {
  const rows = [...plan].flatMap(([group, offsets]) =>
    offsets.map(({ topic, partition, offset }) => [
      group,
      topic,
      String(partition),
      String(offset),
    ]),
  );
  return paddedRows(['GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET'], rows, [30, 30, 10, 15]);
}
