import { isCompacted, UNBOUNDED } from '../log-config';
import type { LogState } from '../log-state';
import { readInBackground, type ReadSteps } from '../read-steps';
import type { Segment } from '../segment';
import { cleanableRange, type CleanableRange, type SegmentFacts } from './cleanable-range';
import { cleanLog, type CleaningResult } from './clean-log';
import type { CleanerConfig } from './cleaner-config';
import type { Cleaning } from './cleaning-gate';
import type { IoPace } from './io-pace';

/** The side of a log that the cleaner sees. */
export class LogCompaction {
  /** @param onSwapped compacted segments have taken the place of others */
  constructor(
    private readonly state: LogState,
    private readonly onSwapped: () => void,
  ) {}

  /** Whether the log is to be compacted, and can be at this moment. */
  get isWanted(): boolean {
    const { state } = this;
    return state.phase === 'open' && !state.health.failed && isCompacted(state.config);
  }

  /**
   * Everything below has been compacted; undefined for a log that has no gaps. For logs with gaps it
   * stays when the topic is not compacted any more: recovery must know that offsets may be missing.
   */
  get cleanedUpTo(): number | undefined {
    return this.state.cleanedUpTo;
  }

  set cleanedUpTo(offset: number | undefined) {
    this.state.cleanedUpTo = offset;
  }

  /** The leader's log has gaps, and so has this one now. */
  noteGaps(): void {
    const { state } = this;
    if (state.cleanedUpTo !== undefined) return;
    state.cleanedUpTo = state.startOffset;
    // A failure takes the directory offline, which is reported there.
    state.context.gapsFound().catch(() => {});
  }

  /** What can be cleaned, and whether it is time to. */
  async range(): Promise<CleanableRange> {
    const { state } = this;
    const { config, environment } = state;
    const { all } = state.segments;
    const segments = await readInBackground(this.segmentFacts(all), environment.files);
    return cleanableRange({
      logStartOffset: state.startOffset,
      logEndOffset: state.nextOffset,
      highWatermark: state.watermark,
      cleanedUpTo: state.cleanedUpTo,
      segments,
      now: environment.clock.now(),
      minCompactionLagMs: config.minCompactionLagMs,
      maxCompactionLagMs: config.maxCompactionLagMs,
      minCleanableDirtyRatio: config.minCleanableDirtyRatio,
    });
  }

  /** @returns undefined when somebody else is at work on the log */
  begin(): Cleaning | undefined {
    return this.isWanted ? this.state.cleaningGate.begin() : undefined;
  }

  /** Cleans it; see {@link cleanLog}. The range must have been asked for after {@link begin}. */
  async clean(
    cleaning: Cleaning,
    range: CleanableRange,
    config: CleanerConfig,
    pace: IoPace,
  ): Promise<CleaningResult> {
    const { state, onSwapped } = this;
    // Gaps must be known to recovery before there are any.
    if (state.cleanedUpTo === undefined) {
      state.cleanedUpTo = range.firstDirtyOffset;
      await state.context.gapsFound();
    }
    const lastOffsets = new Map<number, number>();
    for (const { producerId, batches } of state.producers.all()) {
      const last = batches.at(-1);
      if (last) lastOffsets.set(producerId, last.lastOffset);
    }
    return cleanLog({ state, range, config, pace, cleaning, lastOffsets, onSwapped });
  }

  /** Times are looked up only where they decide: it is done for all logs again and again. */
  private *segmentFacts(segments: readonly Segment[]): ReadSteps<SegmentFacts[]> {
    const { minCompactionLagMs, maxCompactionLagMs } = this.state.config;
    const facts: SegmentFacts[] = [];
    for (const segment of segments) {
      const { baseOffset, writtenBytes: sizeInBytes } = segment;
      const isClosed = segment !== segments.at(-1);
      let largestTimestamp = -1;
      let firstTimestamp = -1;
      if (isClosed && minCompactionLagMs > 0) {
        const { timestamp } = yield* segment.largestTimestamp();
        largestTimestamp = timestamp >= 0 ? timestamp : segment.modifiedAtMs;
      }
      if (isClosed && maxCompactionLagMs < UNBOUNDED && sizeInBytes > 0) {
        firstTimestamp = yield* segment.firstBatchTimestamp();
      }
      facts.push({ baseOffset, sizeInBytes, largestTimestamp, firstTimestamp });
    }
    return facts;
  }
}
