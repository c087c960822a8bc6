import { INDEX_PAGE_BYTES, type IndexPages } from './index-pages';
import type { OpenFiles } from './open-files';
import type { ReadSteps } from './read-steps';
import { writeFully } from './write-fully';

/**
 * A file of sorted entries of one size that only grows at its end: what offset and time index have
 * in common. The last page is in memory until it is full; full pages are in the file, and those
 * looked at last also in {@link IndexPages}. A lookup touches one page per step of a binary search
 * over pages. Nothing is preallocated.
 *
 * Indexes are derived data: losing one costs a scan of its segment, nothing else.
 */
export class IndexFile {
  /** Entries in a page; the file is cut at page borders of this many entries. */
  private readonly perPage: number;
  private readonly id: number;
  /** The last, not yet full page; loaded when something is appended. */
  private tail: Buffer | undefined;
  private tailPage = -1;
  /** Whether the tail holds entries that are not in the file. */
  private dirty = false;
  /** Full pages that could not be written yet. */
  private readonly unwritten = new Map<number, Buffer>();

  /**
   * @param entryCount entries in the file now
   */
  constructor(
    readonly path: string,
    private readonly entrySize: number,
    private entryCount: number,
    private readonly files: OpenFiles,
    private readonly pages: IndexPages,
  ) {
    this.perPage = Math.floor(INDEX_PAGE_BYTES / entrySize);
    this.id = pages.register();
  }

  get count(): number {
    return this.entryCount;
  }

  get sizeInBytes(): number {
    return this.entryCount * this.entrySize;
  }

  /** Adds an entry; `write` puts it at the position given. The last page must be loaded. */
  append(write: (page: Buffer, at: number) => void): void {
    const page = Math.floor(this.entryCount / this.perPage);
    const slot = this.entryCount % this.perPage;
    if (this.tailPage !== page || !this.tail) {
      if (slot !== 0) throw new Error(`The last page of ${this.path} is not loaded.`);
      this.tail = Buffer.alloc(INDEX_PAGE_BYTES / 16);
      this.tailPage = page;
    }
    const at = slot * this.entrySize;
    if (at + this.entrySize > this.tail.length) {
      const larger = Buffer.alloc(Math.min(this.tail.length * 4, this.perPage * this.entrySize));
      this.tail.copy(larger);
      this.tail = larger;
    }
    write(this.tail, at);
    this.dirty = true;
    this.entryCount++;
    if (slot === this.perPage - 1) this.retireTail();
  }

  /** Loads what {@link append} needs. */
  *prepareToAppend(): ReadSteps<void> {
    const page = Math.floor(this.entryCount / this.perPage);
    if (this.entryCount % this.perPage === 0 || this.tailPage === page) return;
    const loaded = yield* this.page(page);
    this.tail = Buffer.alloc(this.perPage * this.entrySize);
    loaded.copy(this.tail);
    this.tailPage = page;
    this.pages.drop(this.id, page, page);
  }

  /** Reads entry `n` with a function of a page and a position in it. */
  *entry<T>(n: number, read: (page: Buffer, at: number) => T): ReadSteps<T> {
    const page = yield* this.page(Math.floor(n / this.perPage));
    return read(page, (n % this.perPage) * this.entrySize);
  }

  /**
   * Number of the last entry whose key is not above `target`, -1 when there is none.
   * @param key reads the key of the entry at a position of a page; keys never fall
   */
  *floor(target: number, key: (page: Buffer, at: number) => number): ReadSteps<number> {
    // Entries may be added while pages are on their way; the answer is about those of now.
    const count = this.entryCount;
    if (count === 0) return -1;
    let low = 0;
    let high = Math.floor((count - 1) / this.perPage);
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const page = yield* this.page(middle);
      if (key(page, 0) <= target) low = middle;
      else high = middle - 1;
    }
    const page = yield* this.page(low);
    const first = low * this.perPage;
    let from = -1;
    let to = Math.min(this.perPage, count - first) - 1;
    while (from < to) {
      const middle = Math.ceil((from + to) / 2);
      if (key(page, middle * this.entrySize) <= target) from = middle;
      else to = middle - 1;
    }
    return first + from;
  }

  /** Writes what is only in memory to the file. */
  flush(): void {
    for (const [page, bytes] of this.unwritten) {
      this.writePage(page, bytes);
      this.unwritten.delete(page);
    }
    if (!this.dirty || !this.tail) return;
    const used = (this.entryCount - this.tailPage * this.perPage) * this.entrySize;
    this.writePage(this.tailPage, this.tail.subarray(0, used));
    this.dirty = false;
  }

  /** {@link flush}, and lets go of the memory: nothing will be appended for a while. */
  seal(): void {
    this.flush();
    this.tail = undefined;
    this.tailPage = -1;
  }

  /** Keeps the first `count` entries. */
  truncate(count: number): void {
    if (count >= this.entryCount) return;
    const kept = Math.floor(count / this.perPage);
    this.pages.drop(this.id, kept, Math.floor(this.entryCount / this.perPage));
    for (const page of this.unwritten.keys()) if (page > kept) this.unwritten.delete(page);
    if (this.tailPage > kept) {
      this.tail = undefined;
      this.tailPage = -1;
      this.dirty = false;
    }
    const full = this.unwritten.get(kept);
    if (full) {
      this.unwritten.delete(kept);
      this.tail = full;
      this.tailPage = kept;
      this.dirty = true;
    }
    this.entryCount = count;
    const { fileSystem } = this.files;
    if ((fileSystem.statSync(this.path)?.size ?? 0) > this.sizeInBytes) {
      fileSystem.ftruncateSync(this.files.use(this.path), this.sizeInBytes);
    }
  }

  /** Drops everything, whatever the file holds. */
  clear(): void {
    this.truncate(0);
    const { fileSystem } = this.files;
    if ((fileSystem.statSync(this.path)?.size ?? 0) > 0) {
      fileSystem.ftruncateSync(this.files.use(this.path), 0);
    }
  }

  private *page(page: number): ReadSteps<Buffer> {
    if (page === this.tailPage && this.tail) return this.tail;
    const unwritten = this.unwritten.get(page);
    if (unwritten) return unwritten;
    const entries = Math.min(this.perPage, this.entryCount - page * this.perPage);
    const cached = this.pages.get(this.id, page);
    if (cached && cached.length >= entries * this.entrySize) return cached;
    const buffer = Buffer.alloc(entries * this.entrySize);
    const position = page * this.perPage * this.entrySize;
    const length = yield { path: this.path, position, buffer };
    if (length < buffer.length) throw new Error(`The index ${this.path} is cut.`);
    this.pages.set(this.id, page, buffer);
    return buffer;
  }

  private retireTail(): void {
    if (!this.tail) return;
    this.pages.set(this.id, this.tailPage, this.tail);
    this.unwritten.set(this.tailPage, this.tail);
    this.tail = undefined;
    this.tailPage = -1;
    this.dirty = false;
  }

  private writePage(page: number, bytes: Buffer): void {
    const fd = this.files.use(this.path, true);
    writeFully(this.files.fileSystem, fd, [bytes], page * this.perPage * this.entrySize);
  }
}
