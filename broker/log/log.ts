import { stampBaseOffset, stampLeaderEpoch, stampLogAppendTime } from '../../client/records';
import { LogCompaction } from './cleaner/log-compaction';
import { checkProduced, checkReplicated } from './batch-intake';
import { IndexRepair } from './index-repair';
import { LogAppender } from './log-appender';
import type { LogConfig } from './log-config';
import { OffsetOutOfRangeError, PolicyViolationError } from './log-error';
import { LogFlusher } from './log-flusher';
import { LogReader } from './log-reader';
import { removeExpired } from './log-retention';
import { LogState, type LoadedLog, type LogContext } from './log-state';
import { LogTruncator } from './log-truncator';
import type { ProducerState } from './producer-state';
import { readNow } from './read-steps';
import { duplicateInfo, findRepeated } from './repeated-batch';
import { readSteadily } from './steady-read';
import { findMaxTimestamp, findTimestamp } from './timestamp-lookup';
import type { TopicPartition } from './topic-partition';
import type {
  AppendOptions,
  EpochEndOffset,
  Log,
  LogAppendInfo,
  LogListener,
  LogReadResult,
  SegmentStart,
  TimestampOffset,
} from './types';

/**
 * The log of a partition. A directory of segments, each a file of record batches with a sparse
 * offset index and a sparse time index (Kafka's formats). The parts, one file each, work on one
 * {@link LogState}:
 *
 * - LogAppender, AppendQueue, GroupCommit: from stamped batches to bytes in the file
 * - LogReader: batches by offset; timestamp-lookup: offsets by time
 * - IndexRepair: indexes that point at something that is not there are built anew
 * - ProducerStateManager, repeated-batch: what idempotent producers have in the log, by which
 *   repetitions are told
 * - LogFlusher: fdatasync and the recovery point
 * - LogTruncator, log-retention: the end moves back, the start moves on
 * - cleaner/: closed segments are replaced by ones that hold the last record of each key
 * - log-loader, log-recovery, leftover-files: from a directory to a log, also after a crash
 *
 * Invariants
 * - `log start ≤ high watermark ≤ readable end ≤ file end ≤ log end`. Offsets up to the log end are
 *   assigned, up to the file end in the files, up to the readable end acknowledged (which is after
 *   the flush where `flush.messages` asks for one).
 * - Segments are in the order of their offsets and cover [log start, log end); only the last is
 *   appended to, though queued batches of earlier ones may still be on their way.
 * - Batches reach the files in the order of their offsets; indexes know only batches in the files.
 * - After a failed write the log ends where the files do: nothing of the group, nor of what queued
 *   behind it, is in the log, and torn bytes are cut off before anything else is written.
 * - Retention removes segments oldest first, truncation newest first, so that a crash in between
 *   leaves a contiguous log. After any crash recovery finds a prefix of what was appended that ends
 *   on a whole batch and holds everything below the recovery point.
 * - The recovery point moves on only after fdatasync of the segments, of their names, and of the
 *   leader epochs below it.
 */
export class PartitionLog implements Log {
  readonly topicPartition: TopicPartition;
  readonly logDir: string;

  private readonly state: LogState;
  private readonly flusher: LogFlusher;
  private readonly appender: LogAppender;
  private readonly reader: LogReader;
  private readonly repair: IndexRepair;
  private readonly truncator: LogTruncator;
  /** What the cleaner works with. */
  readonly compaction: LogCompaction;
  private listener: LogListener = {};
  private id: string | undefined;

  constructor(context: LogContext, loaded: LoadedLog) {
    this.topicPartition = loaded.topicPartition;
    this.logDir = loaded.logDir;
    this.id = loaded.topicId;
    this.state = new LogState(context, loaded);
    this.flusher = new LogFlusher(this.state, loaded.recoveryPoint);
    this.appender = new LogAppender(this.state, this.flusher, {
      readable: () => this.listener.onWritten?.(this),
      takenBack: () => this.endMovedBack(),
    });
    this.repair = new IndexRepair(this.state);
    this.reader = new LogReader(this.state, (segment) => this.repair.start(segment));
    this.truncator = new LogTruncator(this.state, this.appender, this.flusher);
    this.compaction = new LogCompaction(this.state, () => this.reader.forgetHints());
  }

