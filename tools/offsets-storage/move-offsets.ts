import { OFFSETS_TOPIC } from '../../broker/coordinator/group/offsets-topic/group-partition';
import type { Admin } from '../../client/admin';
import { systemClock } from '../../client/runtime/clock';
import { describeError } from '../../client/runtime/error';
import { AdminToolError } from '../admin/admin-tool-error';
import { ExitCode, type CommandContext } from '../cli/command';
import { startProgress } from '../cli/progress';
import { plainTable } from '../cli/table';
import type { OffsetsStorageOptions } from './options';
import { planMove, type KnownOffset, type PlannedMove } from './plan-move';
import { readOffsetsTopic, type TopicReader } from './read-offsets-topic';

type MovingAdmin = Pick<
  Admin,
  | 'alterGroupOffsets'
  | 'describeCluster'
  | 'describeConfigs'
  | 'listGroupOffsets'
  | 'listGroups'
  | 'listTopics'
>;

type Context = Pick<
  CommandContext<OffsetsStorageOptions>,
  'options' | 'print' | 'note' | 'terminal'
>;

/**
 * One run of kafka-offsets-storage: compares what both storages have of each group, and commits to
 * the one in use what only the other has.
 *
 * @returns the exit code: 1 when a group's offsets could not be moved
 */
export async function moveOffsets(
  admin: MovingAdmin,
  reader: TopicReader,
  context: Context,
): Promise<number> {
  const { options, print, note } = context;
  await assertStorage(admin, options.to);
  const plan = await planOf(admin, () => inTopic(admin, reader, context), options.to);
  const moves = plan.filter(({ what }) => what === 'move');
  if (plan.length > 0) print(tableOf(plan));
  if (!options.execute) {
    note(`${moves.length} offsets would be moved to ${options.to}; --execute does it.`);
    return ExitCode.ok;
  }
  const failures = await commit(admin, moves, context);
  for (const [groupId, error] of failures) {
    note(
      `The offsets of group ${groupId} could not be moved: ${describeError(error)} ` +
        'Stop its consumers and run this again.',
    );
  }
  const failed = moves.filter(({ groupId }) => failures.has(groupId)).length;
  print(`Moved ${moves.length - failed} offsets to ${options.to}.`);
  return failures.size === 0 ? ExitCode.ok : ExitCode.failure;
}

/** @throws AdminToolError when a broker keeps offsets elsewhere */
async function assertStorage(admin: MovingAdmin, to: OffsetsStorageOptions['to']): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const described = await admin.describeConfigs(
    brokers.map(({ nodeId }) => ({
      type: 'BROKER',
      name: String(nodeId),
      configNames: ['offsets.storage'],
    })),
  );
  const others = described.filter(({ configs }) => configs[0]?.value !== to);
  if (others.length === 0) return;
  const names = others.map(({ name }) => name).join(', ');
  throw new AdminToolError(`Brokers that do not have offsets.storage=${to}: ${names}.`, {
    code: 'OFFSETS_STORAGE_DIFFERS',
    advice: `Set offsets.storage=${to} for all brokers and restart them one after the other; see docs/offsets-storage.md.`,
  });
}

/**
 * Brokers that use the topic tell of what is in ZooKeeper too; those that do not, only of that. Some
 * of it moves to the topic because it is asked for: so they are asked first, and the topic is read
 * then.
 */
async function planOf(
  admin: MovingAdmin,
  readTopic: () => Promise<ReadonlyMap<string, readonly KnownOffset[]>>,
  to: OffsetsStorageOptions['to'],
): Promise<PlannedMove[]> {
  const plan: PlannedMove[] = [];
  if (to === 'kafka') {
    const told = new Map<string, readonly KnownOffset[]>();
    for (const { groupId } of await admin.listGroups()) {
      told.set(groupId, await admin.listGroupOffsets(groupId));
    }
    const topic = await readTopic();
    for (const [groupId, offsets] of told) {
      plan.push(...planMove(groupId, offsets, topic.get(groupId) ?? []));
    }
  } else {
    for (const [groupId, offsets] of await readTopic()) {
      plan.push(...planMove(groupId, offsets, await admin.listGroupOffsets(groupId)));
    }
  }
  return plan.sort((a, b) => (a.groupId < b.groupId ? -1 : a.groupId > b.groupId ? 1 : 0));
}

/** What the topic knows; nothing while there is none. */
async function inTopic(
  admin: MovingAdmin,
  reader: TopicReader,
  context: Context,
): Promise<ReadonlyMap<string, readonly KnownOffset[]>> {
  const topics = await admin.listTopics({ listInternal: true });
  if (!topics.some(({ name }) => name === OFFSETS_TOPIC)) return new Map();
  return readWithProgress(reader, context);
}

async function readWithProgress(reader: TopicReader, { terminal }: Context) {
  const { stderr: stream } = terminal;
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    return await readOffsetsTopic(reader, (read, total) => {
      const label = `Reading ${OFFSETS_TOPIC}`;
      progress ??= startProgress({ label, total, unit: 'records', stream, clock: systemClock });
      progress.update(read);
    });
  } finally {
    progress?.stop();
  }
}

/** @returns why, by group */
async function commit(
  admin: MovingAdmin,
  moves: readonly PlannedMove[],
  { terminal }: Context,
): Promise<Map<string, unknown>> {
  const failures = new Map<string, unknown>();
  const byGroup = new Map<string, PlannedMove[]>();
  for (const move of moves) {
    byGroup.set(move.groupId, [...(byGroup.get(move.groupId) ?? []), move]);
  }
  const progress = startProgress({
    label: 'Moving',
    total: byGroup.size,
    unit: 'groups',
    stream: terminal.stderr,
    clock: systemClock,
  });
  let done = 0;
  for (const [groupId, offsets] of byGroup) {
    try {
      await admin.alterGroupOffsets(groupId, offsets);
    } catch (error) {
      failures.set(groupId, error);
    }
    progress.update(++done);
  }
  progress.stop();
  return failures;
}

const words: Record<PlannedMove['what'], string> = {
  move: 'to be moved',
  there: 'there already',
  newer: 'committed since',
};

function tableOf(plan: readonly PlannedMove[]): string {
  return plainTable(
    [
      { header: 'GROUP' },
      { header: 'TOPIC' },
      { header: 'PARTITION', align: 'right' },
      { header: 'OFFSET', align: 'right' },
      { header: 'STATUS' },
    ],
    plan.map(({ groupId, topic, partition, offset, what }) => [
      groupId,
      topic,
      partition,
      offset,
      words[what],
    ]),
  );
}
