import type { BrokerConfig } from '../config/broker-config';
import { UNBOUNDED, type CleanerConfig, type LogManagerConfig } from '../log';

/**
 * What the broker's configs mean for the log manager.
 *
 * @param now the configs at any later time; default: those given
 */
export function logManagerConfigOf(
  config: BrokerConfig,
  now: () => BrokerConfig = () => config,
): Partial<LogManagerConfig> {
  return {
    recoveryThreadsPerDataDir: config.get('num.recovery.threads.per.data.dir'),
    retentionCheckIntervalMs: config.get('log.retention.check.interval.ms'),
    flushSchedulerIntervalMs: Math.min(config.get('log.flush.scheduler.interval.ms'), UNBOUNDED),
    flushCheckpointIntervalMs: config.get('log.flush.offset.checkpoint.interval.ms'),
    startOffsetCheckpointIntervalMs: config.get('log.flush.start.offset.checkpoint.interval.ms'),
    highWatermarkCheckpointIntervalMs: config.get('replica.high.watermark.checkpoint.interval.ms'),
    producerIdExpirationMs: () => config.get('producer.id.expiration.ms'),
    cleaner: config.get('log.cleaner.enable') ? () => cleanerConfigOf(now()) : undefined,
    minFreeBytes: config.get('log.dir.min.free.bytes'),
  };
}

function cleanerConfigOf(config: BrokerConfig): CleanerConfig {
  return {
    memoryBytes: config.get('log.cleaner.dedupe.buffer.size'),
    loadFactor: config.get('log.cleaner.io.buffer.load.factor'),
    ioBufferBytes: config.get('log.cleaner.io.buffer.size'),
    maxBytesPerSecond: config.get('log.cleaner.io.max.bytes.per.second'),
    backoffMs: config.get('log.cleaner.backoff.ms'),
  };
}
