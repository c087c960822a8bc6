import { IndexFile } from './index-file';
import type { IndexPages } from './index-pages';
import type { OpenFiles } from './open-files';
import type { ReadSteps } from './read-steps';

const ENTRY_SIZE = 8;

const relativeOffset = (page: Buffer, at: number) => page.readInt32BE(at);
const filePosition = (page: Buffer, at: number) => page.readInt32BE(at + 4);

/** Where a batch starts in its segment's file. */
export interface OffsetPosition {
  /** Last offset of the batch. */
  readonly offset: number;
  readonly position: number;
}

/**
 * `.index`: entries of int32 offset relative to the segment's base and int32 file position. An
 * entry names the last offset of a batch and where that batch starts (Kafka's OffsetIndex).
 */
export class OffsetIndex {
  readonly file: IndexFile;
  private lastRelativeOffset = -1;

  constructor(
    path: string,
    private readonly baseOffset: number,
    sizeInBytes: number,
    files: OpenFiles,
    pages: IndexPages,
  ) {
    this.file = new IndexFile(path, ENTRY_SIZE, Math.floor(sizeInBytes / ENTRY_SIZE), files, pages);
  }

  static maxEntries(maxBytes: number): number {
    return Math.floor(maxBytes / ENTRY_SIZE);
  }

  static isWholeSize(sizeInBytes: number): boolean {
    return sizeInBytes % ENTRY_SIZE === 0;
  }

  /** Adds an entry; offsets must rise, lower ones are passed over. */
  append(offset: number, position: number): void {
    const relative = offset - this.baseOffset;
    if (relative <= this.lastRelativeOffset) return;
    this.lastRelativeOffset = relative;
    this.file.append((page, at) => {
      page.writeInt32BE(relative, at);
      page.writeInt32BE(position, at + 4);
    });
  }

  *prepareToAppend(): ReadSteps<void> {
    yield* this.file.prepareToAppend();
    const last = yield* this.last();
    this.lastRelativeOffset = last ? last.offset - this.baseOffset : -1;
  }

  /** The last entry not above `offset`; undefined when the search starts at the file's beginning. */
  *lookup(offset: number): ReadSteps<OffsetPosition | undefined> {
    const n = yield* this.file.floor(offset - this.baseOffset, relativeOffset);
    return n < 0 ? undefined : yield* this.at(n);
  }

  /** The last entry of a batch that starts at a position of the file or before. */
  *before(position: number): ReadSteps<OffsetPosition | undefined> {
    const n = yield* this.file.floor(position, filePosition);
    return n < 0 ? undefined : yield* this.at(n);
  }

  *last(): ReadSteps<OffsetPosition | undefined> {
    return this.file.count === 0 ? undefined : yield* this.at(this.file.count - 1);
  }

  *at(n: number): ReadSteps<OffsetPosition> {
    return yield* this.file.entry(n, (page, at) => ({
      offset: this.baseOffset + relativeOffset(page, at),
      position: filePosition(page, at),
    }));
  }

  /** Drops entries of batches that end at `offset` or later. */
  *truncateTo(offset: number): ReadSteps<void> {
    const n = yield* this.file.floor(offset - 1 - this.baseOffset, relativeOffset);
    this.file.truncate(n + 1);
    yield* this.prepareToAppend();
  }

  clear(): void {
    this.file.clear();
    this.lastRelativeOffset = -1;
  }
}
