import { readInt64, writeInt64 } from '../../client/records/int64';
import { IndexFile } from './index-file';
import type { IndexPages } from './index-pages';
import type { OpenFiles } from './open-files';
import type { ReadSteps } from './read-steps';

const ENTRY_SIZE = 12;

const entryTimestamp = (page: Buffer, at: number) => readInt64(page, at);

/** The largest timestamp up to a point of a segment, and the last offset of the batch that has it. */
export interface TimeIndexEntry {
  readonly timestamp: number;
  readonly offset: number;
}

/**
 * `.timeindex`: entries of int64 largest timestamp so far and int32 offset relative to the segment's
 * base, both rising (Kafka's TimeIndex). The last entry is the segment's largest timestamp once the
 * segment is closed.
 */
export class TimeIndex {
  readonly file: IndexFile;
  private lastTimestamp = -1;

  constructor(
    path: string,
    private readonly baseOffset: number,
    sizeInBytes: number,
    files: OpenFiles,
    pages: IndexPages,
  ) {
    this.file = new IndexFile(path, ENTRY_SIZE, Math.floor(sizeInBytes / ENTRY_SIZE), files, pages);
  }

  /** One entry is kept free for the one that closing the segment adds. */
  static maxEntries(maxBytes: number): number {
    return Math.floor(maxBytes / ENTRY_SIZE) - 1;
  }

  static isWholeSize(sizeInBytes: number): boolean {
    return sizeInBytes % ENTRY_SIZE === 0;
  }

  /** Adds an entry unless time has not moved on. */
  append(timestamp: number, offset: number): void {
    if (timestamp <= this.lastTimestamp) return;
    this.lastTimestamp = timestamp;
    this.file.append((page, at) => {
      writeInt64(page, at, timestamp);
      page.writeInt32BE(offset - this.baseOffset, at + 8);
    });
  }

  *prepareToAppend(): ReadSteps<void> {
    yield* this.file.prepareToAppend();
    this.lastTimestamp = (yield* this.last())?.timestamp ?? -1;
  }

  /** The last entry not above `timestamp`. */
  *lookup(timestamp: number): ReadSteps<TimeIndexEntry | undefined> {
    const n = yield* this.file.floor(timestamp, entryTimestamp);
    return n < 0 ? undefined : yield* this.at(n);
  }

  *last(): ReadSteps<TimeIndexEntry | undefined> {
    return this.file.count === 0 ? undefined : yield* this.at(this.file.count - 1);
  }

  *at(n: number): ReadSteps<TimeIndexEntry> {
    return yield* this.file.entry(n, (page, at) => ({
      timestamp: entryTimestamp(page, at),
      offset: this.baseOffset + page.readInt32BE(at + 8),
    }));
  }

  /** Drops entries of batches that end at `offset` or later. */
  *truncateTo(offset: number): ReadSteps<void> {
    const relative = offset - 1 - this.baseOffset;
    const n = yield* this.file.floor(relative, (page, at) => page.readInt32BE(at + 8));
    this.file.truncate(n + 1);
    yield* this.prepareToAppend();
  }

  clear(): void {
    this.file.clear();
    this.lastTimestamp = -1;
  }
}
