import { dirname } from 'node:path';
import type { DiskSpace, FileStat, FileSystem } from '../file-system';

interface Inode {
  /** What a running process sees. */
  data: Buffer;
  /** What is certain to be there after a power failure. */
  durable: Buffer;
}

/** A change of names that a power failure may undo until the directory is flushed. */
interface NameChange {
  readonly directory: string;
  apply(names: Map<string, Inode>): void;
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/**
 * A file system in memory that tells what was flushed from what was not. {@link crash} is a power
 * failure: of what was not flushed some is lost, in any order the kernel could have chosen.
 */
export class MemoryFileSystem implements FileSystem {
  private names = new Map<string, Inode>();
  private durableNames = new Map<string, Inode>();
  private changes: NameChange[] = [];
  private readonly directories = new Set<string>(['/']);
  private readonly open = new Map<number, Inode>();
  private nextFd = 3;
  space: DiskSpace = { totalBytes: 2 ** 40, usableBytes: 2 ** 39 };

  /** A power failure; open files are gone with the process. */
  crash(random: () => number): void {
    const survivors = Math.floor(random() * (this.changes.length + 1));
    for (const change of this.changes.slice(0, survivors)) change.apply(this.durableNames);
    this.changes = [];
    this.names = new Map(this.durableNames);
    this.open.clear();
    for (const inode of new Set(this.names.values())) {
      inode.data = inode.durable = survivorOf(inode, random);
    }
  }

  openSync(path: string, create = false): number {
    let inode = this.names.get(path);
    if (!inode) {
      if (!create) throw failure('ENOENT', path);
      inode = { data: Buffer.alloc(0), durable: Buffer.alloc(0) };
      this.setName(path, inode);
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
    const inode = this.inode(fd);
    const bytes = Buffer.concat(buffers);
    const data = Buffer.alloc(Math.max(inode.data.length, position + bytes.length));
    inode.data.copy(data);
    bytes.copy(data, position);
    inode.data = data;
    return bytes.length;
  }

  ftruncateSync(fd: number, length: number): void {
    const inode = this.inode(fd);
    const data = Buffer.alloc(length);
    inode.data.copy(data);
    inode.data = data;
  }

  statSync(path: string): FileStat | undefined {
    const inode = this.names.get(path);
    if (inode) return { size: inode.data.length, mtimeMs: 0, isDirectory: false };
    if (this.directories.has(path)) return { size: 0, mtimeMs: 0, isDirectory: true };
    return undefined;
  }

  renameSync(from: string, to: string): void {
    const inside = [...this.names.keys()].filter((path) => path.startsWith(`${from}/`));
    if (this.directories.delete(from)) {
      this.directories.add(to);
      for (const path of inside) this.move(path, to + path.slice(from.length));
      return;
    }
    if (!this.names.has(from)) throw failure('ENOENT', from);
    this.move(from, to);
  }

  unlinkSync(path: string): void {
    if (!this.names.has(path)) throw failure('ENOENT', path);
    this.change(dirname(path), (names) => void names.delete(path));
  }

  linkSync(existing: string, path: string): void {
    if (this.names.has(path)) throw failure('EEXIST', path);
    const inode = this.names.get(existing);
    if (!inode) throw failure('ENOENT', existing);
    this.setName(path, inode);
  }

  readFileSync(path: string): string | undefined {
    return this.names.get(path)?.data.toString('utf8');
  }

  writeFileSync(path: string, text: string): void {
    const fd = this.openSync(path, true);
    this.ftruncateSync(fd, 0);
    this.writevSync(fd, [Buffer.from(text)], 0);
    this.closeSync(fd);
  }

  async read(fd: number, buffer: Buffer, at: number, length: number, position: number) {
    await turn();
    return this.readSync(fd, buffer, at, length, position);
  }

  writev(
    fd: number,
    buffers: readonly Buffer[],
    position: number,
    done: (error: Error | null, written: number) => void,
  ): void {
    setImmediate(() => {
      try {
        done(null, this.writevSync(fd, buffers, position));
      } catch (error) {
        done(error as Error, 0);
      }
    });
  }

  async fdatasync(fd: number): Promise<void> {
    const inode = this.inode(fd);
    await turn();
    inode.durable = inode.data;
  }

  async syncDirectory(path: string): Promise<void> {
    await turn();
    for (const change of this.changes) {
      if (change.directory === path) change.apply(this.durableNames);
    }
    this.changes = this.changes.filter(({ directory }) => directory !== path);
  }

  async readFile(path: string): Promise<string | undefined> {
    await turn();
    return this.readFileSync(path);
  }

  async writeFile(path: string, text: string): Promise<void> {
    await turn();
    this.writeFileSync(path, text);
    const inode = this.names.get(path);
    if (inode) inode.durable = inode.data;
  }

  async rename(from: string, to: string): Promise<void> {
    await turn();
    this.renameSync(from, to);
  }

  async unlink(path: string): Promise<void> {
    await turn();
    if (this.names.has(path)) this.unlinkSync(path);
  }

  async removeTree(path: string): Promise<void> {
    await turn();
    for (const name of [...this.names.keys()]) {
      if (name.startsWith(`${path}/`)) this.unlinkSync(name);
    }
    for (const name of this.directories) {
      if (name === path || name.startsWith(`${path}/`)) this.directories.delete(name);
    }
  }

  async readdir(path: string): Promise<string[]> {
    await turn();
    const all = [...this.names.keys(), ...this.directories];
    return all.filter((name) => dirname(name) === path && name !== path).map(baseName);
  }

  async stat(path: string): Promise<FileStat | undefined> {
    await turn();
    return this.statSync(path);
  }

  async mkdir(path: string): Promise<void> {
    await turn();
    for (let name = path; name !== '/'; name = dirname(name)) this.directories.add(name);
  }

  async statfs(): Promise<DiskSpace> {
    await turn();
    return this.space;
  }

  /** The bytes of a file, for tests to look at and to damage. */
  bytes(path: string): Buffer {
    const inode = this.names.get(path);
    if (!inode) throw failure('ENOENT', path);
    return inode.data;
  }

  private move(from: string, to: string): void {
    this.change(dirname(to), (names) => {
      const inode = names.get(from);
      if (!inode) return;
      names.delete(from);
      names.set(to, inode);
    });
  }

  private setName(path: string, inode: Inode): void {
    this.change(dirname(path), (names) => void names.set(path, inode));
  }

  private change(directory: string, apply: (names: Map<string, Inode>) => void): void {
    apply(this.names);
    this.changes.push({ directory, apply });
  }

  private inode(fd: number): Inode {
    const inode = this.open.get(fd);
    if (!inode) throw failure('EBADF', String(fd));
    return inode;
  }
}

/** What a power failure leaves of a file: what was flushed, all, or something in between. */
function survivorOf({ data, durable }: Inode, random: () => number): Buffer {
  const choice = random();
  if (choice < 0.3) return durable;
  if (choice < 0.5) return data;
  // A part of what came later; its last block may be zeros because only the size had arrived.
  const from = Math.min(durable.length, data.length);
  const end = from + Math.floor(random() * (data.length - from + 1));
  const survivor = Buffer.from(data.subarray(0, end));
  if (choice < 0.7) survivor.fill(0, from + Math.floor(random() * (end - from + 1)));
  return survivor;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
