import { defaultCleanerConfig, type CleanerConfig } from './cleaner/cleaner-config';

/** What the log manager takes from the broker's config, by the broker configs of the same names. */
export interface LogManagerConfig {
  /** `num.recovery.threads.per.data.dir`: logs of a directory loaded at a time. */
  readonly recoveryThreadsPerDataDir: number;
  /** `log.retention.check.interval.ms`. */
  readonly retentionCheckIntervalMs: number;
  /** `log.flush.scheduler.interval.ms`: largest wait between two looks for logs due by flush.ms. */
  readonly flushSchedulerIntervalMs: number;
  /** `log.flush.offset.checkpoint.interval.ms`. */
  readonly flushCheckpointIntervalMs: number;
  /** `log.flush.start.offset.checkpoint.interval.ms`. */
  readonly startOffsetCheckpointIntervalMs: number;
  /** `replica.high.watermark.checkpoint.interval.ms`. */
  readonly highWatermarkCheckpointIntervalMs: number;
  /** `producer.id.expiration.ms`: how long an idle idempotent producer is remembered. */
  readonly producerIdExpirationMs: () => number;
  /** `producer.id.expiration.check.interval.ms`: time between two looks for idle producers. */
  readonly producerIdExpirationCheckIntervalMs: number;
  /** `log.cleaner.*`; undefined when `log.cleaner.enable` is false. */
  readonly cleaner: (() => CleanerConfig) | undefined;
  /** Free bytes of a disk below which appends are refused. Not a config of Kafka's. */
  readonly minFreeBytes: number;
  /** Time between two checks of the free space. Not a config of Kafka's. */
  readonly diskCheckIntervalMs: number;
}

/** Kafka's defaults; 100 MiB of free space, checked every 2 s. */
export const defaultLogManagerConfig: LogManagerConfig = {
  recoveryThreadsPerDataDir: 1,
  retentionCheckIntervalMs: 300_000,
  flushSchedulerIntervalMs: 1000,
  flushCheckpointIntervalMs: 60_000,
  startOffsetCheckpointIntervalMs: 60_000,
  highWatermarkCheckpointIntervalMs: 5000,
  producerIdExpirationMs: () => 86_400_000,
  producerIdExpirationCheckIntervalMs: 600_000,
  cleaner: () => defaultCleanerConfig,
  minFreeBytes: 100 * 1024 * 1024,
  diskCheckIntervalMs: 2000,
};