  get path(): string {
    return this.state.path;
  }

  get topicId(): string | undefined {
    return this.id;
  }

  get config(): LogConfig {
    return this.state.config;
  }

  get logStartOffset(): number {
    return this.state.startOffset;
  }

  get logEndOffset(): number {
    return this.state.nextOffset;
  }

  get writtenEndOffset(): number {
    return this.state.readableEnd;
  }

  get recoveryPoint(): number {
    return this.flusher.recoveryPoint;
  }

  get highWatermark(): number {
    return this.state.watermark;
  }

  get sizeInBytes(): number {
    return this.state.segments.sizeInBytes;
  }

  get segmentCount(): number {
    return this.state.segments.all.length;
  }

  get latestEpoch(): number | undefined {
    return this.state.epochs.cache.latestEpoch;
  }

  /** When the oldest unflushed bytes were written, by the monotonic clock; undefined if none. */
  get dirtySince(): number | undefined {
    return this.flusher.dirtySince;
  }

  setListener(listener: LogListener): void {
    this.listener = listener;
  }

  /** The partition has got its topic id; its file is the caller's business. */
  setTopicId(topicId: string): void {
    this.id = topicId;
  }

  updateConfig(config: LogConfig): void {
    this.state.config = config;
  }

  updateHighWatermark(offset: number): number {
    const { startOffset, readableEnd } = this.state;
    this.state.watermark = Math.min(Math.max(offset, startOffset), readableEnd);
    return this.state.watermark;
  }

  appendAsLeader(records: Buffer, leaderEpoch: number, options: AppendOptions = {}): LogAppendInfo {
    const { state } = this;
    state.assertWritable();
    const now = state.environment.clock.now();
    const allowControl = options.allowControlBatches === true;
    const batches = checkProduced(records, state.config, now, allowControl);
    if (!allowControl) {
      const repeated = findRepeated(state.producers, batches);
      if (repeated) return duplicateInfo(repeated, state, this.appender.queue.settled);
    }
    const appendTime = state.config.messageTimestampType === 'LogAppendTime' ? now : -1;
    let offset = state.nextOffset;
    for (const { position, lastOffsetDelta } of batches) {
      stampBaseOffset(records, position, offset);
      stampLeaderEpoch(records, position, leaderEpoch);
      if (appendTime >= 0) stampLogAppendTime(records, position, appendTime);
      offset += lastOffsetDelta + 1;
    }
    state.epochs.cache.assign(leaderEpoch, state.nextOffset);
    return this.appender.append(records, batches, appendTime, options.awaitsFollowers);
  }

  appendAsFollower(records: Buffer): LogAppendInfo {
    const { state } = this;
    state.assertWritable();
    const checked = checkReplicated(records, state.config, state.name, state.nextOffset);
    if (checked.hasGaps) this.compaction.noteGaps();
    for (const { leaderEpoch, baseOffset } of checked.batches) {
      if (leaderEpoch >= 0) state.epochs.cache.assign(leaderEpoch, baseOffset);
    }
    return this.appender.append(records.subarray(0, checked.sizeInBytes), checked.batches, -1);
  }

  read(
    startOffset: number,
    maxBytes: number,
    upToOffset: number,
    minOneBatch = true,
  ): LogReadResult | Promise<LogReadResult> {
    this.state.assertReadable();
    const warm = this.appender.warm.has(startOffset);
    return this.reader.read(startOffset, maxBytes, upToOffset, minOneBatch, warm);
  }

  estimateBytes(startOffset: number, upToOffset: number): number {
    const { state } = this;
    state.assertReadable();
    const from = Math.max(startOffset, state.startOffset);
    const to = Math.min(upToOffset, state.readableEnd);
    return readNow(this.reader.estimateBytes(from, to), state.environment.files);
  }

  segmentStarts(): SegmentStart[] {
    const { segments, startOffset } = this.state;
    return segments.all.map(({ baseOffset, modifiedAtMs }) => ({
      offset: Math.max(baseOffset, startOffset),
      modifiedAtMs,
    }));
  }

  async offsetForTimestamp(timestamp: number): Promise<TimestampOffset | undefined> {
    const { state } = this;
    return readSteadily(state, () =>
      findTimestamp(state.segments.all, timestamp, this.readableRange()),
    );
  }

