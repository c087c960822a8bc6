import { join } from 'node:path';
import { describeError } from '../../client/runtime/error';
import { boundedParallel } from './bounded-parallel';
import type { CompactionStatus } from './cleaner/compaction-status';
import { CoalescingSaver } from './coalescing-saver';
import { checkpointNames } from './checkpoint-file';
import { CleanShutdownFile } from './clean-shutdown-file';
import { DirectoryLock } from './directory-lock';
import { DiskWatermark } from './disk-watermark';
import { FileReaper } from './file-reaper';
import { GroupCommit } from './group-commit';
import { PartitionLog } from './log';
import type { LogContext } from './log-state';
import type { LogConfig } from './log-config';
import { LogDirHealth } from './log-dir-health';
import type { LogEnvironment } from './log-environment';
import { LogDirectoryError } from './log-error';
import { loadLog } from './log-loader';
import type { RecoveryCut } from './log-recovery';
import { checkMetaProperties, readMetaProperties, writeMetaProperties } from './meta-properties';
import {
  renamedDirectoryName,
  parsePartitionDirectory,
  type PartitionDirectory,
} from './partition-directory';
import { OffsetCheckpoint } from './offset-checkpoint';
import { writeTopicId } from './partition-metadata';
import type { ProcessIdentity } from './lock-owner';
import { Segment } from './segment';
import { partitionName, type TopicPartition } from './topic-partition';
import type { LogDirDescription } from './types';

/** Whose directory it is to be, and how it is to be treated. */
export interface LogDirOptions {
  readonly brokerId: number;
  readonly clusterId: string;
  readonly identity: ProcessIdentity;
  readonly minFreeBytes: number;
  /** Called once when the directory fails. */
  readonly onFailure: (dir: LogDir, error: unknown) => void;
}

/** How loading goes on, once per partition. */
export interface RecoveryProgress {
  readonly logDir: string;
  readonly loaded: number;
  readonly total: number;
  readonly partition: string;
  /** Whether the directory had been left in order. */
  readonly clean: boolean;
}

type OffsetName = 'recoveryPoint' | 'logStart' | 'highWatermark' | 'cleaner';

/** One directory of `log.dirs`: its lock, its identity, its checkpoints and the logs in it. */
export class LogDir {
  readonly health: LogDirHealth;
  readonly watermark: DiskWatermark;
  private readonly byName = new Map<string, PartitionLog>();
  private readonly context: LogContext;
  private readonly reaper: FileReaper;
  private readonly checkpoints: Record<OffsetName, OffsetCheckpoint<PartitionLog>>;
  private readonly savers: Record<OffsetName, CoalescingSaver>;
  private readonly cleanShutdown: CleanShutdownFile;
  private creations = 0;
  private lock: DirectoryLock | undefined;

  constructor(
    readonly path: string,
    private readonly environment: LogEnvironment,
    private readonly options: LogDirOptions,
  ) {
    const { fileSystem, clock, logger } = environment;
    this.health = new LogDirHealth(
      path,
      (error) => this.failed(error),
      () => void this.watermark.check(),
    );
    this.watermark = new DiskWatermark(environment, this.health, options.minFreeBytes);
    this.reaper = new FileReaper(fileSystem, clock, logger);
    const checkpoint = (name: OffsetName, offsetOf: (log: PartitionLog) => number | undefined) =>
      new OffsetCheckpoint(fileSystem, path, checkpointNames[name], offsetOf);
    this.checkpoints = {
      recoveryPoint: checkpoint('recoveryPoint', (log) => log.recoveryPoint),
      logStart: checkpoint('logStart', (log) => log.logStartOffset),
      highWatermark: checkpoint('highWatermark', (log) => log.highWatermark),
      cleaner: checkpoint('cleaner', ({ compaction }) => compaction.cleanedUpTo),
    };
    const saver = (name: OffsetName) => new CoalescingSaver(() => this.saveCheckpoint(name));
    this.savers = {
      recoveryPoint: saver('recoveryPoint'),
      logStart: saver('logStart'),
      highWatermark: saver('highWatermark'),
      cleaner: saver('cleaner'),
    };
    this.cleanShutdown = new CleanShutdownFile(fileSystem, path);
    this.context = {
      environment,
      groups: new GroupCommit(environment.defer),
      health: this.health,
      reaper: this.reaper,
      endMovedBack: async () => {
        await this.checkpoint('recoveryPoint');
        if (this.hasCleaned) await this.checkpoint('cleaner');
      },
      logStartRaised: () => this.checkpoint('logStart'),
      gapsFound: () => this.checkpoint('cleaner'),
    };
  }

  get logs(): PartitionLog[] {
    return [...this.byName.values()];
  }

  /** Logs in it, those being created included. */
  get logCount(): number {
    return this.byName.size + this.creations;
  }

  getLog(topicPartition: TopicPartition): PartitionLog | undefined {
    return this.byName.get(partitionName(topicPartition));
  }

