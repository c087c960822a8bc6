import type { LogAppender } from './log-appender';
import type { LogConfig } from './log-config';
import type { LogState } from './log-state';
import { readInBackground, type ReadSteps } from './read-steps';
import type { Segment } from './segment';

/** What retention looks at. */
export interface RetentionFacts {
  /** Oldest first, the active one last. */
  readonly segments: readonly Segment[];
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly highWatermark: number;
  readonly now: number;
}

/** Why a segment is removed. */
export type RetentionReason = 'log start' | 'size' | 'time';

/**
 * The oldest segments that nothing keeps: wholly below the log start, beyond `retention.bytes`, or
 * with no record younger than `retention.ms`. Stops at the first segment that is kept, and at the
 * high watermark. May name all segments; the caller then starts a new one first.
 */
export function* expiredSegments(
  facts: RetentionFacts,
  config: LogConfig,
): ReadSteps<{ segment: Segment; reason: RetentionReason }[]> {
  const { segments, logStartOffset, logEndOffset, highWatermark, now } = facts;
  const deletes = config.cleanupPolicy.includes('delete');
  const expired: { segment: Segment; reason: RetentionReason }[] = [];
  let size = segments.reduce((sum, segment) => sum + segment.assignedBytes, 0);

  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    const end = next?.baseOffset ?? logEndOffset;
    if (end > highWatermark) break;
    if (!next && segment.assignedBytes === 0) break;
    let reason: RetentionReason | undefined;
    if (next && end <= logStartOffset) {
      reason = 'log start';
    } else if (
      deletes &&
      config.retentionBytes >= 0 &&
      size - segment.assignedBytes >= config.retentionBytes
    ) {
      reason = 'size';
    } else if (deletes && config.retentionMs >= 0) {
      const { timestamp } = yield* segment.largestTimestamp();
      const youngest = timestamp >= 0 ? timestamp : segment.modifiedAtMs;
      if (now - youngest > config.retentionMs) reason = 'time';
    }
    if (!reason) break;
    size -= segment.assignedBytes;
    expired.push({ segment, reason });
  }
  return expired;
}

/**
 * Removes what {@link expiredSegments} names. If that is all of the log, a new segment is started
 * first, so that the log end stays known.
 *
 * @returns how many segments were removed
 */
export async function removeExpired(state: LogState, appender: LogAppender): Promise<number> {
  const { environment, segments, name } = state;
  const steps = expiredSegments(
    {
      segments: segments.all,
      logStartOffset: state.startOffset,
      logEndOffset: state.nextOffset,
      highWatermark: state.watermark,
      now: environment.clock.now(),
    },
    state.config,
  );
  const expired = await readInBackground(steps, environment.files);
  if (state.phase !== 'open' || state.health.failed) return 0;
  const gone = expired.filter(({ segment }) => !segment.removed);
  if (gone.at(-1)?.segment === segments.active) {
    // Something may have been appended while the indexes were read.
    if (state.watermark < state.nextOffset) gone.pop();
    else appender.startSegment(state.nextOffset);
  }
  for (const { segment, reason } of gone) {
    environment.logger.info(
      { event: 'segment-expired', partition: name, baseOffset: segment.baseOffset, reason },
      `Removing segment ${segment.baseOffset} of ${name}: ${reason}.`,
    );
  }
  state.removeSegments(gone.map(({ segment }) => segment));
  return gone.length;
}