  async offsetOfMaxTimestamp(): Promise<TimestampOffset | undefined> {
    const { state } = this;
    return readSteadily(state, () => findMaxTimestamp(state.segments.all, this.readableRange()));
  }

  assignLeaderEpoch(epoch: number, startOffset = this.state.nextOffset): void {
    this.state.epochs.cache.assign(epoch, startOffset);
  }

  epochEndOffset(epoch: number): EpochEndOffset | undefined {
    return this.state.epochs.cache.endOffsetFor(epoch, this.state.nextOffset);
  }

  epochForOffset(offset: number): number | undefined {
    return this.state.epochs.cache.epochForOffset(offset);
  }

  async truncateTo(offset: number): Promise<boolean> {
    const cut = await this.truncator.truncateTo(offset);
    if (cut) this.endMovedBack();
    return cut;
  }

  async truncateFullyAndStartAt(offset: number): Promise<void> {
    await this.truncator.truncateFullyAndStartAt(offset);
    this.endMovedBack();
  }

  deleteRecordsBefore(offset: number): number {
    const { state } = this;
    state.assertReadable();
    if (!state.config.cleanupPolicy.includes('delete')) throw new PolicyViolationError(state.name);
    if (offset < 0 || offset > state.watermark) {
      throw new OffsetOutOfRangeError(state.name, offset, state.startOffset, state.watermark);
    }
    this.raiseLogStartOffset(offset);
    return state.startOffset;
  }

  raiseLogStartOffset(offset: number): void {
    const { state } = this;
    const start = Math.min(offset, state.readableEnd);
    if (start <= state.startOffset) return;
    state.startOffset = start;
    state.watermark = Math.max(state.watermark, start);
    state.epochs.cache.truncateFromStart(start);
    state.context.logStartRaised().catch(() => {});
    this.listener.onLogStartOffsetRaised?.(this);
  }

  roll(): void {
    this.state.assertWritable();
    if (this.state.segments.active.assignedBytes > 0) {
      this.appender.startSegment(this.state.nextOffset);
    }
  }

  /** What is known of the idempotent producers, queued batches included. */
  get producers(): readonly ProducerState[] {
    return [...this.state.producers.all()];
  }

  /** Forgets idempotent producers that have been idle for so many milliseconds. */
  expireProducers(idleMs: number): number {
    return this.state.producers.expire(idleMs);
  }

  async enforceRetention(): Promise<number> {
    const { state } = this;
    if (state.phase !== 'open' || state.health.failed) return 0;
    // Another time: compaction is reading the segments.
    if (state.cleaningGate.isCleaning) return 0;
    return state.cleaningGate.hold(async () => {
      const removed = await removeExpired(state, this.appender);
      this.raiseLogStartOffset(state.segments.first.baseOffset);
      return removed;
    });
  }

  async flush(upTo?: number): Promise<void> {
    this.state.assertReadable();
    await this.flusher.flush(upTo);
  }

  /** Writes everything out and closes the files. Appends and reads are refused from here on. */
  async close(): Promise<void> {
    const { state } = this;
    if (state.phase === 'closed') return;
    state.phase = 'closed';
    await state.cleaningGate.hold(() => this.appender.queue.drain());
    await this.repair.idle();
    if (!state.health.failed) {
      this.appender.sealWritten();
      state.segments.active.seal();
      await this.flusher.flush();
      await state.epochs.saved();
      await this.saveProducers();
    }
    state.closeFiles();
  }

  /** Closes without writing anything more: the log is about to be deleted. */
  async abandon(): Promise<void> {
    const { state } = this;
    state.phase = 'closed';
    await state.cleaningGate.hold(() => this.appender.queue.drain());
    await this.repair.idle();
    await this.flusher.idle();
    await state.epochs.saved().catch(() => {});
    state.closeFiles();
  }

  /** A failure keeps the directory from being marked as left in order. */
  private async saveProducers(): Promise<void> {
    try {
      await this.state.saveProducers();
    } catch (error) {
      this.state.ioFailed(error);
    }
  }

  private endMovedBack(): void {
    this.reader.forgetHints();
    this.listener.onTruncated?.(this);
  }

  private readableRange(): { from: number; to: number } {
    return { from: this.state.startOffset, to: this.state.readableEnd };
  }
}
