import type { RecordBatch } from '../../client/records/record-batch';
import { scanHeaders, verifyBatches, type ScanEnd } from './batch-scan';
import type { LogConfig } from './log-config';
import type { LogEnvironment } from './log-environment';
import { OffsetIndex } from './offset-index';
import { readNow, type ReadSteps } from './read-steps';
import type { RollFacts } from './roll-policy';
import { segmentPath, suffixes, transientSuffixes } from './segment-names';
import { TimeIndex } from './time-index';

/** Sizes of a segment's files as found on disk; an index that is missing or unusable has 0. */
export interface SegmentSizes {
  readonly log: number;
  readonly offsetIndex: number;
  readonly timeIndex: number;
  readonly mtimeMs: number;
}

/** What the indexes want to know of a batch. */
export interface BatchFacts {
  readonly position: number;
  readonly sizeInBytes: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
}

/** A timestamp, and the last offset of the batch that has it. */
export interface TimestampAt {
  readonly timestamp: number;
  readonly offset: number;
}

const NO_TIMESTAMP: TimestampAt = { timestamp: -1, offset: -1 };

/**
 * One `.log` file with its indexes. Bytes are assigned (queued for writing) before they are written;
 * indexes and readers know only written ones. Files are opened when they are needed.
 */
export class Segment {
  /** Bytes of the file, once everything queued is written. */
  assignedBytes: number;
  writtenBytes: number;
  /** Not part of the log any more. */
  removed = false;
  /** Whether the file's name is known to be on disk. */
  nameDurable: boolean;
  readonly path: string;
  readonly offsetIndex: OffsetIndex;
  readonly timeIndex: TimeIndex;

  /** `.snapshot` of where the segment begins; it may not exist. */
  readonly producerSnapshotPath: string;

  private largest: TimestampAt | undefined;
  private firstTimestamp: number | undefined;
  private readonly createdAtMs: number;
  private writtenAtMs: number;
  private readonly jitter: number;
  private bytesSinceEntry = 0;
  /** Batches that are assigned and will get an index entry at most each. */
  private queuedBatches = 0;
  private readyToAppend: boolean;

  constructor(
    private readonly environment: LogEnvironment,
    directory: string,
    readonly baseOffset: number,
    sizes?: SegmentSizes,
    transient = '',
  ) {
    const { files, indexPages, clock } = environment;
    const path = (suffix: string) => segmentPath(directory, baseOffset, suffix + transient);
    this.path = path(suffixes.log);
    this.producerSnapshotPath = segmentPath(directory, baseOffset, suffixes.producerSnapshot);
    this.assignedBytes = this.writtenBytes = sizes?.log ?? 0;
    this.createdAtMs = this.writtenAtMs = sizes?.mtimeMs ?? clock.now();
    this.jitter = environment.random();
    this.nameDurable = sizes !== undefined;
    this.offsetIndex = new OffsetIndex(
      path(suffixes.offsetIndex),
      baseOffset,
      sizes?.offsetIndex ?? 0,
      files,
      indexPages,
    );
    this.timeIndex = new TimeIndex(
      path(suffixes.timeIndex),
      baseOffset,
      sizes?.timeIndex ?? 0,
      files,
      indexPages,
    );
    this.readyToAppend = this.writtenBytes === 0;
    if (this.readyToAppend) this.largest = NO_TIMESTAMP;
  }

  /**
   * A new, empty segment. Its file is made at once: its name keeps the log end offset.
   *
   * @param transient put behind the names of its files while it is not part of the log yet
   */
  static create(
    environment: LogEnvironment,
    directory: string,
    baseOffset: number,
    transient = '',
  ): Segment {
    const segment = new Segment(environment, directory, baseOffset, undefined, transient);
    const fd = environment.files.use(segment.path, true);
    environment.fileSystem.ftruncateSync(fd, 0);
    for (const index of [segment.offsetIndex, segment.timeIndex]) {
      if (environment.fileSystem.statSync(index.file.path)) {
        environment.fileSystem.unlinkSync(index.file.path);
      }
    }
    return segment;
  }

  /** When it was last written to, by the wall clock. */
  get modifiedAtMs(): number {
    return this.writtenAtMs;
  }

  /** The log and its indexes. */
  get dataPaths(): string[] {
    return [this.path, this.offsetIndex.file.path, this.timeIndex.file.path];
  }

  /** All files it may have, whether they exist or not. */
  get paths(): string[] {
    return [...this.dataPaths, this.producerSnapshotPath];
  }

  rollFacts(config: LogConfig): RollFacts {
    const firstTimestamp = readNow(this.firstBatchTimestamp(), this.environment.files);
    const entries = this.queuedBatches + 1;
    return {
      sizeInBytes: this.assignedBytes,
      baseOffset: this.baseOffset,
      firstTimestamp,
      createdAtMs: this.createdAtMs,
      jitter: this.jitter,
      indexFull:
        this.offsetIndex.file.count + entries > OffsetIndex.maxEntries(config.segmentIndexBytes) ||
        this.timeIndex.file.count + entries > TimeIndex.maxEntries(config.segmentIndexBytes),
    };
  }

