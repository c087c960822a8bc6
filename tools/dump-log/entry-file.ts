import type { FileWindow } from './file-window';

/** Reads a file of entries of one size: an index. A last entry that is not whole is ignored. */
export class EntryFile<T> {
  /** Whole entries in the file. */
  readonly count: number;

  constructor(
    private readonly file: FileWindow,
    private readonly entrySize: number,
    private readonly decode: (bytes: Buffer) => T,
  ) {
    this.count = Math.floor(file.size / entrySize);
  }

  get hasWholeSize(): boolean {
    return this.file.size % this.entrySize === 0;
  }

  async at(n: number): Promise<T> {
    return this.decode(await this.file.view(n * this.entrySize, this.entrySize));
  }
}
