import type { TopicConfig } from '../config/topic-config';
import { UNBOUNDED, type CleanupPolicy, type LogConfig } from '../log';

const bounded = (value: number) => Math.min(value, UNBOUNDED);

/** What a topic's configs mean for its logs. */
export function logConfigOf(config: TopicConfig): LogConfig {
  return {
    segmentBytes: config.get('segment.bytes'),
    segmentMs: bounded(config.get('segment.ms')),
    segmentJitterMs: bounded(config.get('segment.jitter.ms')),
    segmentIndexBytes: config.get('segment.index.bytes'),
    indexIntervalBytes: config.get('index.interval.bytes'),
    retentionMs: bounded(config.get('retention.ms')),
    retentionBytes: bounded(config.get('retention.bytes')),
    maxMessageBytes: config.get('max.message.bytes'),
    flushMessages: bounded(config.get('flush.messages')),
    flushMs: bounded(config.get('flush.ms')),
    fileDeleteDelayMs: bounded(config.get('file.delete.delay.ms')),
    messageTimestampType: config.get('message.timestamp.type'),
    messageTimestampBeforeMaxMs: bounded(config.get('message.timestamp.before.max.ms')),
    messageTimestampAfterMaxMs: bounded(config.get('message.timestamp.after.max.ms')),
    cleanupPolicy: config.get('cleanup.policy') as CleanupPolicy,
    deleteRetentionMs: bounded(config.get('delete.retention.ms')),
    minCompactionLagMs: bounded(config.get('min.compaction.lag.ms')),
    maxCompactionLagMs: bounded(config.get('max.compaction.lag.ms')),
    minCleanableDirtyRatio: config.get('min.cleanable.dirty.ratio'),
  };
}