  /** Sets room aside for batches that are about to be queued; returns where they start. */
  assign(sizeInBytes: number, batches: number, firstTimestamp: number): number {
    const position = this.assignedBytes;
    if (position === 0) this.firstTimestamp = firstTimestamp;
    this.assignedBytes += sizeInBytes;
    this.queuedBatches += batches;
    return position;
  }

  /** Batches have reached the file. */
  written(batches: readonly BatchFacts[], indexIntervalBytes: number): void {
    if (!this.readyToAppend) this.prepareToAppend();
    this.queuedBatches -= batches.length;
    this.writtenAtMs = this.environment.clock.now();
    for (const batch of batches) {
      this.writtenBytes = batch.position + batch.sizeInBytes;
      this.index(batch, indexIntervalBytes);
    }
  }

  /** Takes queued batches back. Bytes that did reach the file are cut off. */
  forgetUnwritten(): void {
    this.queuedBatches = 0;
    this.assignedBytes = this.writtenBytes;
    if (this.writtenBytes === 0) this.firstTimestamp = undefined;
    const { files, fileSystem } = this.environment;
    fileSystem.ftruncateSync(files.use(this.path), this.writtenBytes);
  }

  /** Adds the closing entry to the time index and writes both indexes out. */
  seal(): void {
    if (!this.readyToAppend) return;
    const { timestamp, offset } = this.largest ?? NO_TIMESTAMP;
    if (timestamp >= 0) this.timeIndex.append(timestamp, offset);
    for (const { file } of [this.offsetIndex, this.timeIndex]) {
      file.seal();
      if (file.count === 0) this.environment.files.use(file.path, true);
    }
    this.readyToAppend = this.writtenBytes === 0;
  }

  /** The largest timestamp in it; -1 when its records have none. */
  *largestTimestamp(): ReadSteps<TimestampAt> {
    this.largest ??= (yield* this.timeIndex.last()) ?? NO_TIMESTAMP;
    return this.largest;
  }

  /** The largest timestamp of its first batch; -1 when it has none. */
  *firstBatchTimestamp(): ReadSteps<number> {
    this.firstTimestamp ??= yield* this.readFirstTimestamp();
    return this.firstTimestamp;
  }

  /** Where to start looking for the batch that holds an offset. */
  *floorPosition(offset: number): ReadSteps<number> {
    // An entry names a batch's last offset: the batch wanted may be the one that ends there.
    const entry = yield* this.offsetIndex.lookup(offset);
    if (!entry) return 0;
    return (yield* this.isEntryRight(entry)) ? entry.position : 0;
  }

  /** Start of a batch not far before a position, by the index. */
  *indexedBefore(position: number): ReadSteps<number> {
    const entry = yield* this.offsetIndex.before(position);
    return entry && (yield* this.isEntryRight(entry)) ? entry.position : 0;
  }

  /** What is evidently wrong with the indexes, judged by their last entries. */
  *indexProblem(): ReadSteps<string | undefined> {
    const position = yield* this.offsetIndex.last();
    // No batch at the very beginning is ever indexed: zeros are what an index that was preallocated
    // and never trimmed ends with.
    if (position && (position.position === 0 || !(yield* this.isEntryRight(position)))) {
      return 'the last entry of the offset index points at no batch';
    }
    const time = yield* this.timeIndex.last();
    if (time && !(yield* this.isTimeRight(time))) {
      return 'the last entry of the time index is the time of no batch';
    }
    if (!time && position) return 'the time index is empty';
    return undefined;
  }

  /**
   * Next offset after the last batch, found from the last index entry on.
   *
   * @param dense as for {@link rebuild}
   */
  *tail(dense: boolean): ReadSteps<ScanEnd & { nextOffset: number }> {
    const last = yield* this.offsetIndex.last();
    const from = last && (yield* this.isEntryRight(last)) ? last.position : 0;
    let nextOffset = this.baseOffset;
    const range = { path: this.path, from, to: this.writtenBytes };
    const end = yield* verifyBatches(range, this.baseOffset, dense, (batch) => {
      nextOffset = batch.nextOffset;
    });
    return { ...end, nextOffset };
  }

  /**
   * Checks every batch and builds both indexes anew, up to the first thing that is wrong.
   * `writtenBytes` is left alone; see {@link cutAt}.
   *
   * @param dense whether the log has never been compacted, so that no offset is missing
   */
  *rebuild(
    indexIntervalBytes: number,
    dense: boolean,
    visit: (batch: RecordBatch) => void,
  ): ReadSteps<ScanEnd & { nextOffset: number }> {
    this.offsetIndex.clear();
    this.timeIndex.clear();
    this.largest = NO_TIMESTAMP;
    this.bytesSinceEntry = 0;
    this.readyToAppend = true;
    let nextOffset = this.baseOffset;
    const range = { path: this.path, from: 0, to: this.writtenBytes };
    const end = yield* verifyBatches(range, this.baseOffset, dense, (batch, position) => {
      nextOffset = batch.nextOffset;
      const { sizeInBytes, lastOffset, maxTimestamp } = batch;
      this.index({ position, sizeInBytes, lastOffset, maxTimestamp }, indexIntervalBytes);
      visit(batch);
    });
    return { ...end, nextOffset };
  }

