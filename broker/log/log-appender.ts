import type { RecordBatch } from '../../client/records';
import { AppendQueue, type AppendOutcome, type QueuedAppend } from './append-queue';
import type { LogFlusher } from './log-flusher';
import type { LogState } from './log-state';
import { shouldRoll, type IncomingBatches } from './roll-policy';
import type { BatchFacts, Segment } from './segment';
import type { LogAppendInfo } from './types';
import { WarmRange } from './warm-range';

/** What the log hears of its appends. */
export interface AppendEvents {
  /** The readable end has moved. */
  readable(): void;
  /** Queued appends were taken back: the log end has moved back. */
  takenBack(): void;
}

/**
 * The way of checked and stamped batches into the segments: a place in the active segment (or a new
 * one), the group write, the indexes, the flush where it is asked for, the readable end. What is
 * queued counts for the producers' state at once; what could not be written is taken back there too.
 */
export class LogAppender implements AppendOutcome {
  readonly queue: AppendQueue;
  readonly warm = new WarmRange();
  /** Segments before the active one that wait for queued batches before they are closed. */
  private closing: Segment[] = [];
  private unflushedRecords = 0;

  constructor(
    private readonly state: LogState,
    private readonly flusher: LogFlusher,
    private readonly events: AppendEvents,
  ) {
    const { environment, groups } = state.context;
    this.queue = new AppendQueue(environment, groups, this);
  }

  /**
   * @param records the batches and nothing else
   * @param logAppendTime for the answer only
   * @param awaitsFollowers see {@link AppendOptions}
   */
  append(
    records: Buffer,
    batches: readonly RecordBatch[],
    logAppendTime: number,
    awaitsFollowers = false,
  ): LogAppendInfo {
    const { state } = this;
    const firstOffset = batches[0]?.baseOffset ?? state.nextOffset;
    let lastOffset = firstOffset;
    let maxTimestamp = -1;
    let offsetOfMaxTimestamp = -1;
    let recordCount = 0;
    for (const batch of batches) {
      lastOffset = batch.lastOffset;
      recordCount += batch.recordCount;
      if (batch.maxTimestamp > maxTimestamp) {
        maxTimestamp = batch.maxTimestamp;
        offsetOfMaxTimestamp = lastOffset;
      }
    }
    const sizeInBytes = records.length;
    const segment = this.segmentFor({ sizeInBytes, lastOffset, maxTimestamp }, firstOffset);
    const firstTimestamp = batches[0]?.maxTimestamp ?? -1;
    const position = segment.assign(sizeInBytes, batches.length, firstTimestamp);
    const facts = batches.map((batch): BatchFacts => ({
      position: position + batch.position,
      sizeInBytes: batch.sizeInBytes,
      lastOffset: batch.lastOffset,
      maxTimestamp: batch.maxTimestamp,
    }));
    const nextOffset = (state.nextOffset = lastOffset + 1);
    const written = this.queue.add({
      segment,
      position,
      bytes: records,
      batches: facts,
      nextOffset,
      recordCount,
      awaitsFollowers,
    });
    for (const batch of batches) if (batch.hasProducerId) state.producers.queued(batch);
    return {
      firstOffset,
      lastOffset,
      maxTimestamp,
      offsetOfMaxTimestamp,
      logAppendTime,
      logStartOffset: state.startOffset,
      batchCount: batches.length,
      sizeInBytes,
      isDuplicate: false,
      written,
    };
  }

  /**
   * Makes a new active segment. The former is closed when all its batches are written.
   *
   * @throws LogStorageError
   */
  startSegment(baseOffset: number): Segment {
    const { segments } = this.state;
    const { active } = segments;
    const segment = this.state.createSegment(baseOffset);
    segments.add(segment);
    this.state.snapshotProducers(baseOffset);
    if (active.assignedBytes === 0) {
      this.state.removeSegments([active]);
    } else {
      this.closing.push(active);
      try {
        this.sealWritten();
      } catch (error) {
        throw this.state.ioFailed(error);
      }
    }
    return segment;
  }

  /** Closes former active segments that are completely written, and has them flushed. */
  sealWritten(): void {
    for (;;) {
      const segment = this.closing[0];
      if (!segment || segment.writtenBytes < segment.assignedBytes) return;
      segment.seal();
      this.closing.shift();
      const end = this.state.segments.endOf(segment, this.state.fileEnd);
      // A failed flush takes the directory offline, which is reported there.
      this.flusher.flush(end).catch(() => {});
    }
  }

  /** The log was cut while nothing was queued. */
  cut(): void {
    this.closing = [];
    this.warm.clear();
  }

  written(group: readonly QueuedAppend[]): Promise<void> | undefined {
    const { state } = this;
    const { indexIntervalBytes, flushMessages } = state.config;
    for (const { segment, batches, bytes, nextOffset, recordCount } of group) {
      segment.written(batches, indexIntervalBytes);
      this.warm.wrote(state.fileEnd, bytes.length);
      state.fileEnd = nextOffset;
      this.unflushedRecords += recordCount;
    }
    state.producers.written(state.fileEnd);
    this.flusher.noteWritten();
    this.sealWritten();
    if (this.unflushedRecords < flushMessages) return undefined;
    this.unflushedRecords = 0;
    return this.flusher.flush();
  }

  acknowledged(group: readonly QueuedAppend[]): void {
    const end = group.at(-1)?.nextOffset ?? 0;
    if (end <= this.state.readableEnd) return;
    this.state.readableEnd = end;
    this.events.readable();
  }

  failed(cause: unknown): Error {
    const { health } = this.state;
    if (health.failed) return health.failedError();
    try {
      this.takeBack();
    } catch (error) {
      return this.state.ioFailed(error);
    }
    this.events.takenBack();
    return this.state.ioFailed(cause);
  }

  /** After a failed write: the log ends where the files do, and torn bytes are cut off. */
  private takeBack(): void {
    const { state } = this;
    state.truncations++;
    state.nextOffset = state.fileEnd;
    state.producers.takeBack(state.fileEnd);
    const unwritten = ({ writtenBytes, baseOffset }: Segment) =>
      writtenBytes === 0 && baseOffset > state.fileEnd;
    const removed = state.segments.all.filter(unwritten).reverse();
    state.removeSegments(removed);
    const { active } = state.segments;
    // Their names and snapshots must be gone for good before others may be taken for flushed.
    if (removed.length > 0) active.nameDurable = false;
    this.closing = this.closing.filter((segment) => !segment.removed && segment !== active);
    active.forgetUnwritten();
    state.epochs.cache.truncateFromEnd(state.fileEnd);
  }

  private segmentFor(incoming: IncomingBatches, firstOffset: number): Segment {
    const { config, segments, environment } = this.state;
    const facts = segments.active.rollFacts(config);
    if (!shouldRoll(facts, incoming, config, environment.clock.now())) return segments.active;
    return this.startSegment(firstOffset);
  }
}
