import * as fs from 'node:fs';
import { promisify } from 'node:util';

/** What is known of a file without opening it. */
export interface FileStat {
  readonly size: number;
  readonly mtimeMs: number;
  readonly isDirectory: boolean;
}

/** Room on the file system a path lies on, in bytes. */
export interface DiskSpace {
  readonly totalBytes: number;
  readonly usableBytes: number;
}

/**
 * The log's edge to the disk: everything it does to files, and nothing else. Tests put failing,
 * torn and crashing disks in its place. Errors are Node's (`code` is `ENOENT`, `EIO`, `ENOSPC`, …).
 *
 * The synchronous half serves the event loop's own appends and reads of what is in the page cache;
 * everything that may wait for the device has an asynchronous form.
 */
export interface FileSystem {
  /** Opens for reading and writing; `create` makes the file when it is missing. */
  openSync(path: string, create?: boolean): number;
  closeSync(fd: number): void;
  readSync(fd: number, buffer: Buffer, at: number, length: number, position: number): number;
  /** Writes at a position; may write less than asked. */
  writevSync(fd: number, buffers: readonly Buffer[], position: number): number;
  ftruncateSync(fd: number, length: number): void;
  statSync(path: string): FileStat | undefined;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  /** A second name for a file; fails with EEXIST when the name is taken. */
  linkSync(existing: string, path: string): void;
  readFileSync(path: string): string | undefined;
  writeFileSync(path: string, text: string): void;

  read(fd: number, buffer: Buffer, at: number, length: number, position: number): Promise<number>;
  /** Writes at a position; may write less than asked. */
  writev(
    fd: number,
    buffers: readonly Buffer[],
    position: number,
    done: (error: Error | null, written: number) => void,
  ): void;
  fdatasync(fd: number): Promise<void>;
  /** Makes renames and new files in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  /** The text of a file, undefined when there is none. */
  readFile(path: string): Promise<string | undefined>;
  /** Creates or overwrites a file and flushes it. `mode` is for a new one, default 0644. */
  writeFile(path: string, text: string, mode?: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; a missing one is no error. */
  unlink(path: string): Promise<void>;
  /** Removes a directory and everything in it; a missing one is no error. */
  removeTree(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<FileStat | undefined>;
  /** Makes a directory and its parents; an existing one is no error. */
  mkdir(path: string): Promise<void>;
  statfs(path: string): Promise<DiskSpace>;
}

const { O_RDWR, O_CREAT } = fs.constants;
const read = promisify(fs.read);
const fdatasync = promisify(fs.fdatasync);

/** The error code of Node's file operations, when it is one. */
export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** Turns ENOENT into undefined. */
function unlessMissing(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined;
  throw error;
}

function asStat(stat: fs.Stats): FileStat {
  return { size: stat.size, mtimeMs: stat.mtimeMs, isDirectory: stat.isDirectory() };
}

/** The machine's own file system. */
export const nodeFileSystem: FileSystem = {
  openSync: (path, create = false) => fs.openSync(path, create ? O_RDWR | O_CREAT : O_RDWR, 0o644),
  closeSync: fs.closeSync,
  readSync: (fd, buffer, at, length, position) => fs.readSync(fd, buffer, at, length, position),
  writevSync: (fd, buffers, position) => fs.writevSync(fd, buffers, position),
  ftruncateSync: fs.ftruncateSync,
  statSync: (path) => {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    return stat && asStat(stat);
  },
  renameSync: fs.renameSync,
  unlinkSync: fs.unlinkSync,
  linkSync: fs.linkSync,
  readFileSync: (path) => {
    try {
      return fs.readFileSync(path, 'utf8');
    } catch (error) {
      return unlessMissing(error);
    }
  },
  writeFileSync: (path, text) => fs.writeFileSync(path, text),

  read: async (fd, buffer, at, length, position) =>
    (await read(fd, buffer, at, length, position)).bytesRead,
  writev: (fd, buffers, position, done) => fs.writev(fd, buffers, position, done),
  fdatasync,
  syncDirectory: async (path) => {
    const handle = await fs.promises.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  readFile: (path) => fs.promises.readFile(path, 'utf8').catch(unlessMissing),
  writeFile: async (path, text, mode = 0o644) => {
    const handle = await fs.promises.open(path, 'w', mode);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  },
  rename: fs.promises.rename,
  unlink: (path) => fs.promises.unlink(path).catch(unlessMissing),
  removeTree: (path) => fs.promises.rm(path, { recursive: true, force: true }),
  readdir: (path) => fs.promises.readdir(path),
  stat: async (path) => {
    const stat = await fs.promises.stat(path).catch(unlessMissing);
    return stat && asStat(stat);
  },
  mkdir: async (path) => {
    await fs.promises.mkdir(path, { recursive: true });
  },
  statfs: async (path) => {
    const stat = await fs.promises.statfs(path);
    return { totalBytes: stat.blocks * stat.bsize, usableBytes: stat.bavail * stat.bsize };
  },
};