  /**
   * Takes the directory into possession and checks that it is this broker's.
   * @throws LogDirectoryError when it is not, or another process has it
   */
  async claim(): Promise<void> {
    const { fileSystem } = this.environment;
    await fileSystem.mkdir(this.path);
    this.lock = DirectoryLock.acquire(fileSystem, this.path, this.options.identity);
    try {
      const stored = await readMetaProperties(fileSystem, this.path);
      if (stored) checkMetaProperties(this.path, stored, this.options);
      if (stored?.brokerId === undefined || stored.clusterId === undefined) {
        await writeMetaProperties(fileSystem, this.path, this.options);
      }
    } catch (error) {
      this.letGo();
      throw error;
    }
  }

  /** Gives the lock up. A failed disk may keep the file; the next process finds it stale. */
  letGo(): void {
    void this.reaper.stop();
    try {
      this.lock?.release();
    } catch (error) {
      this.environment.logger.warn(
        { event: 'lock-not-released', logDir: this.path },
        `Could not remove the lock of ${this.path}: ${describeError(error)}.`,
      );
    }
    this.lock = undefined;
  }

  /** Loads all logs in it. What was renamed for deletion is deleted. */
  async load(
    configFor: (topic: string) => LogConfig,
    threads: number,
    onProgress: (progress: RecoveryProgress) => void,
  ): Promise<RecoveryCut[]> {
    const clean = await this.cleanShutdown.take();
    const recoveryPoints = await this.readCheckpoint('recoveryPoint');
    const logStarts = await this.readCheckpoint('logStart');
    const watermarks = await this.readCheckpoint('highWatermark');
    const cleaned = await this.readCheckpoint('cleaner');
    const directories = await this.partitionDirectories();
    const cuts: RecoveryCut[] = [];
    let loaded = 0;
    await boundedParallel(directories, threads, async ({ name, topicPartition }) => {
      const result = await loadLog(this.environment, this.reaper, {
        topicPartition,
        logDir: this.path,
        path: join(this.path, name),
        config: configFor(topicPartition.topic),
        clean,
        recoveryPoint: recoveryPoints.get(name) ?? 0,
        logStartOffset: logStarts.get(name) ?? 0,
        highWatermark: watermarks.get(name) ?? 0,
        cleanedUpTo: cleaned.get(name),
      });
      cuts.push(...result.cuts);
      this.byName.set(name, new PartitionLog(this.context, result.log));
      loaded++;
      const total = directories.length;
      onProgress({ logDir: this.path, loaded, total, partition: name, clean });
    });
    const isKnown = (name: string) => this.byName.has(name);
    if (![...cleaned.keys()].every(isKnown)) await this.checkpoint('cleaner');
    // What recovery has cut must not be claimed to be flushed, or clean, when new records take its place.
    if (!clean) await this.context.endMovedBack();
    return cuts;
  }

  /** Makes the directory of a new partition. */
  async create(
    topicPartition: TopicPartition,
    config: LogConfig,
    topicId: string | undefined,
  ): Promise<PartitionLog> {
    this.health.assertWritable();
    const { fileSystem } = this.environment;
    const name = partitionName(topicPartition);
    const path = join(this.path, name);
    this.creations++;
    try {
      await fileSystem.mkdir(path);
      if (topicId !== undefined) await writeTopicId(fileSystem, path, topicId);
      const segment = Segment.create(this.environment, path, 0);
      await fileSystem.syncDirectory(path);
      await fileSystem.syncDirectory(this.path);
      segment.nameDurable = true;
      const log = new PartitionLog(this.context, {
        topicPartition,
        topicId,
        logDir: this.path,
        path,
        config,
        segments: [segment],
        epochs: [],
        producers: [],
        logStartOffset: 0,
        logEndOffset: 0,
        recoveryPoint: 0,
        highWatermark: 0,
        cleanedUpTo: undefined,
      });
      this.byName.set(name, log);
      return log;
    } catch (error) {
      throw this.storageError(error);
    } finally {
      this.creations--;
    }
  }

  /** Closes a log and renames its directory; the files go later. */
  async delete(log: PartitionLog): Promise<void> {
    this.byName.delete(partitionName(log.topicPartition));
    await log.abandon();
    const target = await this.rename(log, 'delete');
    this.reaper.removeDirectory(target, log.config.fileDeleteDelayMs);
    await this.checkpointWithout(log);
  }

  /** Closes a log and renames its directory, so that it is in nobody's way and nothing is lost. */
  async moveAside(log: PartitionLog): Promise<void> {
    this.byName.delete(partitionName(log.topicPartition));
    await log.close();
    await this.rename(log, 'stray');
    await this.checkpointWithout(log);
  }

