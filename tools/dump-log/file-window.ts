import { open, type FileHandle } from 'node:fs/promises';
import { DumpLogError } from './dump-log-error';

const CAPACITY = 1024 * 1024;
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
};

/** Reads a file of any size through a buffer of 1 MiB, mostly forwards. */
export class FileWindow {
  private readonly buffer: Buffer;
  private start = 0;
  private filled = 0;

  private constructor(
    private readonly handle: FileHandle,
    /** Bytes of the file when it was opened; what is appended later is not looked at. */
    readonly size: number,
    private readonly capacity: number,
  ) {
    this.buffer = Buffer.allocUnsafe(Math.min(capacity, size));
  }

  /** @throws DumpLogError when there is no such file or it may not be read */
  static async open(path: string, capacity = CAPACITY): Promise<FileWindow> {
    try {
      const handle = await open(path, 'r');
      const stat = await handle.stat();
      if (stat.isFile()) return new FileWindow(handle, stat.size, capacity);
      await handle.close();
    } catch (error) {
      throw new DumpLogError(
        `${path} cannot be read: ${reason(error)}.`,
        'Name the files of a partition, as they lie in log.dirs/<topic>-<partition>/.',
        error,
      );
    }
    throw new DumpLogError(`${path} is not a file.`, 'Name the files in it, separated by commas.');
  }

  /** Bytes of the file, fewer than asked for at its end. Valid until the next call. */
  async view(position: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    if (wanted > this.capacity) return this.read(Buffer.allocUnsafe(wanted), position);
    if (position < this.start || position + wanted > this.start + this.filled) {
      this.filled = (await this.read(this.buffer, position)).length;
      this.start = position;
    }
    const from = position - this.start;
    return this.buffer.subarray(from, Math.min(from + wanted, this.filled));
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private async read(into: Buffer, position: number): Promise<Buffer> {
    let sum = 0;
    while (sum < into.length) {
      const { bytesRead } = await this.handle.read(into, sum, into.length - sum, position + sum);
      if (bytesRead === 0) break;
      sum += bytesRead;
    }
    return into.subarray(0, sum);
  }
}

/** Opens a file, hands it over and closes it whatever happens. */
export async function withFile<T>(path: string, use: (file: FileWindow) => Promise<T>): Promise<T> {
  const file = await FileWindow.open(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function reason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
