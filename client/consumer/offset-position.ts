import { OffsetSpec } from '../protocol/messages/list-offsets';
import type { TopicPartition } from './topic-partition';

/**
 * A place in a partition: an offset, its begin, its end, or the first record with at least that
 * timestamp (milliseconds since 1970; the end when there is none).
 */
export type OffsetPosition = number | 'earliest' | 'latest' | { readonly timestamp: number };

/** A place that has to be asked for, as ListOffsets knows it. Compared by identity. */
export interface WantedOffset {
  readonly timestamp: number;
}

/** No place at all: there is no position, and no policy to find one. */
export const nowhere: WantedOffset = { timestamp: NaN };

/** Where the group has got to: asked of its coordinator. */
export const fromGroup: WantedOffset = { timestamp: NaN };

/** What {@link OffsetPosition} means on the wire; undefined for a plain offset. */
export function wantedOffset(position: Exclude<OffsetPosition, number>): WantedOffset {
  if (position === 'earliest') return { timestamp: OffsetSpec.EARLIEST };
  if (position === 'latest') return { timestamp: OffsetSpec.LATEST };
  return { timestamp: position.timestamp };
}

/** A partition and where to read it. */
export interface PartitionPosition extends TopicPartition {
  readonly offset: OffsetPosition;
  /**
   * Epoch of the record before the offset, as it was when that was read: the leader is asked first
   * whether it still has that record (KIP-320). Default: it is not asked.
   */
  readonly leaderEpoch?: number;
}
