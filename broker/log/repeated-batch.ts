import { InvalidBatchError, type RecordBatch } from '../../client/records';
import type { LogState } from './log-state';
import type { SequencedBatch } from './producer-state';
import type { ProducerStateManager } from './producer-state-manager';
import type { LogAppendInfo } from './types';

/**
 * The batch in the log that a producer's batch repeats; undefined when it is new.
 *
 * @throws InvalidBatchError when it is not alone
 * @throws InvalidProducerEpochError, OutOfOrderSequenceError when its producer may not write it
 */
export function findRepeated(
  producers: ProducerStateManager,
  batches: readonly RecordBatch[],
): SequencedBatch | undefined {
  const signed = batches.find(({ hasProducerId }) => hasProducerId);
  if (!signed) return undefined;
  if (batches.length > 1) {
    throw new InvalidBatchError(
      'INVALID_RECORD',
      `A batch of producer ${signed.producerId} came together with other batches.`,
      signed.position,
    );
  }
  return producers.admit(signed);
}

/**
 * What the producer of a repetition is told: what it would have been told the first time.
 *
 * @param settled resolves when the first copy, if still on its way to the file, is there
 */
export function duplicateInfo(
  { firstOffset, lastOffset, timestamp }: SequencedBatch,
  { config, readableEnd, startOffset }: LogState,
  settled: Promise<void>,
): LogAppendInfo {
  return {
    firstOffset,
    lastOffset,
    maxTimestamp: timestamp,
    offsetOfMaxTimestamp: lastOffset,
    logAppendTime: config.messageTimestampType === 'LogAppendTime' ? timestamp : -1,
    logStartOffset: startOffset,
    batchCount: 0,
    sizeInBytes: 0,
    isDuplicate: true,
    written: lastOffset < readableEnd ? Promise.resolve() : settled,
  };
}
