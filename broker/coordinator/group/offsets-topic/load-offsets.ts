import { batchesOf, recordsOf, type Record } from '../../../../client/records';
import { describeError } from '../../../../client/runtime/error';
import type { Logger } from '../../../../client/runtime/logger';
import { partitionName, type Log } from '../../../log';
import { decodeOffsetKey, decodeOffsetValue } from './offset-records';
import type { OffsetTable } from './offset-table';

export interface LoadOptions {
  /** `offsets.load.buffer.size`, bytes read at a time. */
  readonly bufferBytes: number;
  /** Lets others have their turn on the event loop. */
  readonly pause: () => Promise<void>;
  readonly logger: Logger;
}

/**
 * Reads a partition of the offsets topic from its start to where it ends now, committed or not: a
 * leader that has the records will have them committed, or lose the lead. What lies at the larger
 * offset wins.
 *
 * @throws what reading the log throws
 */
export async function loadOffsets(
  log: Log,
  table: OffsetTable,
  { bufferBytes, pause, logger }: LoadOptions,
): Promise<void> {
  const end = log.writtenEndOffset;
  for (let offset = log.logStartOffset; offset < end;) {
    const read = await log.read(offset, bufferBytes, end);
    for (const batch of batchesOf(read.records)) {
      if (batch.isControl) continue;
      for (const record of recordsOf(read.records, batch.position))
        take(record, log, table, logger);
    }
    read.release();
    if (read.nextOffset <= offset) return;
    offset = read.nextOffset;
    await pause();
  }
}

/** One record that cannot be understood must not keep all groups of the partition from loading. */
function take(record: Record, log: Log, table: OffsetTable, logger: Logger): void {
  const { key, value, offset } = record;
  try {
    const at = key && decodeOffsetKey(key);
    if (!at) return;
    const { groupId, topic, partition } = at;
    const committed = value && decodeOffsetValue(value);
    if (committed === undefined) return complain(log, offset, logger, 'its version is unknown');
    table.apply(groupId, { topic, partition, committed });
  } catch (error) {
    complain(log, offset, logger, describeError(error));
  }
}

function complain(log: Log, offset: number, logger: Logger, why: string): void {
  const partition = partitionName(log.topicPartition);
  logger.warn(
    { event: 'offset-record-ignored', partition, offset },
    `The record at ${offset} of ${partition} is ignored: ${why}.`,
  );
}
