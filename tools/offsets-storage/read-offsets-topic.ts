import { OFFSETS_TOPIC } from '../../broker/coordinator/group/offsets-topic/group-partition';
import {
  decodeOffsetKey,
  decodeOffsetValue,
} from '../../broker/coordinator/group/offsets-topic/offset-records';
import { OffsetTable } from '../../broker/coordinator/group/offsets-topic/offset-table';
import type { ConsumerRecord, Consumer } from '../../client/consumer';
import type { KnownOffset } from './plan-move';

/** What the tool needs of a consumer. */
export type TopicReader = Pick<
  Consumer,
  'assign' | 'assignment' | 'beginningOffsets' | 'endOffsets' | 'poll' | 'position'
>;

/**
 * Reads the offsets topic from its start to where it ends now.
 *
 * @param onProgress records read, and how many there are at most
 * @returns the offsets of each group
 */
export async function readOffsetsTopic(
  consumer: TopicReader,
  onProgress: (read: number, total: number) => void,
): Promise<ReadonlyMap<string, readonly KnownOffset[]>> {
  await consumer.assign({ topic: OFFSETS_TOPIC, offset: 'earliest' });
  const partitions = consumer.assignment();
  const begins = new Map(
    (await consumer.beginningOffsets(partitions)).map(({ partition, offset }) => [
      partition,
      offset,
    ]),
  );
  const ends = await consumer.endOffsets(partitions);
  const begin = (partition: number) => begins.get(partition) ?? 0;
  const total = ends.reduce((sum, { partition, offset }) => sum + offset - begin(partition), 0);
  const table = new OffsetTable();
  let left = ends.filter(({ partition, offset }) => offset > begin(partition));
  let read = 0;
  while (left.length > 0) {
    for (const batch of await consumer.poll()) {
      for (const record of batch.records) take(table, record);
      read += batch.records.length;
    }
    onProgress(Math.min(read, total), total);
    const positions = await Promise.all(left.map((at) => consumer.position(at)));
    left = left.filter(({ offset }, index) => (positions[index] ?? 0) < offset);
  }
  return new Map(table.groupIds.map((groupId) => [groupId, [...knownOffsets(table, groupId)]]));
}

function take(table: OffsetTable, { key, value }: ConsumerRecord): void {
  const at = key && decodeOffsetKey(key);
  if (!at) return;
  const committed = value && decodeOffsetValue(value);
  if (committed === undefined) return;
  table.apply(at.groupId, { topic: at.topic, partition: at.partition, committed });
}

function* knownOffsets(table: OffsetTable, groupId: string): Iterable<KnownOffset> {
  for (const [topic, partitions] of table.of(groupId)) {
    for (const [partition, { offset, leaderEpoch, metadata }] of partitions) {
      yield { topic, partition, offset, leaderEpoch, metadata };
    }
  }
}
