import { headerProblem } from '../../broker/log/batch-scan';
import { attributesAt, recordsAt } from '../../client/records/batch-layout';
import { crc32c } from '../../client/records/crc32c';
import { RecordBatch } from '../../client/records/record-batch';
import type { FileWindow } from './file-window';

const CRC_CHUNK = 256 * 1024;

/** The header of the batch that starts there; undefined when none can. */
export async function headerAt(
  file: FileWindow,
  position: number,
  end = file.size,
): Promise<RecordBatch | undefined> {
  if (position < 0 || position + recordsAt > end) return undefined;
  const batch = new RecordBatch(Buffer.from(await file.view(position, recordsAt)), 0);
  return headerProblem(batch, end - position) === undefined ? batch : undefined;
}

/**
 * Walks the batches of a segment from a position on, as long as one follows the other.
 *
 * @param visit gets a copy of the header; false ends the walk behind this batch
 * @returns where the walk ended: the end of the file, unless it holds something else than batches
 */
export async function walkBatches(
  file: FileWindow,
  from: number,
  end: number,
  visit: (batch: RecordBatch, position: number) => Promise<boolean | void> | boolean | void,
): Promise<number> {
  for (let position = from; ;) {
    const batch = await headerAt(file, position, end);
    if (!batch) return position;
    const goOn = await visit(batch, position);
    position += batch.sizeInBytes;
    if (goOn === false) return position;
  }
}

/** Whether the checksum of a batch fits its bytes. Memory does not grow with the batch. */
export async function hasRightChecksum(
  file: FileWindow,
  batch: RecordBatch,
  position: number,
): Promise<boolean> {
  const end = position + batch.sizeInBytes;
  let crc = 0;
  for (let at = position + attributesAt; at < end;) {
    const chunk = await file.view(at, Math.min(CRC_CHUNK, end - at));
    if (chunk.length === 0) return false;
    crc = crc32c(chunk, crc);
    at += chunk.length;
  }
  return crc === batch.crc;
}
