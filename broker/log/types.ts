import type { CompactionFigures, CompactionStatus } from './cleaner/compaction-status';
import type { LogConfig } from './log-config';
import type { TopicPartition } from './topic-partition';

/** Where a segment begins, and how old it is. */
export interface SegmentStart {
  /** Its first offset, or the log start offset if that is in it. */
  readonly offset: number;
  /** When it was last written to, ms since the epoch. */
  readonly modifiedAtMs: number;
}

/** What came out of an append. Offsets are assigned at once; the bytes follow with {@link written}. */
export interface LogAppendInfo {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Largest record timestamp in what was appended, ms since the epoch; -1 when there is none. */
  readonly maxTimestamp: number;
  /** Last offset of the batch that holds {@link maxTimestamp}. */
  readonly offsetOfMaxTimestamp: number;
  /** The broker's time stamped on the batches, or -1 when the topic keeps the producer's time. */
  readonly logAppendTime: number;
  readonly logStartOffset: number;
  /** What was appended; 0 for a duplicate, as is {@link sizeInBytes}. */
  readonly batchCount: number;
  readonly sizeInBytes: number;
  /**
   * Whether an idempotent producer has repeated a batch that is in the log already. Then nothing was
   * appended; offsets and timestamps are those of the batch in the log, and {@link written} is about
   * that one.
   */
  readonly isDuplicate: boolean;
  /**
   * Settles for everything that was appended to the partition in the same turn of the event loop:
   * resolved when the bytes are in the file (and flushed, when `flush.messages` asks for it) and
   * readable; rejected with {@link LogStorageError} when they could not be written, in which case
   * none of them is in the log. Never causes an unhandled rejection.
   */
  readonly written: Promise<void>;
}

/** Whole record batches. */
export interface LogReadResult {
  /** Whole batches as they are in the file; empty when there is nothing to read below the bound. */
  readonly records: Buffer;
  /** Base offset of the first batch, which may lie before the offset asked for; the latter if empty. */
  readonly firstOffset: number;
  /** Where the next read goes on: last offset of the last batch plus one; the offset asked for if empty. */
  readonly nextOffset: number;
  /**
   * Gives the buffer back for another read. Call it at most once and only when nobody looks at
   * {@link records} any more; not calling it is safe too.
   */
  release(): void;
}

/** Where an epoch ends. */
export interface EpochEndOffset {
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

/** A record found by its time. */
export interface TimestampOffset {
  readonly timestamp: number;
  readonly offset: number;
  /** Leader epoch of the batch the record is in. */
  readonly leaderEpoch: number;
}

/** Told about changes, synchronously, from inside the log; must not throw. */
export interface LogListener {
  /** More records can be read: {@link Log.writtenEndOffset} has moved. Called once per group. */
  onWritten?(log: Log): void;
  /** Records at the start are gone: retention, DeleteRecords. */
  onLogStartOffsetRaised?(log: Log): void;
  /** The log end has moved back: truncation, or a failed write. */
  onTruncated?(log: Log): void;
}

/**
 * The log of one partition on one broker.
 *
 * `logStartOffset ≤ highWatermark ≤ writtenEndOffset ≤ logEndOffset` always; everything below
 * `writtenEndOffset` can be read, everything below `recoveryPoint` survives a power failure.
 *
 * Methods throw (or reject with) subclasses of LogError: {@link LogStorageError} when the log's
 * directory has failed or is full, LogClosedError after close or deletion.
 */
export interface Log {
  readonly topicPartition: TopicPartition;
  /** Kafka's base64 form; undefined when the partition has no `partition.metadata`. */
  readonly topicId: string | undefined;
  /** The log directory (an entry of `log.dirs`) it lives in. */
  readonly logDir: string;
  /** The partition's own directory. */
  readonly path: string;
  readonly config: LogConfig;

