import { dirname } from 'node:path';
import type { DiskSpace, FileStat, FileSystem } from '../file-system';
import { Inode, MemoryDisk } from './memory-disk';

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** Runs a callback later: when the device has done its work. */
export type Later = (callback: () => void) => void;

/**
 * A file system in memory that tells what was flushed from what was not. {@link crash} is a power
 * failure: of what was not flushed some is lost, in any order the kernel could have chosen.
 *
 * A process that is killed loses its file system with its open files; the next one opens another
 * on the same disk.
 */
export class MemoryFileSystem implements FileSystem {
  private readonly open = new Map<number, Inode>();
  private nextFd = 3;
  space: DiskSpace = { totalBytes: 2 ** 40, usableBytes: 2 ** 39 };

  /**
   * @param disk default: a new one, empty
   * @param later how long the asynchronous operations take. Default: a turn of the event loop
   */
  constructor(
    private readonly disk = new MemoryDisk(),
    private readonly later: Later = (callback) => void setImmediate(callback),
  ) {}

  /** A power failure; open files are gone with the process. */
  crash(random: () => number): void {
    this.open.clear();
    this.disk.crash(random);
  }

  openSync(path: string, create = false): number {
    let inode = this.disk.names.get(path);
    if (!inode) {
      if (!create) throw failure('ENOENT', path);
      inode = new Inode();
      this.disk.setName(path, inode);
    }
    this.open.set(this.nextFd, inode);
    return this.nextFd++;
  }

  closeSync(fd: number): void {
    this.inode(fd);
    this.open.delete(fd);
  }

  readSync(fd: number, buffer: Buffer, at: number, length: number, position: number): number {
    const { data } = this.inode(fd);
    return data.copy(buffer, at, Math.min(position, data.length), position + length);
  }

  writevSync(fd: number, buffers: readonly Buffer[], position: number): number {
    return this.inode(fd).write(buffers, position);
  }

  ftruncateSync(fd: number, length: number): void {
    this.inode(fd).truncate(length);
  }

  statSync(path: string): FileStat | undefined {
    const inode = this.disk.names.get(path);
    if (inode) return { size: inode.size, mtimeMs: 0, isDirectory: false };
    if (this.disk.directories.has(path)) return { size: 0, mtimeMs: 0, isDirectory: true };
    return undefined;
  }

  renameSync(from: string, to: string): void {
    const { directories, names } = this.disk;
    if (directories.delete(from)) {
      directories.add(to);
      const inside = [...names.keys()].filter((path) => path.startsWith(`${from}/`));
      // It is the directory around it that changes.
      this.move(
        dirname(to),
        inside.map((path) => [path, to + path.slice(from.length)]),
      );
      return;
    }
    if (!names.has(from)) throw failure('ENOENT', from);
    this.move(dirname(to), [[from, to]]);
  }

  unlinkSync(path: string): void {
    if (!this.disk.names.has(path)) throw failure('ENOENT', path);
    this.disk.change(dirname(path), (names) => void names.delete(path));
  }

  linkSync(existing: string, path: string): void {
    if (this.disk.names.has(path)) throw failure('EEXIST', path);
    const inode = this.disk.names.get(existing);
    if (!inode) throw failure('ENOENT', existing);
    this.disk.setName(path, inode);
  }

  readFileSync(path: string): string | undefined {
    return this.disk.names.get(path)?.data.toString('utf8');
  }

  writeFileSync(path: string, text: string): void {
    const fd = this.openSync(path, true);
    this.ftruncateSync(fd, 0);
    this.writevSync(fd, [Buffer.from(text)], 0);
    this.closeSync(fd);
  }

  async read(fd: number, buffer: Buffer, at: number, length: number, position: number) {
    await this.done();
    return this.readSync(fd, buffer, at, length, position);
  }

  writev(
    fd: number,
    buffers: readonly Buffer[],
    position: number,
    done: (error: Error | null, written: number) => void,
  ): void {
    this.later(() => {
      try {
        done(null, this.writevSync(fd, buffers, position));
      } catch (error) {
        done(error as Error, 0);
      }
    });
  }

  async fdatasync(fd: number): Promise<void> {
    const inode = this.inode(fd);
    await this.done();
    inode.flush();
  }

  async syncDirectory(path: string): Promise<void> {
    await this.done();
    this.disk.flushDirectory(path);
  }

  async readFile(path: string): Promise<string | undefined> {
    await this.done();
    return this.readFileSync(path);
  }

  async writeFile(path: string, text: string): Promise<void> {
    await this.done();
    this.writeFileSync(path, text);
    this.disk.names.get(path)?.flush();
  }

  async rename(from: string, to: string): Promise<void> {
    await this.done();
    this.renameSync(from, to);
  }

  async unlink(path: string): Promise<void> {
    await this.done();
    if (this.disk.names.has(path)) this.unlinkSync(path);
  }

  async removeTree(path: string): Promise<void> {
    await this.done();
    const { directories, names } = this.disk;
    for (const name of [...names.keys()]) {
      if (name.startsWith(`${path}/`)) this.unlinkSync(name);
    }
    for (const name of directories) {
      if (name === path || name.startsWith(`${path}/`)) directories.delete(name);
    }
  }

  async readdir(path: string): Promise<string[]> {
    await this.done();
    const all = [...this.disk.names.keys(), ...this.disk.directories];
    return all.filter((name) => dirname(name) === path && name !== path).map(baseName);
  }

  async stat(path: string): Promise<FileStat | undefined> {
    await this.done();
    return this.statSync(path);
  }

  async mkdir(path: string): Promise<void> {
    await this.done();
    for (let name = path; name !== '/'; name = dirname(name)) this.disk.directories.add(name);
  }

  async statfs(): Promise<DiskSpace> {
    await this.done();
    return this.space;
  }

  /** The bytes of a file, for tests to look at and to damage. */
  bytes(path: string): Buffer {
    const inode = this.disk.names.get(path);
    if (!inode) throw failure('ENOENT', path);
    return inode.data;
  }

  /** What has these names now gets others; not what may have got the old ones since. */
  private move(directory: string, renames: readonly (readonly [from: string, to: string])[]): void {
    const moved = renames.map(([from, to]) => ({ from, to, inode: this.disk.names.get(from) }));
    this.disk.change(directory, (names) => {
      for (const { from, to, inode } of moved) {
        if (!inode) continue;
        if (names.get(from) === inode) names.delete(from);
        names.set(to, inode);
      }
    });
  }

  private inode(fd: number): Inode {
    const inode = this.open.get(fd);
    if (!inode) throw failure('EBADF', String(fd));
    return inode;
  }

  private done(): Promise<void> {
    return new Promise((resolve) => this.later(resolve));
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
