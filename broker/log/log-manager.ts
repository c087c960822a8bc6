import { describeError } from '../../client/runtime/error';
import type { CompactionFigures } from './cleaner/compaction-status';
import { LogCleaner } from './cleaner/log-cleaner';
import { defaultLogConfig, type LogConfig } from './log-config';
import type { PartitionLog } from './log';
import { LogDir, type RecoveryProgress } from './log-dir';
import { logEnvironment, type LogEnvironment, type LogEnvironmentOptions } from './log-environment';
import { LogDirectoryError, LogStorageError } from './log-error';
import { defaultLogManagerConfig, type LogManagerConfig } from './log-manager-config';
import type { RecoveryCut } from './log-recovery';
import { Periodic } from './periodic';
import { thisProcess, type ProcessIdentity } from './lock-owner';
import { partitionName, type TopicPartition } from './topic-partition';
import type { CreateLogOptions, Log, LogDirDescription, LogManager } from './types';

export interface LogManagerOptions {
  /** `log.dirs`. */
  readonly logDirs: readonly string[];
  readonly brokerId: number;
  readonly clusterId: string;
  /** The config of a topic's logs, asked for at start and for each new log. Default Kafka's. */
  readonly configFor?: (topic: string) => LogConfig;
  readonly config?: Partial<LogManagerConfig>;
  readonly environment?: LogEnvironmentOptions;
  /** Who holds the lock files. Default this process. */
  readonly identity?: ProcessIdentity;
  readonly onProgress?: (progress: RecoveryProgress) => void;
  /**
   * A directory has failed and its partitions are offline. Not called for directories that fail
   * while the manager starts: see {@link LogManager.offlineDirs}.
   */
  readonly onDirectoryFailure?: (
    logDir: string,
    error: unknown,
    partitions: readonly TopicPartition[],
  ) => void;
}

/** The first retention check after the start, ms. */
const FIRST_CHECK_MS = 30_000;

/**
 * Locks and checks all directories of `log.dirs`, loads their logs (recovering what needs to be),
 * and starts the housekeeping: retention, background flushes, checkpoints, free space.
 *
 * A directory that cannot be read is offline from the start.
 *
 * @throws LogDirectoryError when a directory belongs to another broker or cluster, is in use by
 *   another process, or when none works
 */
export async function openLogManager(options: LogManagerOptions): Promise<LogManager> {
  const manager = new LocalLogManager(options);
  await manager.start();
  return manager;
}

