/** What the choice of what to clean looks at in one log. Offsets, sizes in bytes, times in ms. */
export interface CleanableFacts {
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  /** Nothing from here on is cleaned: what lies there may yet be truncated. */
  readonly highWatermark: number;
  /** Everything below has been cleaned, by the checkpoint; undefined before the first time. */
  readonly cleanedUpTo: number | undefined;
  /** Oldest first, the active one last. */
  readonly segments: readonly SegmentFacts[];
  readonly now: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly minCleanableDirtyRatio: number;
}

export interface SegmentFacts {
  readonly baseOffset: number;
  readonly sizeInBytes: number;
  /** Largest timestamp of its records, or when it was last written to if they have none. */
  readonly largestTimestamp: number;
  /** Largest timestamp of its first batch; -1 when it has none. */
  readonly firstTimestamp: number;
}

/** What of a log could be cleaned, and whether it is time to. */
export interface CleanableRange {
  readonly firstDirtyOffset: number;
  /** From here on nothing is cleaned; a segment begins here. */
  readonly firstUncleanableOffset: number;
  /** Bytes that are clean, and bytes that can be cleaned. */
  readonly cleanBytes: number;
  readonly cleanableBytes: number;
  /** Cleanable bytes of both; 0 when there is nothing. */
  readonly dirtyRatio: number;
  /** By how much the oldest dirty record has passed `max.compaction.lag.ms`; 0 when it has not. */
  readonly overdueMs: number;
  readonly isDue: boolean;
  /** The checkpoint cannot be right: it lies outside of the log. */
  readonly checkpointInvalid: boolean;
}

/** Decides which part of a log can be cleaned (Kafka's LogCleanerManager and LogToClean). */
export function cleanableRange(facts: CleanableFacts): CleanableRange {
  const { logStartOffset, logEndOffset, cleanedUpTo, segments, now } = facts;
  const checkpointInvalid =
    cleanedUpTo !== undefined && (cleanedUpTo < logStartOffset || cleanedUpTo > logEndOffset);
  const firstDirtyOffset = checkpointInvalid ? logStartOffset : (cleanedUpTo ?? logStartOffset);

  const closed = segments.slice(0, -1).map((segment, index) => {
    const end = segments[index + 1]?.baseOffset ?? logEndOffset;
    return { ...segment, end, isDirty: end > firstDirtyOffset };
  });
  const dirty = closed.filter(({ isDirty }) => isDirty);
  const mayNotChange = (segment: (typeof closed)[number]) =>
    segment.end > facts.highWatermark ||
    (segment.isDirty &&
      facts.minCompactionLagMs > 0 &&
      segment.largestTimestamp > now - facts.minCompactionLagMs);
  const stop = closed.find(mayNotChange) ?? segments.at(-1);
  const firstUncleanableOffset = Math.max(firstDirtyOffset, stop?.baseOffset ?? logEndOffset);

  // A segment that is partly clean counts as dirty: its size is all that is known of it.
  let cleanBytes = 0;
  let cleanableBytes = 0;
  for (const { end, isDirty, sizeInBytes } of closed) {
    if (!isDirty) cleanBytes += sizeInBytes;
    else if (end <= firstUncleanableOffset) cleanableBytes += sizeInBytes;
  }

  const oldest = Math.min(
    ...dirty.map(({ firstTimestamp }) => firstTimestamp).filter((time) => time > 0),
  );
  const overdueMs = Math.max(0, now - facts.maxCompactionLagMs - oldest);
  const total = cleanBytes + cleanableBytes;
  const dirtyRatio = total === 0 ? 0 : cleanableBytes / total;
  const isDue = cleanableBytes > 0 && (overdueMs > 0 || dirtyRatio > facts.minCleanableDirtyRatio);
  return {
    firstDirtyOffset,
    firstUncleanableOffset,
    cleanBytes,
    cleanableBytes,
    dirtyRatio,
    overdueMs,
    isDue,
    checkpointInvalid,
  };
}
