import { ensureCodecsReady } from '../../../client/records';
import { describeError } from '../../../client/runtime/error';
import { errorCode } from '../file-system';
import type { PartitionLog } from '../log';
import type { LogEnvironment } from '../log-environment';
import { Periodic } from '../periodic';
import { partitionName, type TopicPartition } from '../topic-partition';
import type { CleanableRange } from './cleanable-range';
import type { CleaningResult } from './clean-log';
import type { CleanerConfig } from './cleaner-config';
import { CleanerFigures } from './cleaner-figures';
import { CleaningAbortedError, type Cleaning } from './cleaning-gate';
import { IoPace } from './io-pace';

export interface LogCleanerOptions {
  readonly environment: LogEnvironment;
  /** All logs of the broker that can be used. */
  readonly logs: () => readonly PartitionLog[];
  /** Asked for before each cleaning. */
  readonly config: () => CleanerConfig;
  /** Writes `cleaner-offset-checkpoint` of the directory a log lies in. */
  readonly saveCheckpoint: (log: PartitionLog) => Promise<void>;
}

/**
 * Compacts the logs of a broker, one at a time, the dirtiest first (Kafka's LogCleaner, with one
 * thread). A log on which it fails is left alone from then on, and said to be uncleanable; the
 * others are cleaned as before.
 */
export class LogCleaner {
  readonly figures: CleanerFigures;
  private readonly pace: IoPace;
  private readonly uncleanable = new WeakSet<PartitionLog>();
  private loop: Periodic | undefined;
  private running: Promise<void> | undefined;
  private current: Cleaning | undefined;
  private stopped = false;

  constructor(private readonly options: LogCleanerOptions) {
    const { clock } = options.environment;
    this.figures = new CleanerFigures(() => clock.monotonic());
    this.pace = new IoPace(clock, () => options.config().maxBytesPerSecond);
  }

  /** Begins to look for logs to clean, every `log.cleaner.backoff.ms`. */
  start(): void {
    const { clock } = this.options.environment;
    this.loop = new Periodic(
      clock,
      () => this.options.config().backoffMs,
      () => this.cleanDue(),
    );
  }

  /** Ends the cleaning under way, and the loop. */
  async stop(): Promise<void> {
    this.stopped = true;
    void this.current?.abort();
    await this.loop?.stop();
    await this.running;
  }

  /** Cleans until no log is due any more. Never rejects; one round at a time. */
  cleanDue(): Promise<void> {
    this.running ??= this.round().finally(() => (this.running = undefined));
    return this.running;
  }

  private async round(): Promise<void> {
    // A log that somebody else works on has its turn in the next round.
    const tried = new Set<PartitionLog>();
    while (!this.stopped) {
      const log = await this.dirtiest(tried);
      if (!log || this.stopped) break;
      if (!(await this.cleanOne(log))) tried.add(log);
    }
    this.figures.roundDone();
  }

  /** The log to be cleaned next. */
  private async dirtiest(except: ReadonlySet<PartitionLog>): Promise<PartitionLog | undefined> {
    const wanted = this.options.logs().filter(({ compaction }) => compaction.isWanted);
    this.figures.keepOnly(wanted.map(({ topicPartition }) => topicPartition));
    let best: { log: PartitionLog; range: CleanableRange } | undefined;
    for (const log of wanted) {
      if (this.uncleanable.has(log)) continue;
      const range = await this.lookAt(log);
      if (!range?.isDue || except.has(log)) continue;
      if (!best || range.dirtyRatio > best.range.dirtyRatio) best = { log, range };
    }
    return best?.log;
  }

  private async lookAt(log: PartitionLog): Promise<CleanableRange | undefined> {
    try {
      const range = await log.compaction.range();
      if (range.checkpointInvalid) this.complainOfCheckpoint(log, range);
      this.figures.looked(log.topicPartition, range);
      return range;
    } catch (error) {
      // It may have been deleted while it was looked at.
      if (log.compaction.isWanted) this.giveUp(log, error);
      return undefined;
    }
  }

  /** @returns whether it was cleaned, or is given up: false when it is to be tried again later */
  private async cleanOne(log: PartitionLog): Promise<boolean> {
    const { compaction } = log;
    const cleaning = compaction.begin();
    if (!cleaning) return false;
    this.current = cleaning;
    const started = this.options.environment.clock.monotonic();
    try {
      await ensureCodecsReady();
      const range = await compaction.range();
      const config = this.options.config();
      const result = await compaction.clean(cleaning, range, config, this.pace);
      compaction.cleanedUpTo = result.endOffset;
      await this.options.saveCheckpoint(log);
      const ms = this.options.environment.clock.monotonic() - started;
      this.figures.cleaned(log.topicPartition, result, ms);
      this.tell(log.topicPartition, range, result, ms);
      return true;
    } catch (error) {
      if (error instanceof CleaningAbortedError || !compaction.isWanted) return false;
      if (errorCode(error) === 'ENOSPC') {
        this.noRoom(log, error);
        return false;
      }
      this.giveUp(log, error);
      return true;
    } finally {
      this.current = undefined;
      cleaning.finish();
    }
  }

  private tell(
    topicPartition: TopicPartition,
    range: CleanableRange,
    result: CleaningResult,
    ms: number,
  ): void {
    const partition = partitionName(topicPartition);
    const { bytesRead, bytesWritten, recordsRead, recordsKept, endOffset } = result;
    this.options.environment.logger.info(
      {
        event: 'log-cleaned',
        partition,
        firstDirtyOffset: range.firstDirtyOffset,
        endOffset,
        bytesRead,
        bytesWritten,
        recordsRead,
        recordsKept,
        ms: Math.round(ms),
      },
      `Compacted ${partition} up to ${endOffset}: kept ${recordsKept} of ${recordsRead} records, ` +
        `${bytesWritten} bytes.`,
    );
  }

  private giveUp(log: PartitionLog, error: unknown): void {
    const partition = partitionName(log.topicPartition);
    this.uncleanable.add(log);
    this.figures.uncleanable(log.topicPartition, describeError(error));
    this.options.environment.logger.error(
      { event: 'log-uncleanable', partition },
      `${partition} cannot be compacted, and is left alone until the broker is restarted: ` +
        `${describeError(error)}`,
    );
  }

  private noRoom(log: PartitionLog, error: unknown): void {
    const partition = partitionName(log.topicPartition);
    this.options.environment.logger.warn(
      { event: 'log-cleaning-postponed', partition },
      `There is no room to compact ${partition}: ${describeError(error)}. It is tried again.`,
    );
  }

  private complainOfCheckpoint(log: PartitionLog, range: CleanableRange): void {
    const { cleanedUpTo } = log.compaction;
    log.compaction.cleanedUpTo = range.firstDirtyOffset;
    // With retention the start of the log passes what was clean again and again.
    if (log.config.cleanupPolicy.includes('delete')) return;
    const partition = partitionName(log.topicPartition);
    this.options.environment.logger.warn(
      { event: 'cleaner-checkpoint-reset', partition, cleanedUpTo },
      `${partition} cannot be clean up to ${cleanedUpTo}, which is not in it; ` +
        `all of it is taken to be dirty.`,
    );
  }
}
