import type { MemoryDisk } from '../../../broker/log/testing/memory-disk';
import { batchesOf, endOfWholeBatches, recordsOf } from '../../../client/records';
import type { FinalRead, StoredBatch } from '../../../tools/drill/checker/history';
import type { KeyedRecord } from '../compaction/keyed-facts';
import { LOG_DIR } from './sim-broker';

/** What lies on a disk of one partition. */
export interface ReplicaDump {
  readonly batches: readonly StoredBatch[];
  readonly read: Pick<FinalRead, 'offsets' | 'values'>;
  /** Where it ends, also when nothing is left in it. */
  readonly nextOffset: number;
}

const SEGMENT = /^\d{20}\.log$/;

/**
 * Reads the segments of a partition from the disk itself, with nothing of the broker's own log code.
 *
 * @param partition `topic-0`
 */
export function dumpReplica(disk: MemoryDisk, partition: string): ReplicaDump {
  const batches: StoredBatch[] = [];
  const offsets: number[] = [];
  const values: number[] = [];
  let end = 0;
  for (const { base, data } of segmentsOf(disk, partition)) {
    end = Math.max(end, base);
    for (const batch of batchesOf(data, 0, endOfWholeBatches(data))) {
      const { baseOffset, nextOffset, bytes } = batch;
      batches.push({ baseOffset, nextOffset, bytes });
      end = nextOffset;
      for (const record of recordsOf(bytes)) {
        offsets.push(record.offset);
        values.push(Number(record.value));
      }
    }
  }
  return { batches, read: { offsets, values }, nextOffset: end };
}

/** The records of a partition with their keys. */
export function recordsOnDisk(disk: MemoryDisk, partition: string): KeyedRecord[] {
  return segmentsOf(disk, partition).flatMap(({ data }) =>
    [...batchesOf(data, 0, endOfWholeBatches(data))].flatMap(({ bytes }) =>
      [...recordsOf(bytes)].map(({ offset, key, value }) => ({
        offset,
        key: String(key),
        value: value && String(value),
      })),
    ),
  );
}

function segmentsOf(disk: MemoryDisk, partition: string): { base: number; data: Buffer }[] {
  const directory = `${LOG_DIR}/${partition}/`;
  const files = [...disk.names.keys()].filter(
    (path) => path.startsWith(directory) && SEGMENT.test(path.slice(directory.length)),
  );
  return files.sort().map((file) => ({
    base: Number(file.slice(directory.length, -'.log'.length)),
    data: disk.names.get(file)!.data,
  }));
}