  /** Position of the first batch that ends at `offset` or later, and its base offset. */
  *findBatch(offset: number): ReadSteps<{ position: number; baseOffset: number } | undefined> {
    const from = yield* this.floorPosition(offset);
    let found: { position: number; baseOffset: number } | undefined;
    yield* scanHeaders({ path: this.path, from, to: this.writtenBytes }, (batch, position) => {
      if (batch.lastOffset < offset) return true;
      found = { position, baseOffset: batch.baseOffset };
      return false;
    });
    return found;
  }

  /** Cuts the file at a batch's start; `offset` is the end of what stays. */
  *cutAt(position: number, offset: number): ReadSteps<void> {
    const { files, fileSystem } = this.environment;
    fileSystem.ftruncateSync(files.use(this.path), position);
    this.assignedBytes = this.writtenBytes = position;
    this.queuedBatches = 0;
    yield* this.offsetIndex.truncateTo(offset);
    yield* this.timeIndex.truncateTo(offset);
    this.bytesSinceEntry = 0;
    this.readyToAppend = true;
    if (position === 0) this.firstTimestamp = undefined;
    this.largest = (yield* this.timeIndex.last()) ?? NO_TIMESTAMP;
    const last = yield* this.offsetIndex.last();
    const range = { path: this.path, from: last?.position ?? 0, to: position };
    yield* scanHeaders(range, (batch) => {
      this.noteTimestamp(batch.maxTimestamp, batch.lastOffset);
      return true;
    });
  }

  /**
   * Renames the files to `.deleted`; the caller removes them later. Returns the new names.
   *
   * @param paths default: all it may have
   */
  markDeleted(paths = this.paths): string[] {
    const { files, fileSystem } = this.environment;
    this.removed = true;
    const renamed: string[] = [];
    for (const path of paths) {
      files.forget(path);
      if (!fileSystem.statSync(path)) continue;
      fileSystem.renameSync(path, path + transientSuffixes.deleted);
      renamed.push(path + transientSuffixes.deleted);
    }
    return renamed;
  }

  closeFiles(): void {
    for (const path of this.paths) this.environment.files.forget(path);
  }

  private *readFirstTimestamp(): ReadSteps<number> {
    let timestamp = -1;
    yield* scanHeaders({ path: this.path, from: 0, to: this.writtenBytes }, (batch) => {
      timestamp = batch.maxTimestamp;
      return false;
    });
    return timestamp;
  }

  private prepareToAppend(): void {
    const { files } = this.environment;
    readNow(this.offsetIndex.prepareToAppend(), files);
    readNow(this.timeIndex.prepareToAppend(), files);
    readNow(this.largestTimestamp(), files);
    this.readyToAppend = true;
  }

  private index(batch: BatchFacts, indexIntervalBytes: number): void {
    this.noteTimestamp(batch.maxTimestamp, batch.lastOffset);
    if (this.bytesSinceEntry > indexIntervalBytes) {
      this.offsetIndex.append(batch.lastOffset, batch.position);
      const { timestamp, offset } = this.largest ?? NO_TIMESTAMP;
      this.timeIndex.append(timestamp, offset);
      this.bytesSinceEntry = 0;
    }
    this.bytesSinceEntry += batch.sizeInBytes;
  }

  private noteTimestamp(timestamp: number, offset: number): void {
    if (timestamp > (this.largest?.timestamp ?? -1)) this.largest = { timestamp, offset };
  }

  /** Whether the batch named by an entry of the time index has its time. */
  private *isTimeRight({ timestamp, offset }: TimestampAt): ReadSteps<boolean> {
    if (offset < this.baseOffset) return false;
    const from = yield* this.floorPosition(offset);
    let right = false;
    yield* scanHeaders({ path: this.path, from, to: this.writtenBytes }, (batch) => {
      if (batch.lastOffset < offset) return true;
      right = batch.baseOffset <= offset && batch.maxTimestamp === timestamp;
      return false;
    });
    return right;
  }

  /** Whether the batch an entry points at is there: an index may have been damaged or swapped. */
  private *isEntryRight(entry: { offset: number; position: number }): ReadSteps<boolean> {
    const { position } = entry;
    if (position < 0 || position >= this.writtenBytes) return false;
    let right = false;
    const range = { path: this.path, from: position, to: this.writtenBytes };
    yield* scanHeaders(range, (batch) => {
      right = batch.lastOffset === entry.offset;
      return false;
    });
    return right;
  }
}
