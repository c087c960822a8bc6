import type { Admin, ListOffsetsQuestion, PartitionItem } from '../../../client/admin';
import { AdminToolError } from '../admin-tool-error';
import type { GroupsOptions } from './groups-options';
import type { ResetOffset } from './reset-file';
import { parseDateTime, parseDuration } from './reset-time';

type ResetAdmin = Pick<Admin, 'listOffsets'>;

export interface ResetQuestion {
  readonly groupId: string;
  readonly partitions: readonly PartitionItem[];
  /** What the group has committed, by `topic-partition`. */
  readonly committed: ReadonlyMap<string, number>;
  readonly options: GroupsOptions;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Told what the reader should know. */
  warn(text: string): void;
}

export function partitionName({ topic, partition }: PartitionItem): string {
  return `${topic}-${partition}`;
}

/**
 * Where a group shall go on, for every scenario but `--from-file`.
 *
 * @throws AdminToolError NO_COMMITTED_OFFSET
 */
export async function newOffsets(admin: ResetAdmin, ask: ResetQuestion): Promise<ResetOffset[]> {
  const { partitions, committed, options, now } = ask;
  const { toOffset, shiftBy, toDatetime, byDuration, timeout } = options;
  if (toOffset !== undefined) {
    return withinLog(
      admin,
      ask,
      at(partitions, () => toOffset),
    );
  }
  if (shiftBy !== undefined) {
    const shifted = at(partitions, (item) => mustHaveCommitted(ask, item) + shiftBy);
    return withinLog(admin, ask, shifted);
  }
  if (options.toEarliest) return found(admin, partitions, 'earliest', timeout);
  if (options.toLatest) return found(admin, partitions, 'latest', timeout);
  if (toDatetime !== undefined) return fromTime(admin, ask, parseDateTime(toDatetime));
  if (byDuration !== undefined) return fromTime(admin, ask, now - parseDuration(byDuration));
  const without = partitions.filter((item) => !committed.has(partitionName(item)));
  const ends = offsetsByName(await found(admin, without, 'latest', timeout));
  return at(partitions, (item) => {
    const name = partitionName(item);
    return committed.get(name) ?? (ends.get(name) as number);
  });
}

/** Offsets that are not in the log are moved to its nearest end. */
export async function withinLog(
  admin: ResetAdmin,
  { options: { timeout }, warn }: Pick<ResetQuestion, 'options' | 'warn'>,
  wanted: readonly ResetOffset[],
): Promise<ResetOffset[]> {
  const [starts, ends] = await Promise.all([
    found(admin, wanted, 'earliest', timeout).then(offsetsByName),
    found(admin, wanted, 'latest', timeout).then(offsetsByName),
  ]);
  return wanted.map((item) => {
    const name = partitionName(item);
    const start = starts.get(name) as number;
    const end = ends.get(name) as number;
    if (item.offset >= start && item.offset <= end) return item;
    const [than, offset] =
      item.offset > end ? ['higher than latest', end] : ['lower than earliest', start];
    warn(
      `New offset (${item.offset}) is ${than} offset for topic partition ${name}. ` +
        `Value will be set to ${offset}`,
    );
    return { ...item, offset };
  });
}

async function fromTime(
  admin: ResetAdmin,
  { partitions, options: { timeout }, warn }: ResetQuestion,
  time: number,
): Promise<ResetOffset[]> {
  // Negative times would mean something else to the brokers.
  const byTime = await found(admin, partitions, Math.max(0, time), timeout);
  const none = byTime.filter(({ offset }) => offset < 0);
  for (const { topic, partition } of none) {
    warn(
      `Partition ${partition} from topic ${topic} has no record that young. ` +
        'Falling back to latest known offset.',
    );
  }
  const ends = offsetsByName(await found(admin, none, 'latest', timeout));
  return byTime.map((item) => ({ ...item, offset: ends.get(partitionName(item)) ?? item.offset }));
}

async function found(
  admin: ResetAdmin,
  partitions: readonly PartitionItem[],
  place: ListOffsetsQuestion['at'],
  timeoutMs: number,
): Promise<ResetOffset[]> {
  if (partitions.length === 0) return [];
  const questions = partitions.map(({ topic, partition }) => ({ topic, partition, at: place }));
  const listed = await admin.listOffsets(questions, { timeoutMs });
  return listed.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
}

function at(
  partitions: readonly PartitionItem[],
  offsetOf: (item: PartitionItem) => number,
): ResetOffset[] {
  return partitions.map((item) => ({
    topic: item.topic,
    partition: item.partition,
    offset: offsetOf(item),
  }));
}

function offsetsByName(offsets: readonly ResetOffset[]): Map<string, number> {
  return new Map(offsets.map((item) => [partitionName(item), item.offset]));
}

function mustHaveCommitted({ committed, groupId }: ResetQuestion, item: PartitionItem): number {
  const offset = committed.get(partitionName(item));
  if (offset !== undefined) return offset;
  throw new AdminToolError(
    `Cannot shift offset for partition ${partitionName(item)} since there is no current ` +
      `committed offset of group '${groupId}'.`,
    { code: 'NO_COMMITTED_OFFSET', advice: 'Reset it to an end or a time instead.' },
  );
}
