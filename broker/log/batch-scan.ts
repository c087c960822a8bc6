import { attributesAt, crcAt, currentMagic, recordsAt } from '../../client/records/batch-layout';
import { crc32c } from '../../client/records/crc32c';
import { RecordBatch } from '../../client/records/record-batch';
import type { ReadSteps } from './read-steps';

/** Part of a file that holds batches. */
export interface FileRange {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** Where a scan ended, and what is wrong there when it did not get to the end. */
export interface ScanEnd {
  readonly position: number;
  readonly problem: string | undefined;
}

/**
 * Looks at a batch of which only the header is in memory, `position` being where it starts in the
 * file; false ends the scan before it.
 */
export type VisitHeader = (batch: RecordBatch, position: number) => boolean;

const HEADER_CHUNK = 8 * 1024;
const VERIFY_CHUNK = 256 * 1024;

/**
 * What is wrong with a header, judged by itself. Everything below rests on it: whoever finds a batch
 * by an index must not believe a size or an offset that cannot be.
 *
 * @param room bytes from the start of the batch to the end of the file
 */
export function headerProblem(batch: RecordBatch, room: number): string | undefined {
  if (batch.magic !== currentMagic) return `magic is ${batch.magic}`;
  const size = batch.sizeInBytes;
  if (size < recordsAt) return `batch size ${size} is smaller than a header`;
  if (size > room) return `torn: a batch of ${size} bytes, of which ${room} are there`;
  if (batch.lastOffsetDelta < 0) return `last offset delta is ${batch.lastOffsetDelta}`;
  if (!Number.isSafeInteger(batch.lastOffset) || batch.baseOffset < 0) {
    return `base offset is ${batch.baseOffset}`;
  }
  return undefined;
}

/** Walks the headers of the batches in a range, without looking at what lies between them. */
export function* scanHeaders(range: FileRange, visit: VisitHeader): ReadSteps<ScanEnd> {
  const buffer = Buffer.allocUnsafe(Math.min(HEADER_CHUNK, Math.max(0, range.to - range.from)));
  let position = range.from;
  while (position < range.to) {
    const wanted = buffer.subarray(0, Math.min(buffer.length, range.to - position));
    const length = yield { path: range.path, position, buffer: wanted };
    const start = position;
    while (position - start + recordsAt <= length) {
      const batch = new RecordBatch(buffer, position - start);
      const problem = headerProblem(batch, range.to - position);
      if (problem) return { position, problem };
      if (!visit(batch, position)) return { position, problem: undefined };
      position += batch.sizeInBytes;
    }
    if (position === start) return { position, problem: 'torn: less than a header is there' };
  }
  return { position, problem: undefined };
}

/**
 * Walks the batches of a range and checks each: sizes, magic, rising offsets and epochs, CRC-32C.
 * Memory is bounded whatever sizes the file claims: the checksum is computed piece by piece.
 *
 * Base offset and leader epoch are not part of the checksum, because the broker stamps them; what is
 * wrong with them shows only in what stands beside them.
 *
 * @param nextOffset lowest base offset that the first batch may have
 * @param dense whether every batch begins where the one before it ends, as in a log that has never
 *   been compacted
 */
export function* verifyBatches(
  range: FileRange,
  nextOffset: number,
  dense: boolean,
  visit: (batch: RecordBatch, position: number) => void,
): ReadSteps<ScanEnd> {
  const buffer = Buffer.allocUnsafe(Math.min(VERIFY_CHUNK, Math.max(0, range.to - range.from)));
  const header = Buffer.allocUnsafe(recordsAt);
  let bufferAt = range.from;
  let filled = 0;
  let lowest = nextOffset;
  let epoch = -1;
  let position = range.from;

  while (position < range.to) {
    if (position + recordsAt > bufferAt + filled) {
      bufferAt = position;
      filled = yield { path: range.path, position, buffer };
      if (filled < recordsAt) return { position, problem: 'torn: less than a header is there' };
    }
    const start = position - bufferAt;
    buffer.copy(header, 0, start, start + recordsAt);
    const batch = new RecordBatch(header, 0);
    const problem = headerProblem(batch, range.to - position);
    if (problem) return { position, problem };
    if (batch.baseOffset < lowest) {
      const below = `base offset ${batch.baseOffset} is below ${lowest}, the end of what comes before`;
      return { position, problem: below };
    }
    if (dense && position > range.from && batch.baseOffset > lowest) {
      const beyond = `base offset is ${batch.baseOffset}, but what comes before ends at ${lowest}`;
      return { position, problem: beyond };
    }
    if (batch.leaderEpoch < epoch) {
      return { position, problem: `leader epoch ${batch.leaderEpoch} comes after ${epoch}` };
    }
    const end = position + batch.sizeInBytes;
    let crc = 0;
    for (let at = position + attributesAt; at < end;) {
      if (at >= bufferAt + filled) {
        bufferAt = at;
        filled = yield { path: range.path, position: at, buffer };
        if (filled === 0) return { position, problem: 'torn: the file ends inside a batch' };
      }
      const until = Math.min(end, bufferAt + filled);
      crc = crc32c(buffer.subarray(at - bufferAt, until - bufferAt), crc);
      at = until;
    }
    const stored = header.readUInt32BE(crcAt);
    if (crc !== stored) return { position, problem: `checksum is ${crc}, but it says ${stored}` };
    visit(batch, position);
    lowest = batch.nextOffset;
    epoch = batch.leaderEpoch;
    position = end;
  }
  return { position, problem: undefined };
}