  private async rename(log: PartitionLog, kind: 'delete' | 'stray'): Promise<string> {
    const { fileSystem } = this.environment;
    const target = join(this.path, renamedDirectoryName(log.topicPartition, kind));
    try {
      await fileSystem.rename(log.path, target);
      await fileSystem.syncDirectory(this.path);
    } catch (error) {
      throw this.storageError(error);
    }
    return target;
  }

  private async checkpointAll(): Promise<void> {
    for (const kind of ['recoveryPoint', 'logStart', 'highWatermark'] as const) {
      await this.checkpoint(kind);
    }
    if (this.hasCleaned) await this.checkpoint('cleaner');
  }

  /** A log is gone; one of the same name must not be taken for it. */
  private async checkpointWithout({ compaction }: PartitionLog): Promise<void> {
    await this.checkpointAll();
    if (!this.hasCleaned && compaction.cleanedUpTo !== undefined) await this.checkpoint('cleaner');
  }

  /** Whether any log in it has been compacted. */
  private get hasCleaned(): boolean {
    return this.logs.some(({ compaction }) => compaction.cleanedUpTo !== undefined);
  }

  /** Names the topic a partition belongs to. */
  async setTopicId(log: PartitionLog, topicId: string): Promise<void> {
    try {
      await writeTopicId(this.environment.fileSystem, log.path, topicId);
    } catch (error) {
      throw this.storageError(error);
    }
    log.setTopicId(topicId);
  }

  /**
   * Writes one of the checkpoint files with the state of now, never twice at the same time. A
   * failure takes the directory offline, or finds it full.
   */
  checkpoint(kind: OffsetName): Promise<void> {
    return this.savers[kind].request();
  }

  private async saveCheckpoint(kind: OffsetName): Promise<void> {
    if (this.health.failed) return;
    try {
      await this.checkpoints[kind].save(this.logs);
    } catch (error) {
      this.storageError(error);
    }
  }

  async describe(
    compactionOf: (topicPartition: TopicPartition) => CompactionStatus | undefined,
  ): Promise<LogDirDescription> {
    const space = this.health.failed
      ? undefined
      : await this.environment.fileSystem.statfs(this.path).catch(() => undefined);
    const { failure } = this.health;
    return {
      path: this.path,
      failure: this.health.failed ? asError(failure) : undefined,
      totalBytes: space?.totalBytes ?? -1,
      usableBytes: space?.usableBytes ?? -1,
      full: this.health.full,
      partitions: this.health.failed
        ? []
        : this.logs.map((log) => ({
            topicPartition: log.topicPartition,
            sizeInBytes: log.sizeInBytes,
            offsetLag: log.logEndOffset - log.highWatermark,
            isFuture: false,
            compaction: compactionOf(log.topicPartition),
          })),
    };
  }

  /** Flushes, checkpoints and marks the directory as left in order; a failed one is only let go. */
  async close(threads: number): Promise<void> {
    await this.reaper.stop();
    if (!this.health.failed) {
      await boundedParallel(this.logs, threads, (log) => log.close()).catch((error: unknown) =>
        this.health.fail(error),
      );
    }
    await this.checkpointAll();
    if (!this.health.failed && !this.health.full) await this.cleanShutdown.write();
    this.letGo();
  }

  private async partitionDirectories(): Promise<PartitionDirectory[]> {
    const { fileSystem, logger } = this.environment;
    const directories: PartitionDirectory[] = [];
    for (const name of await fileSystem.readdir(this.path)) {
      const directory = parsePartitionDirectory(name);
      const path = join(this.path, name);
      if (!directory || !(await fileSystem.stat(path))?.isDirectory) continue;
      if (directory.kind === 'current') directories.push(directory);
      else if (directory.kind === 'delete') this.reaper.removeDirectory(path, 0);
      else logger.warn({ event: 'directory-ignored', path }, `Leaving ${path} alone.`);
    }
    return directories;
  }

  /** An unreadable checkpoint costs time (all is verified) or records re-appear, but no start. */
  private async readCheckpoint(kind: OffsetName): Promise<Map<string, number>> {
    try {
      const entries = await this.checkpoints[kind].file.read();
      return new Map(entries.map((entry) => [partitionName(entry), entry.offset]));
    } catch (error) {
      if (!(error instanceof LogDirectoryError)) throw error;
      this.environment.logger.warn(
        { event: 'checkpoint-unreadable', path: this.checkpoints[kind].file.path },
        `${describeError(error)} The broker goes on without it.`,
      );
      return new Map();
    }
  }

  private storageError(error: unknown): Error {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
      this.health.setFull(true);
      return this.health.fullError(error);
    }
    this.health.fail(error);
    return this.health.failedError();
  }

  private failed(error: unknown): void {
    this.environment.logger.error(
      { event: 'log-dir-failed', logDir: this.path, partitions: this.byName.size },
      `The log directory ${this.path} has failed and is offline: ${describeError(error)}.`,
    );
    void this.reaper.stop();
    this.options.onFailure(this, error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(describeError(error));
}
