import type { BrokerConfig } from '../config/broker-config';
import { UNBOUNDED, type LogManagerConfig } from '../log';

/** What the broker's configs mean for the log manager. */
export function logManagerConfigOf(config: BrokerConfig): Partial<LogManagerConfig> {
  return {
    recoveryThreadsPerDataDir: config.get('num.recovery.threads.per.data.dir'),
    retentionCheckIntervalMs: config.get('log.retention.check.interval.ms'),
    flushSchedulerIntervalMs: Math.min(config.get('log.flush.scheduler.interval.ms'), UNBOUNDED),
    flushCheckpointIntervalMs: config.get('log.flush.offset.checkpoint.interval.ms'),
    startOffsetCheckpointIntervalMs: config.get('log.flush.start.offset.checkpoint.interval.ms'),
    highWatermarkCheckpointIntervalMs: config.get('replica.high.watermark.checkpoint.interval.ms'),
    producerIdExpirationMs: () => config.get('producer.id.expiration.ms'),
    minFreeBytes: config.get('log.dir.min.free.bytes'),
  };
}
