import { isCompacted, type LogConfig } from './log-config';

/** What the decision to close a segment looks at. */
export interface RollFacts {
  /** Bytes of the segment, queued ones included. */
  readonly sizeInBytes: number;
  readonly baseOffset: number;
  /** Largest timestamp of the segment's first batch; -1 when it has none. */
  readonly firstTimestamp: number;
  readonly createdAtMs: number;
  /** 0 to 1: how much of segment.jitter.ms is taken off segment.ms. */
  readonly jitter: number;
  /** Whether the offset or the time index has no room for the batches that are on their way. */
  readonly indexFull: boolean;
}

export interface IncomingBatches {
  readonly sizeInBytes: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
}

const MAX_RELATIVE_OFFSET = 0x7fff_ffff;

/**
 * Whether a new segment must begin before the batches are appended: size, time, a full index, or an
 * offset that the index cannot express (Kafka's LogSegment.shouldRoll). Time is that of the records
 * when they have one, otherwise the clock's. An empty segment is never closed.
 */
export function shouldRoll(
  segment: RollFacts,
  incoming: IncomingBatches,
  config: LogConfig,
  now: number,
): boolean {
  if (segment.sizeInBytes === 0) {
    return incoming.lastOffset - segment.baseOffset > MAX_RELATIVE_OFFSET;
  }
  const waited =
    segment.firstTimestamp >= 0
      ? incoming.maxTimestamp - segment.firstTimestamp
      : now - segment.createdAtMs;
  return (
    segment.sizeInBytes > config.segmentBytes - incoming.sizeInBytes ||
    waited > longestAge(config) - segment.jitter * config.segmentJitterMs ||
    segment.indexFull ||
    incoming.lastOffset - segment.baseOffset > MAX_RELATIVE_OFFSET
  );
}

/** Only closed segments are compacted, so none may stay open beyond `max.compaction.lag.ms`. */
function longestAge(config: LogConfig): number {
  return isCompacted(config)
    ? Math.min(config.segmentMs, config.maxCompactionLagMs)
    : config.segmentMs;
}