class LocalLogManager implements LogManager {
  private readonly environment: LogEnvironment;
  private readonly config: LogManagerConfig;
  private readonly dirs: LogDir[];
  private readonly configFor: (topic: string) => LogConfig;
  private readonly creating = new Map<string, Promise<Log>>();
  private readonly offlinePartitions = new Set<string>();
  private readonly cleaner: LogCleaner | undefined;
  private chores: Periodic[] = [];
  private started = false;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: LogManagerOptions) {
    this.environment = logEnvironment(options.environment);
    this.config = { ...defaultLogManagerConfig, ...options.config };
    this.configFor = options.configFor ?? (() => defaultLogConfig);
    const { cleaner } = this.config;
    this.cleaner =
      cleaner &&
      new LogCleaner({
        environment: this.environment,
        logs: () => this.live.flatMap((dir) => dir.logs),
        config: cleaner,
        saveCheckpoint: async (log) => {
          await this.dirs.find(({ path }) => path === log.logDir)?.checkpoint('cleaner');
        },
      });
    const identity = options.identity ?? thisProcess();
    this.dirs = [...new Set(options.logDirs)].map(
      (path) =>
        new LogDir(path, this.environment, {
          brokerId: options.brokerId,
          clusterId: options.clusterId,
          identity,
          minFreeBytes: this.config.minFreeBytes,
          onFailure: (dir, error) => this.dirFailed(dir, error),
        }),
    );
  }

  get liveDirs(): readonly string[] {
    return this.live.map(({ path }) => path);
  }

  get offlineDirs(): readonly string[] {
    return this.dirs.filter(({ health }) => health.failed).map(({ path }) => path);
  }

  async start(): Promise<void> {
    try {
      await this.eachLive((dir) => dir.claim());
      await this.eachLive(async (dir) => {
        const cuts = await dir.load(
          this.configFor,
          this.config.recoveryThreadsPerDataDir,
          this.options.onProgress ?? (() => {}),
        );
        this.reportLoaded(dir, cuts);
        await dir.watermark.check();
      });
      this.refuseDuplicates();
      if (this.live.length === 0) {
        throw new LogDirectoryError(
          `None of the log directories works: ${this.failureTexts().join('; ')}.`,
          'Check the paths in log.dirs, their permissions and the disks.',
        );
      }
    } catch (error) {
      for (const dir of this.dirs) dir.letGo();
      this.environment.files.closeAll();
      throw error;
    }
    this.started = true;
    this.startChores();
    this.cleaner?.start();
  }

  getLog(topicPartition: TopicPartition): Log | undefined {
    return this.find(topicPartition)?.log;
  }

  isOffline(topicPartition: TopicPartition): boolean {
    return this.offlinePartitions.has(partitionName(topicPartition));
  }

  allLogs(): readonly Log[] {
    return this.live.flatMap((dir) => dir.logs);
  }

  async getOrCreateLog(
    topicPartition: TopicPartition,
    options: CreateLogOptions = {},
  ): Promise<Log> {
    const found = this.find(topicPartition);
    if (found) {
      const { dir, log } = found;
      if (log.topicId === undefined && options.topicId !== undefined) {
        await dir.setTopicId(log, options.topicId);
      }
      return log;
    }
    const name = partitionName(topicPartition);
    let creation = this.creating.get(name);
    if (!creation) {
      creation = this.create(topicPartition, options).finally(() => this.creating.delete(name));
      this.creating.set(name, creation);
    }
    return creation;
  }

  async deleteLog(topicPartition: TopicPartition): Promise<boolean> {
    const found = this.find(topicPartition);
    if (!found) return false;
    await found.dir.delete(found.log);
    return true;
  }

  async moveAside(topicPartition: TopicPartition): Promise<boolean> {
    const found = this.find(topicPartition);
    if (!found) return false;
    await found.dir.moveAside(found.log);
    return true;
  }

  updateTopicConfig(topic: string, config: LogConfig): void {
    for (const log of this.allLogs()) {
      if (log.topicPartition.topic === topic) log.updateConfig(config);
    }
  }

  async describeLogDirs(): Promise<LogDirDescription[]> {
    const statusOf = (of: TopicPartition) => this.cleaner?.figures.status(of);
    return Promise.all(this.dirs.map((dir) => dir.describe(statusOf)));
  }

  async checkpointRecoveryPoints(): Promise<void> {
    await Promise.all(this.live.map((dir) => dir.checkpoint('recoveryPoint')));
  }

  async checkpointLogStartOffsets(): Promise<void> {
    await Promise.all(this.live.map((dir) => dir.checkpoint('logStart')));
  }

  async checkpointHighWatermarks(): Promise<void> {
    await Promise.all(this.live.map((dir) => dir.checkpoint('highWatermark')));
  }

  async enforceRetention(): Promise<void> {
    for (const log of this.allLogs()) {
      await log.enforceRetention().catch((error: unknown) => {
        this.environment.logger.error(
          { event: 'retention-failed', partition: partitionName(log.topicPartition) },
          `Retention failed: ${describeError(error)}.`,
        );
      });
    }
  }

  get cleanerFigures(): CompactionFigures | undefined {
    return this.cleaner?.figures;
  }

  async cleanLogs(): Promise<void> {
    await this.cleaner?.cleanDue();
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await Promise.all([this.cleaner?.stop(), ...this.chores.map((chore) => chore.stop())]);
    await Promise.allSettled(this.creating.values());
    const threads = Math.max(4, this.config.recoveryThreadsPerDataDir);
    await Promise.all(this.dirs.map((dir) => dir.close(threads)));
    this.environment.files.closeAll();
  }

  private get live(): LogDir[] {
    return this.dirs.filter(({ health }) => !health.failed);
  }

  private find(topicPartition: TopicPartition): { dir: LogDir; log: PartitionLog } | undefined {
    for (const dir of this.dirs) {
      if (dir.health.failed) continue;
      const log = dir.getLog(topicPartition);
      if (log) return { dir, log };
    }
    return undefined;
  }

  private async create(topicPartition: TopicPartition, options: CreateLogOptions): Promise<Log> {
    const name = partitionName(topicPartition);
    const mayBeOffline = this.isOffline(topicPartition) || this.offlineDirs.length > 0;
    if (mayBeOffline && options.isNew !== true) {
      throw new LogStorageError(
        `${name} is not in any log directory that works, but may be in one that does not: ` +
          `${this.failureTexts().join('; ')}.`,
        'Repair that directory and restart the broker, or take it out of log.dirs.',
      );
    }
    const candidates = this.live.filter(({ health }) => !health.full);
    const dir = candidates.reduce<LogDir | undefined>(
      (best, next) => (best && best.logCount <= next.logCount ? best : next),
      undefined,
    );
    if (!dir) {
      throw new LogStorageError(
        `No log directory has room for ${name}.`,
        'Free space on the disks of log.dirs.',
      );
    }
    const config = options.config ?? this.configFor(topicPartition.topic);
    return dir.create(topicPartition, config, options.topicId);
  }

  /** Runs a step of the start for each directory; an I/O error takes only that directory offline. */
  private async eachLive(step: (dir: LogDir) => Promise<void>): Promise<void> {
    const failures = await Promise.all(
      this.live.map(async (dir) => {
        try {
          await step(dir);
          return undefined;
        } catch (error) {
          if (error instanceof LogDirectoryError) return error;
          dir.health.fail(error);
          return undefined;
        }
      }),
    );
    const fatal = failures.find((error) => error !== undefined);
    if (fatal) throw fatal;
  }

  private failureTexts(): string[] {
    return this.dirs
      .filter(({ health }) => health.failed)
      .map(({ path, health }) => `${path} (${describeError(health.failure)})`);
  }

  private refuseDuplicates(): void {
    const seen = new Map<string, string>();
    for (const log of this.allLogs()) {
      const name = partitionName(log.topicPartition);
      const other = seen.get(name);
      if (other !== undefined) {
        throw new LogDirectoryError(
          `${name} is in two log directories: ${other} and ${log.logDir}.`,
          'Move one of the two away; keep the longer one if in doubt.',
        );
      }
      seen.set(name, log.logDir);
    }
  }

  private startChores(): void {
    const { clock } = this.environment;
    const {
      retentionCheckIntervalMs,
      flushSchedulerIntervalMs,
      flushCheckpointIntervalMs,
      startOffsetCheckpointIntervalMs,
      highWatermarkCheckpointIntervalMs,
      producerIdExpirationCheckIntervalMs,
      diskCheckIntervalMs,
    } = this.config;
    const first = Math.min(FIRST_CHECK_MS, retentionCheckIntervalMs);
    const every = (ms: number, work: () => Promise<void>) => new Periodic(clock, ms, work);
    this.chores = [
      new Periodic(clock, retentionCheckIntervalMs, () => this.enforceRetention(), first),
      every(flushSchedulerIntervalMs, () => this.flushDue()),
      every(flushCheckpointIntervalMs, () => this.checkpointRecoveryPoints()),
      every(startOffsetCheckpointIntervalMs, () => this.checkpointLogStartOffsets()),
      every(highWatermarkCheckpointIntervalMs, () => this.checkpointHighWatermarks()),
      every(producerIdExpirationCheckIntervalMs, () => this.expireProducers()),
      every(diskCheckIntervalMs, async () => {
        await Promise.all(this.live.map((dir) => dir.watermark.check()));
      }),
    ];
  }

  /** Flushes the logs whose oldest unflushed bytes are older than their flush.ms. */
  private async flushDue(): Promise<void> {
    const now = this.environment.clock.monotonic();
    for (const log of this.live.flatMap((dir) => dir.logs)) {
      const { dirtySince } = log;
      if (dirtySince === undefined || now - dirtySince < log.config.flushMs) continue;
      // A failed flush takes the directory offline, which is reported.
      await log.flush().catch(() => {});
    }
  }

  private expireProducers(): Promise<void> {
    const idleMs = this.config.producerIdExpirationMs();
    for (const log of this.live.flatMap((dir) => dir.logs)) log.expireProducers(idleMs);
    return Promise.resolve();
  }

  private dirFailed(dir: LogDir, error: unknown): void {
    const partitions = dir.logs.map((log) => log.topicPartition);
    for (const topicPartition of partitions) {
      this.offlinePartitions.add(partitionName(topicPartition));
    }
    if (this.started) this.options.onDirectoryFailure?.(dir.path, error, partitions);
  }

  private reportLoaded(dir: LogDir, cuts: readonly RecoveryCut[]): void {
    this.environment.logger.info(
      { event: 'log-dir-loaded', logDir: dir.path, logs: dir.logCount, cuts: cuts.length },
      `Loaded ${dir.logCount} logs from ${dir.path}.`,
    );
  }
}
