import { describeError } from '../../client/runtime/error';
import { CleaningGate } from './cleaner/cleaning-gate';
import { EpochStore } from './epoch-store';
import type { FileReaper } from './file-reaper';
import { errorCode } from './file-system';
import type { GroupCommit } from './group-commit';
import type { EpochEntry } from './leader-epoch-cache';
import type { LogConfig } from './log-config';
import type { LogDirHealth } from './log-dir-health';
import type { LogEnvironment } from './log-environment';
import { LogBusyError, LogClosedError } from './log-error';
import type { ProducerState } from './producer-state';
import { ProducerStateManager } from './producer-state-manager';
import {
  encodeProducerSnapshot,
  syncProducerSnapshot,
  writeProducerSnapshot,
} from './producer-snapshot-file';
import { Segment } from './segment';
import { SegmentList } from './segment-list';
import { segmentPath, suffixes } from './segment-names';
import { partitionName, type TopicPartition } from './topic-partition';

/** What a log shares with the others of its directory. */
export interface LogContext {
  readonly environment: LogEnvironment;
  readonly groups: GroupCommit;
  readonly health: LogDirHealth;
  readonly reaper: FileReaper;
  /**
   * Writes the directory's recovery points and what is compacted: the end of a log has moved back,
   * and what is on disk must not claim that offsets which will be written anew are flushed, or clean.
   */
  readonly endMovedBack: () => Promise<void>;
  /** Writes where logs begin: what has been deleted must not be there again after a crash. */
  readonly logStartRaised: () => Promise<void>;
  /** Writes which logs have gaps: recovery of one that is not known to have any would cut it there. */
  readonly gapsFound: () => Promise<void>;
}

/** What loading found. */
export interface LoadedLog {
  readonly topicPartition: TopicPartition;
  readonly topicId: string | undefined;
  readonly logDir: string;
  readonly path: string;
  readonly config: LogConfig;
  readonly segments: readonly Segment[];
  readonly epochs: readonly EpochEntry[];
  readonly producers: readonly ProducerState[];
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly recoveryPoint: number;
  readonly highWatermark: number;
  /** From `cleaner-offset-checkpoint`; undefined when the log has never been compacted. */
  readonly cleanedUpTo: number | undefined;
}

/**
 * What the parts of a partition's log work on together: its segments, epochs and the offsets of
 * log.ts's invariants, with the few steps that several of them take.
 */
export class LogState {
  readonly name: string;
  readonly path: string;
  readonly segments: SegmentList;
  readonly epochs: EpochStore;
  readonly producers: ProducerStateManager;
  config: LogConfig;
  phase: 'open' | 'truncating' | 'closed' = 'open';

  /** First offset that may be read. */
  startOffset: number;
  /** Next offset to be assigned. */
  nextOffset: number;
  /** End of what is in the files. */
  fileEnd: number;
  /** End of what is acknowledged and may be read. */
  readableEnd: number;
  watermark: number;
  /** How often the end has moved back. */
  truncations = 0;
  /** How often segments were taken out. */
  removals = 0;
  /** How often segments were replaced by compacted ones. */
  rewrites = 0;
  /** Everything below has been compacted; undefined as long as nothing was. */
  cleanedUpTo: number | undefined;
  readonly cleaningGate = new CleaningGate();

  constructor(
    readonly context: LogContext,
    loaded: LoadedLog,
  ) {
    this.name = partitionName(loaded.topicPartition);
    this.path = loaded.path;
    this.config = loaded.config;
    this.segments = new SegmentList(loaded.segments);
    this.startOffset = loaded.logStartOffset;
    this.nextOffset = this.fileEnd = this.readableEnd = loaded.logEndOffset;
    this.cleanedUpTo = loaded.cleanedUpTo;
    this.watermark = Math.min(Math.max(loaded.highWatermark, this.startOffset), this.nextOffset);
    const { fileSystem, clock, epochSaves } = context.environment;
    this.producers = new ProducerStateManager(() => clock.monotonic(), loaded.producers);
    this.epochs = new EpochStore(fileSystem, this.path, loaded.epochs, epochSaves, (error) =>
      this.ioFailed(error),
    );
  }

  get environment(): LogEnvironment {
    return this.context.environment;
  }

  get health(): LogDirHealth {
    return this.context.health;
  }

  assertReadable(): void {
    if (this.phase === 'closed') throw new LogClosedError(this.name);
    this.health.assertAlive();
  }

  assertWritable(): void {
    if (this.phase === 'closed') throw new LogClosedError(this.name);
    if (this.phase === 'truncating') throw new LogBusyError(this.name);
    this.health.assertWritable();
  }

  /** @throws LogStorageError */
  createSegment(baseOffset: number): Segment {
    try {
      return Segment.create(this.environment, this.path, baseOffset);
    } catch (error) {
      throw this.ioFailed(error);
    }
  }

  /** Takes segments out of the log, their files in two steps. */
  removeSegments(segments: readonly Segment[]): void {
    if (segments.length > 0) this.removals++;
    this.segments.remove(segments);
    try {
      for (const segment of segments) {
        this.context.reaper.removeFiles(segment.markDeleted(), this.config.fileDeleteDelayMs);
      }
    } catch (error) {
      this.ioFailed(error);
    }
  }

  /**
   * Writes what is known of the producers where a segment begins. A snapshot saves reading the log
   * at the next start; without it there is only more to read.
   */
  snapshotProducers(offset: number): void {
    const { fileSystem, logger } = this.environment;
    const bytes = encodeProducerSnapshot(this.producers.all());
    try {
      writeProducerSnapshot(fileSystem, this.producerSnapshotPath(offset), bytes);
    } catch (error) {
      logger.warn(
        { event: 'producer-snapshot-failed', partition: this.name, offset },
        `The producers of ${this.name} at ${offset} were not saved: ${describeError(error)}.`,
      );
    }
  }

  /**
   * Writes what is known of the producers where the log ends, for the next start to go on with. What
   * is not in it is lost then, because a log that was left in order is not read again.
   *
   * @throws when it could not be written
   */
  async saveProducers(): Promise<void> {
    if (this.nextOffset === 0) return;
    const { fileSystem } = this.environment;
    const path = this.producerSnapshotPath(this.nextOffset);
    writeProducerSnapshot(fileSystem, path, encodeProducerSnapshot(this.producers.all()));
    if (this.producers.size > 0) await syncProducerSnapshot(fileSystem, path);
  }

  private producerSnapshotPath(offset: number): string {
    return segmentPath(this.path, offset, suffixes.producerSnapshot);
  }

  /**
   * A full disk stops appends until there is room again; anything else takes the directory offline.
   * @returns what to tell the caller
   */
  ioFailed(error: unknown): Error {
    const { health } = this;
    this.environment.logger.error(
      { event: 'log-io-error', partition: this.name, code: errorCode(error) },
      `Writing the log of ${this.name} failed: ${describeError(error)}.`,
    );
    if (errorCode(error) === 'ENOSPC') health.setFull(true);
    else health.fail(error);
    return health.failed ? health.failedError() : health.fullError(error);
  }

  closeFiles(): void {
    for (const segment of this.segments.all) segment.closeFiles();
  }
}
