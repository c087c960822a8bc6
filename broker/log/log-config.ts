/** `cleanup.policy`: delete old segments, compact by key, or both. */
export type CleanupPolicy = readonly ('delete' | 'compact')[];

/**
 * What a partition log wants to know about its topic: the topic configs of the same names in
 * camel case. Durations are in milliseconds, sizes in bytes, -1 means unlimited where Kafka says
 * so. May be replaced while the log is open ({@link Log.updateConfig}).
 */
export interface LogConfig {
  /** `segment.bytes`: a segment is closed before it would grow beyond this. */
  readonly segmentBytes: number;
  /** `segment.ms`: a segment is closed when a batch this much younger than its first one arrives. */
  readonly segmentMs: number;
  /** `segment.jitter.ms`: up to this much is taken off `segment.ms`, differently for each segment. */
  readonly segmentJitterMs: number;
  /** `segment.index.bytes`: largest offset or time index; a segment whose index is full is closed. */
  readonly segmentIndexBytes: number;
  /** `index.interval.bytes`: log bytes between two index entries. */
  readonly indexIntervalBytes: number;
  /** `retention.ms`; -1 keeps for ever. */
  readonly retentionMs: number;
  /** `retention.bytes` per partition; -1 keeps everything. */
  readonly retentionBytes: number;
  /** `max.message.bytes`: largest record batch accepted, with its header. */
  readonly maxMessageBytes: number;
  /** `flush.messages`: fdatasync, and acknowledge after it, when this many records are unflushed. */
  readonly flushMessages: number;
  /** `flush.ms`: fdatasync in the background when the oldest unflushed record is this old. */
  readonly flushMs: number;
  /** `file.delete.delay.ms`: time between renaming a file to `.deleted` and removing it. */
  readonly fileDeleteDelayMs: number;
  /** `message.timestamp.type`. */
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  /** `message.timestamp.before.max.ms`: how far a record's time may lie behind the broker's. */
  readonly messageTimestampBeforeMaxMs: number;
  /** `message.timestamp.after.max.ms`: how far a record's time may lie ahead of the broker's. */
  readonly messageTimestampAfterMaxMs: number;
  /** `cleanup.policy`. */
  readonly cleanupPolicy: CleanupPolicy;
  /** `delete.retention.ms`: how long a compacted log keeps a tombstone after it was first seen. */
  readonly deleteRetentionMs: number;
  /** `min.compaction.lag.ms`: how long a record is certain not to be compacted away. */
  readonly minCompactionLagMs: number;
  /** `max.compaction.lag.ms`: the age at which a record is compacted whatever the dirty ratio. */
  readonly maxCompactionLagMs: number;
  /** `min.cleanable.dirty.ratio`: the part of a log that must be dirty before it is compacted. */
  readonly minCleanableDirtyRatio: number;
}

/** Whether the log keeps the last record of each key. */
export function isCompacted({ cleanupPolicy }: LogConfig): boolean {
  return cleanupPolicy.includes('compact');
}

/** Larger than every offset, size and duration: Kafka's Long.MAX_VALUE. */
export const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** Kafka 3.9's defaults of the topic configs. */
export const defaultLogConfig: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  retentionMs: 7 * 24 * 60 * 60 * 1000,
  retentionBytes: -1,
  maxMessageBytes: 1024 * 1024 + 12,
  flushMessages: UNBOUNDED,
  flushMs: UNBOUNDED,
  fileDeleteDelayMs: 60_000,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: UNBOUNDED,
  messageTimestampAfterMaxMs: UNBOUNDED,
  cleanupPolicy: ['delete'],
  deleteRetentionMs: 24 * 60 * 60 * 1000,
  minCompactionLagMs: 0,
  maxCompactionLagMs: UNBOUNDED,
  minCleanableDirtyRatio: 0.5,
};
