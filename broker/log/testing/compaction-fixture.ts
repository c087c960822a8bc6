import { deepStrictEqual } from 'node:assert/strict';
import {
  RecordBatchBuilder,
  recordsOf,
  batchesOf,
  type CompressionType,
} from '../../../client/records';
import { ManualClock } from '../../../client/runtime/manual-clock';
import { defaultLogConfig, type LogConfig } from '../log-config';
import { openLogManager, type LogManagerOptions } from '../log-manager';
import type { Log, LogManager } from '../types';
import { FaultyFileSystem } from './faulty-file-system';
import { RecordingLogger, TestProcesses } from './log-fixture';
import { MemoryFileSystem } from './memory-file-system';

/** A record to write; null deletes its key. */
export interface KeyedRecord {
  readonly key: string;
  readonly value: string | null;
}

/** A record as it was appended, or as it was read. */
export interface PlacedRecord extends KeyedRecord {
  readonly offset: number;
  readonly timestamp: number;
}

const partition = { topic: 't', partition: 0 };

/** Small segments, so that there is something to compact after a few records. */
const smallSegments: Partial<LogConfig> = {
  cleanupPolicy: ['compact'],
  segmentBytes: 600,
  indexIntervalBytes: 150,
  minCleanableDirtyRatio: 0,
  fileDeleteDelayMs: 0,
};

/**
 * A compacted log on a disk in memory, used by one process after the other, and a model of it: all
 * that was ever appended.
 */
export class CompactionFixture {
  readonly files = new MemoryFileSystem();
  readonly clock = new ManualClock();
  readonly logger = new RecordingLogger();
  /** Everything appended, in order of offsets. */
  appended: PlacedRecord[] = [];
  disk = new FaultyFileSystem(this.files);
  private readonly processes = new TestProcesses();
  private kill = () => Promise.resolve();

  constructor(private readonly config: Partial<LogConfig> = {}) {}

  /** Opens the log as a new process; the former one is dead. */
  async open(
    config: Partial<LogConfig> = {},
    options: Partial<LogManagerOptions> = {},
  ): Promise<{ manager: LogManager; log: Log }> {
    await this.kill();
    const identity = this.processes.start();
    const disk = (this.disk = new FaultyFileSystem(this.files));
    this.kill = async () => {
      identity.kill();
      await disk.kill();
    };
    const manager = await openLogManager({
      logDirs: ['/data'],
      brokerId: 1,
      clusterId: 'c',
      configFor: () => ({ ...defaultLogConfig, ...smallSegments, ...this.config, ...config }),
      identity,
      ...options,
      config: { minFreeBytes: 0, ...options.config },
      environment: {
        fileSystem: disk.fileSystem,
        random: () => 0,
        clock: this.clock,
        logger: this.logger,
      },
    });
    return { manager, log: await manager.getOrCreateLog(partition) };
  }

  /** A power failure ends the process. */
  async cutPower(random: () => number): Promise<void> {
    await this.kill();
    this.files.crash(random);
  }

  /** Appends a batch, which can be read and compacted at once. */
  async append(
    log: Log,
    records: readonly KeyedRecord[],
    compression: CompressionType = 'none',
  ): Promise<void> {
    const timestamp = this.clock.now();
    const builder = new RecordBatchBuilder({ maxBytes: 1024 * 1024, compression });
    for (const { key, value } of records) builder.tryAppend(timestamp, key, value);
    const { firstOffset, written } = log.appendAsLeader(Buffer.from(builder.build()), 0);
    records.forEach((record, index) =>
      this.appended.push({ ...record, offset: firstOffset + index, timestamp }),
    );
    await written;
    log.updateHighWatermark(log.logEndOffset);
  }

  /** What a log may hold that was compacted any number of times; throws when it is something else. */
  async check(log: Log): Promise<PlacedRecord[]> {
    const { writtenEndOffset } = log;
    const read = await readRecords(log);
    assertRightRecords(read, this.appended, writtenEndOffset);
    return read;
  }

  /** The log is quiet: times lead to the records that have them. */
  async checkTimes(log: Log): Promise<void> {
    const read = await readRecords(log);
    for (const timestamp of new Set(this.appended.map((record) => record.timestamp))) {
      const found = await log.offsetForTimestamp(timestamp);
      const expected = read.find((record) => record.timestamp >= timestamp);
      deepStrictEqual(found?.offset, expected?.offset, `the offset of time ${timestamp}`);
    }
  }
}

/** Reads a log from its start as a consumer does. */
export async function readRecords(log: Log): Promise<PlacedRecord[]> {
  const records: PlacedRecord[] = [];
  for (let offset = log.logStartOffset; ;) {
    const read = await log.read(offset, 400, Infinity);
    if (read.records.length === 0) return records;
    for (const batch of batchesOf(read.records)) {
      for (const record of recordsOf(read.records, batch.position)) {
        if (record.offset < offset) continue;
        records.push({
          offset: record.offset,
          timestamp: record.timestamp,
          key: record.key?.toString() ?? '',
          value: record.value?.toString() ?? null,
        });
      }
    }
    offset = read.nextOffset;
  }
}

/**
 * The guarantees of compaction: what is there is what was appended, in its place and in order; of
 * each key the last value is there, or, when that is a tombstone, either the tombstone or nothing.
 *
 * @param end what was appended from here on may or may not have been read
 */
function assertRightRecords(
  read: readonly PlacedRecord[],
  appended: readonly PlacedRecord[],
  end: number,
): void {
  const byOffset = new Map(appended.map((record) => [record.offset, record]));
  const expected = read.map(({ offset }) => byOffset.get(offset));
  deepStrictEqual(read, expected, 'what is read is not what was appended there');
  const offsets = read.map(({ offset }) => offset);
  const ascending = [...new Set(offsets)].sort((a, b) => a - b);
  deepStrictEqual(offsets, ascending, 'offsets do not rise');
  const latest = new Map<string, PlacedRecord>();
  for (const record of appended) latest.set(record.key, record);
  const found = new Map(read.map((record) => [record.key, record]));
  for (const [key, record] of latest) {
    if (record.offset >= end) continue;
    const left = found.get(key);
    if (record.value !== null || left) deepStrictEqual(left, record, `the last value of ${key}`);
  }
}