  /** First offset that may be read. */
  readonly logStartOffset: number;
  /** Next offset to be assigned. */
  readonly logEndOffset: number;
  /** End of what is written and may be read, replicated and acknowledged. */
  readonly writtenEndOffset: number;
  /** Everything below is known to be on disk (fdatasync). */
  readonly recoveryPoint: number;
  /**
   * Kept here because retention and DeleteRecords stop at it; decided by replication. Starts at the
   * value of `replication-offset-checkpoint`, clamped to the log, or at the log start.
   */
  readonly highWatermark: number;
  /** Bytes of all segments, assigned ones included. */
  readonly sizeInBytes: number;
  readonly segmentCount: number;
  /** Latest leader epoch with an entry in the epoch cache. */
  readonly latestEpoch: number | undefined;

  setListener(listener: LogListener): void;
  /** Takes effect with the next append, roll or retention check. */
  updateConfig(config: LogConfig): void;
  /** Sets the high watermark, clamped to the log; returns the value set. */
  updateHighWatermark(offset: number): number;

  /**
   * Validates a producer's batches, assigns offsets, stamps offset and leader epoch into `records`
   * in place, and queues them for the group write. The buffer must not be changed until
   * {@link LogAppendInfo.written} has settled.
   *
   * A batch with a producer id must be the only one. When it repeats one of the producer's last five
   * batches, nothing is appended ({@link LogAppendInfo.isDuplicate}).
   *
   * @throws InvalidBatchError (client/records), InvalidTimestampError, RecordListTooLargeError,
   *   OutOfOrderSequenceError, InvalidProducerEpochError: nothing was appended
   */
  appendAsLeader(records: Buffer, leaderEpoch: number, options?: AppendOptions): LogAppendInfo;
  /**
   * Appends batches fetched from a leader as they are, offsets and epochs included.
   * @throws UnexpectedOffsetError when the first batch begins below the log end
   */
  appendAsFollower(records: Buffer): LogAppendInfo;

  /**
   * Reads whole batches that hold `startOffset` and what follows it.
   *
   * @param maxBytes most bytes to return, except that one whole batch is returned whatever its size
   *   (unless `minOneBatch` is false)
   * @param upToOffset no batch that reaches this offset is returned; clamped to `writtenEndOffset`
   * @returns at once when the bytes were written recently, else a promise
   * @throws OffsetOutOfRangeError below `logStartOffset` or above `logEndOffset`
   */
  read(
    startOffset: number,
    maxBytes: number,
    upToOffset: number,
    minOneBatch?: boolean,
  ): LogReadResult | Promise<LogReadResult>;
  /**
   * How many bytes lie between two offsets, to the precision of the offset index: for the
   * min.bytes of long polls.
   */
  estimateBytes(startOffset: number, upToOffset: number): number;

  /** The segments, oldest first. */
  segmentStarts(): SegmentStart[];
  /** First record at or after the log start whose time is `timestamp` or later, below `writtenEndOffset`. */
  offsetForTimestamp(timestamp: number): Promise<TimestampOffset | undefined>;
  /** The (first) record with the largest timestamp. */
  offsetOfMaxTimestamp(): Promise<TimestampOffset | undefined>;

  /** Records in the epoch cache that an epoch starts at an offset (default: the log end). */
  assignLeaderEpoch(epoch: number, startOffset?: number): void;
  /**
   * KIP-101/279: the largest epoch not above the one asked for, and where it ends; undefined when
   * the epoch is not known to this log (newer than all, or the cache is empty).
   */
  epochEndOffset(epoch: number): EpochEndOffset | undefined;
  /** Leader epoch of the record at an offset, by the epoch cache. */
  epochForOffset(offset: number): number | undefined;

  /**
   * Cuts the log so that it ends at `offset`, high watermark and recovery point with it. Waits for
   * writes under way; appends are refused meanwhile.
   * @returns whether anything was cut
   */
  truncateTo(offset: number): Promise<boolean>;
  /** Throws everything away and starts anew at `offset`. */
  truncateFullyAndStartAt(offset: number): Promise<void>;

  /**
   * DeleteRecords: raises the log start to `offset`.
   * @returns the log start (low watermark) afterwards
   * @throws OffsetOutOfRangeError above the high watermark
   * @throws PolicyViolationError when `cleanup.policy` lacks `delete`
   */
  deleteRecordsBefore(offset: number): number;
  /** A follower's way to its leader's log start: no policy check, never moves back. */
  raiseLogStartOffset(offset: number): void;

