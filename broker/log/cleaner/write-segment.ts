import { RecordBatch } from '../../../client/records';
import type { LogEnvironment } from '../log-environment';
import type { BatchFacts, Segment } from '../segment';
import { writeFullyInBackground } from '../write-fully';

/** Largest position an index can express. */
const MAX_POSITION = 0x7fff_ffff;

/** Appends whole batches to a segment that only the cleaner knows. @returns bytes written */
export async function writeBatches(
  environment: LogEnvironment,
  segment: Segment,
  batches: readonly Buffer[],
  indexIntervalBytes: number,
): Promise<number> {
  if (batches.length === 0) return 0;
  const sizeInBytes = batches.reduce((sum, { length }) => sum + length, 0);
  if (segment.assignedBytes + sizeInBytes > MAX_POSITION) {
    throw new RangeError(`${segment.path} would become larger than 2 GiB.`);
  }
  const [first = Buffer.alloc(0)] = batches;
  const firstTimestamp = new RecordBatch(first, 0).maxTimestamp;
  let position = segment.assign(sizeInBytes, batches.length, firstTimestamp);
  await writeAll(environment, segment, batches, position);
  const facts = batches.map((bytes): BatchFacts => {
    const { lastOffset, maxTimestamp } = new RecordBatch(bytes, 0);
    const at = position;
    position += bytes.length;
    return { position: at, sizeInBytes: bytes.length, lastOffset, maxTimestamp };
  });
  segment.written(facts, indexIntervalBytes);
  return sizeInBytes;
}

function writeAll(
  { files, fileSystem }: LogEnvironment,
  segment: Segment,
  batches: readonly Buffer[],
  position: number,
): Promise<void> {
  const { fd, unpin } = files.pin(segment.path);
  return new Promise((resolve, reject) => {
    writeFullyInBackground(fileSystem, fd, batches, position, (error) => {
      unpin();
      if (error) reject(error);
      else resolve();
    });
  });
}
