import { LRUCache } from 'lru-cache';

/** Bytes of an index read at a time. */
export const INDEX_PAGE_BYTES = 4096;

/** Pages of an index file are numbered below this. */
const PAGES_PER_FILE = 2 ** 22;

/**
 * The index pages that were looked at last, of all logs of the process: what bounds the memory that
 * indexes take.
 *
 * @param maxBytes default 16 MiB
 */
export class IndexPages {
  private readonly pages: LRUCache<number, Buffer>;
  private files = 0;

  constructor(maxBytes = 16 * 1024 * 1024) {
    this.pages = new LRUCache({ maxSize: maxBytes, sizeCalculation: (page) => page.length || 1 });
  }

  /** A number for an index file, under which its pages are kept. */
  register(): number {
    return this.files++;
  }

  get(file: number, page: number): Buffer | undefined {
    return this.pages.get(file * PAGES_PER_FILE + page);
  }

  set(file: number, page: number, bytes: Buffer): void {
    this.pages.set(file * PAGES_PER_FILE + page, bytes);
  }

  /** Drops the pages `from` up to and including `to`. */
  drop(file: number, from: number, to: number): void {
    for (let page = from; page <= to; page++) this.pages.delete(file * PAGES_PER_FILE + page);
  }
}
