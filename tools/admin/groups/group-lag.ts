import type { Admin, GroupDescription, PartitionItem } from '../../../client/admin';
import { outcomes } from '../outcomes';

/** How far a group has read one partition, and who reads it. */
export interface PartitionProgress extends PartitionItem {
  /** Undefined when the group has committed none. */
  readonly offset: number | undefined;
  /** Undefined when the partition does not tell, for instance because it is gone. */
  readonly endOffset: number | undefined;
  readonly member: GroupDescription['members'][number] | undefined;
}

/** Records still to be read; undefined when one of the offsets is. */
export function lagOf({ offset, endOffset }: PartitionProgress): number | undefined {
  return offset === undefined || endOffset === undefined ? undefined : endOffset - offset;
}

/**
 * The partitions of each member, those with the most partitions first; then partitions that have
 * offsets and no reader.
 */
export async function progressOf(
  admin: Pick<Admin, 'listGroupOffsets' | 'listOffsets'>,
  { groupId, members }: GroupDescription,
  timeoutMs: number,
): Promise<PartitionProgress[]> {
  const listed = await admin.listGroupOffsets(groupId, { timeoutMs });
  const committed = new Map(
    listed.filter(({ offset }) => offset >= 0).map((one) => [nameOf(one), one]),
  );
  const busiest = [...members].sort((a, b) => b.partitions.length - a.partitions.length);
  const rows = busiest.flatMap((member) =>
    [...member.partitions].sort(inOrder).map((item) => ({ item, member })),
  );
  const assigned = new Set(rows.map(({ item }) => nameOf(item)));
  const left = [...committed.values()].filter((one) => !assigned.has(nameOf(one)));
  const all = [...rows, ...left.map((item) => ({ item, member: undefined }))];
  const ends = await endOffsets(
    admin,
    all.map(({ item }) => item),
    timeoutMs,
  );
  return all.map(({ item: { topic, partition }, member }) => ({
    topic,
    partition,
    offset: committed.get(nameOf({ topic, partition }))?.offset,
    endOffset: ends.get(nameOf({ topic, partition })),
    member,
  }));
}

async function endOffsets(
  admin: Pick<Admin, 'listOffsets'>,
  items: readonly PartitionItem[],
  timeoutMs: number,
): Promise<Map<string, number>> {
  const questions = items.map(({ topic, partition }) => ({ topic, partition }));
  const { succeeded } = await outcomes(admin.listOffsets(questions, { timeoutMs }));
  return new Map(succeeded.map((found) => [nameOf(found), found.offset]));
}

function nameOf({ topic, partition }: PartitionItem): string {
  return `${topic}-${partition}`;
}

function inOrder(a: PartitionItem, b: PartitionItem): number {
  return a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1;
}