  /** Closes the active segment and starts a new one, unless it is empty. */
  roll(): void;
  /** Removes what retention by time, size and log start no longer keeps; returns the segments removed. */
  enforceRetention(): Promise<number>;
  /** fdatasync of everything written below `upTo` (default: all). */
  flush(upTo?: number): Promise<void>;
}

export interface AppendOptions {
  /**
   * Let control batches pass, and sequences go unchecked (coordinators only). Default false.
   */
  readonly allowControlBatches?: boolean;
  /**
   * Whoever sent it waits for followers to have it: it may wait a moment for what comes behind it, so
   * that they fetch both in one go. Default false.
   */
  readonly awaitsFollowers?: boolean;
}

/** One log directory, for DescribeLogDirs. */
export interface LogDirDescription {
  readonly path: string;
  /** Why it is offline; undefined when it is alive. */
  readonly failure: Error | undefined;
  /** -1 when unknown. */
  readonly totalBytes: number;
  readonly usableBytes: number;
  /** Whether appends are refused because free space is below the watermark. */
  readonly full: boolean;
  readonly partitions: readonly LogDirPartition[];
}

export interface LogDirPartition {
  readonly topicPartition: TopicPartition;
  readonly sizeInBytes: number;
  /** Log end minus high watermark. */
  readonly offsetLag: number;
  readonly isFuture: boolean;
  /** How its compaction goes; undefined for logs that are not compacted. */
  readonly compaction: CompactionStatus | undefined;
}

export interface CreateLogOptions {
  readonly topicId?: string;
  /** Default: the manager's `configFor(topic)`. */
  readonly config?: LogConfig;
  /**
   * The controller says the partition has never existed. Otherwise, while a directory is offline
   * that may hold it, creating it elsewhere is refused with LogStorageError.
   */
  readonly isNew?: boolean;
}

/** All logs of a broker, over all of its `log.dirs`. */
export interface LogManager {
  /** `log.dirs` that work. */
  readonly liveDirs: readonly string[];
  readonly offlineDirs: readonly string[];

  /** The open log of a partition; undefined when there is none or its directory is offline. */
  getLog(topicPartition: TopicPartition): Log | undefined;
  /** Whether the partition is known to lie in a directory that has failed. */
  isOffline(topicPartition: TopicPartition): boolean;
  allLogs(): readonly Log[];
  /** The log, created in the directory with the fewest partitions when there is none. */
  getOrCreateLog(topicPartition: TopicPartition, options?: CreateLogOptions): Promise<Log>;
  /** Closes the log and renames its directory to `….<uuid>-delete`; files are removed later. */
  deleteLog(topicPartition: TopicPartition): Promise<boolean>;
  /** Closes the log and renames its directory to `….<uuid>-stray`; nobody removes its files. */
  moveAside(topicPartition: TopicPartition): Promise<boolean>;
  /** Gives a new config to every log of a topic. */
  updateTopicConfig(topic: string, config: LogConfig): void;

  describeLogDirs(): Promise<LogDirDescription[]>;
  /** Writes `recovery-point-offset-checkpoint`. Also runs by itself. */
  checkpointRecoveryPoints(): Promise<void>;
  /** Writes `log-start-offset-checkpoint`. Also runs by itself. */
  checkpointLogStartOffsets(): Promise<void>;
  /** Writes `replication-offset-checkpoint`. Also runs by itself. */
  checkpointHighWatermarks(): Promise<void>;
  /** Checks retention of every log. Also runs by itself. */
  enforceRetention(): Promise<void>;
  /** Compacts the logs that are due for it. Also runs by itself. Never rejects. */
  cleanLogs(): Promise<void>;
  /** What is counted of compaction; undefined when it is switched off. */
  readonly cleanerFigures: CompactionFigures | undefined;

  /** Flushes, checkpoints, leaves the clean-shutdown marker and lets go of the lock. */
  close(): Promise<void>;
}
