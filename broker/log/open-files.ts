import type { FileSystem } from './file-system';

interface OpenFile {
  readonly fd: number;
  /** Operations under way on the thread pool; while there are any the descriptor stays open. */
  pins: number;
  forgotten: boolean;
}

/**
 * The file descriptors of all logs: opened when first used, closed when not used for the longest
 * time. Thus ten thousand partitions need no ten thousand descriptors.
 *
 * @param capacity descriptors kept open; pinned ones may exceed it for a moment. Default 1000.
 */
export class OpenFiles {
  /** In order of last use. */
  private readonly files = new Map<string, OpenFile>();

  constructor(
    readonly fileSystem: FileSystem,
    private readonly capacity = 1000,
  ) {}

  get size(): number {
    return this.files.size;
  }

  /**
   * A descriptor, good until the caller gives up control of the event loop or asks for another.
   * @param create makes the file when it is missing
   */
  use(path: string, create = false): number {
    return this.open(path, create).fd;
  }

  /** Runs an asynchronous operation on a descriptor that stays open meanwhile. */
  async pinned<T>(path: string, operation: (fd: number) => Promise<T>): Promise<T> {
    const file = this.open(path, false);
    file.pins++;
    try {
      return await operation(file.fd);
    } finally {
      this.unpin(file);
    }
  }

  /** The same for callbacks: the returned function ends the use. */
  pin(path: string, create = false): { fd: number; unpin: () => void } {
    const file = this.open(path, create);
    file.pins++;
    return { fd: file.fd, unpin: () => this.unpin(file) };
  }

  /** Closes a file that is renamed or removed, at the latest when the last operation ends. */
  forget(path: string): void {
    const file = this.files.get(path);
    if (!file) return;
    this.files.delete(path);
    this.retire(file);
  }

  closeAll(): void {
    for (const path of [...this.files.keys()]) this.forget(path);
  }

  private open(path: string, create: boolean): OpenFile {
    let file = this.files.get(path);
    if (file) {
      this.files.delete(path);
    } else {
      file = { fd: this.fileSystem.openSync(path, create), pins: 0, forgotten: false };
    }
    this.files.set(path, file);
    if (this.files.size > this.capacity) this.evict();
    return file;
  }

  /** Closes the least recently used file that nobody holds, the newest excepted. */
  private evict(): void {
    let left = this.files.size - 1;
    for (const [path, file] of this.files) {
      if (left-- === 0) return;
      if (file.pins > 0) continue;
      this.forget(path);
      return;
    }
  }

  private unpin(file: OpenFile): void {
    file.pins--;
    if (file.forgotten && file.pins === 0) this.fileSystem.closeSync(file.fd);
  }

  private retire(file: OpenFile): void {
    file.forgotten = true;
    if (file.pins === 0) this.fileSystem.closeSync(file.fd);
  }
}
