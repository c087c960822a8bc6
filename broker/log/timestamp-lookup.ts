import { decodeBatch, type RecordBatch } from '../../client/records';
import { scanHeaders } from './batch-scan';
import type { ReadSteps } from './read-steps';
import type { Segment } from './segment';
import type { TimestampOffset } from './types';

/** Offsets a lookup is confined to. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The first record in the range whose time is `timestamp` or later. Touches the last page of the
 * time index of each segment before the one that has it (once; the segment remembers), a few pages
 * of that one's indexes, and the batch.
 */
export function* findTimestamp(
  segments: readonly Segment[],
  timestamp: number,
  range: OffsetRange,
): ReadSteps<TimestampOffset | undefined> {
  for (const segment of segments) {
    if ((yield* segment.largestTimestamp()).timestamp < timestamp) continue;
    // All up to the entry before is older; the first that is not lies behind it.
    const entry = yield* segment.timeIndex.lookup(timestamp - 1);
    const start = Math.max(entry?.offset ?? 0, range.from);
    const found = yield* findInSegment(segment, start, timestamp, range);
    if (found) return found;
  }
  return undefined;
}

/** The first record with the largest timestamp of all in the range. */
export function* findMaxTimestamp(
  segments: readonly Segment[],
  range: OffsetRange,
): ReadSteps<TimestampOffset | undefined> {
  let best: { segment: Segment; timestamp: number } | undefined;
  for (const segment of segments) {
    const { timestamp } = yield* segment.largestTimestamp();
    if (timestamp >= 0 && timestamp > (best?.timestamp ?? -1)) best = { segment, timestamp };
  }
  return best && (yield* findTimestamp([best.segment], best.timestamp, range));
}

function* findInSegment(
  segment: Segment,
  startOffset: number,
  timestamp: number,
  range: OffsetRange,
): ReadSteps<TimestampOffset | undefined> {
  let position = yield* segment.floorPosition(startOffset);
  for (;;) {
    let at = -1;
    let size = 0;
    const wanted = (batch: RecordBatch, batchAt: number) => {
      if (batch.lastOffset < range.from || batch.maxTimestamp < timestamp) return true;
      if (batch.baseOffset >= range.to) return false;
      at = batchAt;
      size = batch.sizeInBytes;
      return false;
    };
    const file = { path: segment.path, from: position, to: segment.writtenBytes };
    yield* scanHeaders(file, wanted);
    if (at < 0) return undefined;
    const bytes = Buffer.allocUnsafe(size);
    const filled = yield { path: segment.path, position: at, buffer: bytes };
    const found = filled === size ? firstRecord(bytes, timestamp, range) : undefined;
    if (found) return found;
    position = at + size;
  }
}

function firstRecord(
  bytes: Buffer,
  timestamp: number,
  range: OffsetRange,
): TimestampOffset | undefined {
  let found: TimestampOffset | undefined;
  const leaderEpoch = bytes.readInt32BE(12);
  decodeBatch(bytes, 0, (record) => {
    if (found || record.timestamp < timestamp) return;
    if (record.offset < range.from || record.offset >= range.to) return;
    found = { timestamp: record.timestamp, offset: record.offset, leaderEpoch };
  });
  return found;
}
