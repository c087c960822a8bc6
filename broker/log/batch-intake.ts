import {
  decodeBatch,
  forEachBatch,
  InvalidBatchError,
  RecordBatch,
  validateBatch,
  validateProducedBatch,
} from '../../client/records';
import { isCompacted, type LogConfig } from './log-config';
import {
  InvalidTimestampError,
  MissingKeyError,
  RecordListTooLargeError,
  UnexpectedOffsetError,
} from './log-error';

/**
 * Checks what a producer sent: every batch whole and right, nothing after the last one, sizes and
 * timestamps within the topic's limits. Changes nothing.
 *
 * @throws InvalidBatchError, InvalidTimestampError, MissingKeyError, RecordListTooLargeError
 */
export function checkProduced(
  records: Buffer,
  config: LogConfig,
  now: number,
  allowControlBatches: boolean,
): RecordBatch[] {
  checkTotalSize(records, config);
  const validate = allowControlBatches ? validateBatch : validateProducedBatch;
  const batches: RecordBatch[] = [];
  for (let position = 0; position < records.length;) {
    const size = validate(records, position, records.length, config.maxMessageBytes);
    const batch = new RecordBatch(records, position);
    if (config.messageTimestampType === 'CreateTime') checkTimestamps(batch, config, now);
    if (isCompacted(config) && !batch.isControl) checkKeys(batch);
    batches.push(batch);
    position += size;
  }
  return batches;
}

/**
 * Checks what a leader sent: every batch whole and right, offsets rising from the log end on. A last
 * batch that is cut, as fetches may end with, is left out.
 *
 * @throws InvalidBatchError, RecordListTooLargeError, UnexpectedOffsetError
 */
export function checkReplicated(
  records: Buffer,
  config: LogConfig,
  partition: string,
  logEndOffset: number,
): { batches: RecordBatch[]; sizeInBytes: number; hasGaps: boolean } {
  const batches: RecordBatch[] = [];
  let next = logEndOffset;
  let hasGaps = false;
  const sizeInBytes = forEachBatch(records, (batch) => {
    validateBatch(records, batch.position, records.length);
    if (batch.baseOffset < next) {
      throw new UnexpectedOffsetError(partition, batch.baseOffset, logEndOffset);
    }
    if (batch.baseOffset > next) hasGaps = true;
    next = batch.nextOffset;
    batches.push(batch);
  });
  checkTotalSize(records.subarray(0, sizeInBytes), config);
  return { batches, sizeInBytes, hasGaps };
}

function checkTotalSize(records: Buffer, config: LogConfig): void {
  if (records.length === 0) {
    throw new InvalidBatchError('INVALID_RECORD', 'There are no records to append.');
  }
  if (records.length > config.segmentBytes) {
    throw new RecordListTooLargeError(records.length, config.segmentBytes);
  }
}

/** Looks at the header's two timestamps, not at each record's: those between are taken on trust. */
function checkTimestamps(batch: RecordBatch, config: LogConfig, now: number): void {
  const { baseTimestamp, maxTimestamp } = batch;
  if (maxTimestamp < 0) return;
  if (maxTimestamp - now > config.messageTimestampAfterMaxMs) {
    throw new InvalidTimestampError(
      `Timestamp ${maxTimestamp} is ${maxTimestamp - now} ms ahead of the broker's clock; ` +
        `message.timestamp.after.max.ms allows ${config.messageTimestampAfterMaxMs}.`,
    );
  }
  const oldest = Math.min(baseTimestamp, maxTimestamp);
  if (now - oldest > config.messageTimestampBeforeMaxMs) {
    throw new InvalidTimestampError(
      `Timestamp ${oldest} is ${now - oldest} ms behind the broker's clock; ` +
        `message.timestamp.before.max.ms allows ${config.messageTimestampBeforeMaxMs}.`,
    );
  }
}

/** Compaction needs keys. The only check that looks at records, and only compacted topics pay for it. */
function checkKeys(batch: RecordBatch): void {
  const keyless: number[] = [];
  decodeBatch(batch.buffer, batch.position, ({ key, offset }) => {
    if (key === null) keyless.push(offset - batch.baseOffset);
  });
  if (keyless.length > 0) throw new MissingKeyError(keyless);
}
