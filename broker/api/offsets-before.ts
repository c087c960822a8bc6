import { OffsetSpec } from '../../client/protocol/messages/list-offsets';
import type { SegmentStart } from '../log';

export interface OffsetsBefore {
  /** Milliseconds since the epoch, LATEST or EARLIEST. */
  readonly timestamp: number;
  /** How many at most. */
  readonly count: number;
  /** Log end offset. */
  readonly end: number;
  /** Where what the asker may see ends. */
  readonly visibleEnd: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * What version 0 of ListOffsets answers: the starts of the segments that were not written to after
 * a time, and the log end where that time has come; the largest first. (Kafka's
 * `UnifiedLog.legacyFetchOffsetsBefore`.)
 */
export function offsetsBefore(
  segments: readonly SegmentStart[],
  { timestamp, count, end, visibleEnd, now }: OffsetsBefore,
): number[] {
  const places = segments.map(({ offset, modifiedAtMs }) => ({ offset, atMs: modifiedAtMs }));
  if (end > (places.at(-1)?.offset ?? 0)) places.push({ offset: end, atMs: now });
  const last = lastPlace(places, timestamp);
  const found = places
    .slice(Math.max(0, last + 1 - count), last + 1)
    .map(({ offset }) => offset)
    .reverse();
  const visible = found.filter((offset) => offset <= visibleEnd);
  return visible.length < found.length ? [visibleEnd, ...visible] : found;
}

function lastPlace(places: readonly { readonly atMs: number }[], timestamp: number): number {
  switch (timestamp) {
    case OffsetSpec.LATEST:
      return places.length - 1;
    case OffsetSpec.EARLIEST:
      return 0;
    default:
      return places.findLastIndex(({ atMs }) => atMs <= timestamp);
  }
}
