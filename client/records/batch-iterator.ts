import { batchLengthAt, logOverhead, recordsAt } from './batch-layout';
import { corrupt } from './invalid-batch-error';
import { RecordBatch } from './record-batch';

/**
 * Size in bytes of the batch at `position`, or 0 when it does not all lie before `end`.
 *
 * @throws InvalidBatchError CORRUPT_MESSAGE when no batch can have the size the bytes give.
 */
export function batchSizeAt(buffer: Buffer, position: number, end: number): number {
  if (position + logOverhead > end) return 0;
  const size = logOverhead + buffer.readInt32BE(position + batchLengthAt);
  if (size < recordsAt) {
    throw corrupt(`A batch of ${size} bytes is smaller than its own header.`, position);
  }
  return position + size > end ? 0 : size;
}

/**
 * Visits the batches of a buffer in order, until the visitor returns false. A last batch that is
 * not complete ends the walk; fetched data often end with one.
 *
 * @param visit Returns false to stop after the batch it was given.
 * @returns the position after the last batch visited; up to there the batches are whole.
 * @throws InvalidBatchError CORRUPT_MESSAGE when a size is impossible; `position` says where. The
 * batches before it have been visited.
 */
export function forEachBatch(
  buffer: Buffer,
  visit: (batch: RecordBatch) => boolean | void,
  start = 0,
  end = buffer.length,
): number {
  let position = start;
  for (;;) {
    const size = batchSizeAt(buffer, position, end);
    if (size === 0) return position;
    const goOn = visit(new RecordBatch(buffer, position));
    position += size;
    if (goOn === false) return position;
  }
}

/** The whole batches of a buffer; see `forEachBatch`. */
export function batchesOf(buffer: Buffer, start = 0, end = buffer.length): RecordBatch[] {
  const batches: RecordBatch[] = [];
  forEachBatch(buffer, (batch) => void batches.push(batch), start, end);
  return batches;
}

/** Position after the last whole batch; see `forEachBatch`. */
export function endOfWholeBatches(buffer: Buffer, start = 0, end = buffer.length): number {
  let position = start;
  for (;;) {
    const size = batchSizeAt(buffer, position, end);
    if (size === 0) return position;
    position += size;
  }
}
