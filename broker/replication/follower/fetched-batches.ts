import {
  forEachBatch,
  InvalidBatchError,
  RecordBatch,
  validateBatch,
} from '../../../client/records';

/**
 * Checks what no checksum covers and the log takes on trust: the leader epochs of fetched batches.
 * They never fall, and none is above the leader's own (KAFKA-18723).
 *
 * @param previous epoch of the record before, -1 for unknown
 * @throws InvalidBatchError CORRUPT_MESSAGE
 */
export function checkEpochs(records: Buffer, previous: number, leaderEpoch: number): void {
  let last = previous;
  forEachBatch(records, (batch) => {
    if (batch.leaderEpoch < last || batch.leaderEpoch > leaderEpoch) {
      throw new InvalidBatchError(
        'CORRUPT_MESSAGE',
        `A batch has leader epoch ${batch.leaderEpoch}, after ${last} and under ${leaderEpoch}.`,
        batch.position,
      );
    }
    last = batch.leaderEpoch;
  });
}

/**
 * The first batch, checked.
 *
 * @throws InvalidBatchError
 */
export function firstBatch(records: Buffer): RecordBatch {
  validateBatch(records, 0, records.length);
  return new RecordBatch(records, 0);
}
