import { RecordBatch, validateBatch } from '../../../client/records';
import { recordsAt } from '../../../client/records/batch-layout';
import { headerProblem } from '../batch-scan';
import type { LogEnvironment } from '../log-environment';
import type { Segment } from '../segment';
import { DamagedSegmentError } from './damaged-segment-error';
import { atOnce, inSlices, SLICE_RECORDS, type Slices } from './slices';

/** Bytes of batches looked at before others have their turn on the event loop. */
const SLICE_BYTES = 64 * 1024;

export interface WalkOptions {
  /** `log.cleaner.io.buffer.size`; grows for a batch that is larger. */
  readonly bufferBytes: number;
  /** Called with each batch. False ends the walk before it. */
  readonly visit: (batch: RecordBatch) => Slices<boolean>;
  /** Called when the batches visited so far have been read, before their memory is used anew. */
  readonly chunkDone: (bytes: number) => Promise<void>;
}

/**
 * Visits the batches of a closed segment in order, each checked as a whole. Reads are on the thread
 * pool, and the event loop is given up again and again.
 *
 * @throws DamagedSegmentError for bytes that are no batches
 */
export async function walkBatches(
  environment: LogEnvironment,
  segment: Segment,
  options: WalkOptions,
): Promise<void> {
  const { files, fileSystem, defer } = environment;
  const pause = () => new Promise<void>((resolve) => defer(resolve));
  const size = segment.writtenBytes;
  let buffer = Buffer.allocUnsafeSlow(Math.max(recordsAt, Math.min(options.bufferBytes, size)));
  for (let position = 0; position < size;) {
    const filled = await files.pinned(segment.path, (fd) =>
      fileSystem.read(fd, buffer, 0, buffer.length, position),
    );
    let at = 0;
    let sliceRecords = 0;
    let sliceBytes = 0;
    let goOn = true;
    while (goOn && at + recordsAt <= filled) {
      const batch = new RecordBatch(buffer, at);
      const problem = headerProblem(batch, size - position - at);
      if (problem) throw new DamagedSegmentError(segment.path, position + at, problem);
      const { sizeInBytes, recordCount } = batch;
      if (at + sizeInBytes > filled) break;
      checkBatch(batch, segment, position);
      const slices = options.visit(batch);
      goOn = recordCount > SLICE_RECORDS ? await inSlices(slices, pause) : atOnce(slices);
      if (!goOn) break;
      at += sizeInBytes;
      sliceRecords += recordCount;
      sliceBytes += sizeInBytes;
      if (sliceRecords < SLICE_RECORDS && sliceBytes < SLICE_BYTES) continue;
      sliceRecords = sliceBytes = 0;
      await pause();
    }
    await options.chunkDone(at);
    if (!goOn) return;
    position += at;
    if (at > 0) continue;
    if (filled < recordsAt) {
      throw new DamagedSegmentError(segment.path, position, 'less than a header is there');
    }
    const needed = new RecordBatch(buffer, 0).sizeInBytes;
    if (needed <= buffer.length) {
      throw new DamagedSegmentError(segment.path, position, 'the file ends inside a batch');
    }
    buffer = Buffer.allocUnsafeSlow(needed);
  }
}

function checkBatch(batch: RecordBatch, segment: Segment, start: number): void {
  try {
    validateBatch(batch.buffer, batch.position, batch.end);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new DamagedSegmentError(segment.path, start + batch.position, problem);
  }
}
