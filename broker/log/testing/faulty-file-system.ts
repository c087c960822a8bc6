import type { DiskSpace, FileSystem } from '../file-system';
import { nodeFileSystem } from '../file-system';

type Operation = keyof FileSystem;

/** What is to happen to an operation; nothing when it returns undefined. */
export type Fault = (operation: Operation, path: string) => NodeJS.ErrnoException | undefined;

/** The operations that change something on disk. */
const changing: ReadonlySet<Operation> = new Set<Operation>([
  'writevSync',
  'writev',
  'ftruncateSync',
  'renameSync',
  'unlinkSync',
  'linkSync',
  'writeFileSync',
  'writeFile',
  'rename',
  'unlink',
  'removeTree',
  'mkdir',
]);

/** Not `instanceof`: what Node's own modules return is of another realm than a test. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}

export function ioError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/**
 * Passes everything on to another file system, except what a test wants to fail: single operations
 * with an error, or the whole process at a byte of a log file, or at an operation.
 */
export class FaultyFileSystem {
  /** Operations that changed something, so far. */
  operations = 0;
  /** Bytes written to `.log` files, so far. */
  logBytes = 0;
  /** From this byte of `.log` files on, or from this operation on, nothing reaches the disk. */
  crashAtLogByte = Infinity;
  crashAtOperation = Infinity;
  fault: Fault = () => undefined;
  /** Called before each write of a `.log` file; may move a manual clock. */
  onWrite: () => void = () => {};
  /** Called with each read off the event loop, whose result comes when this has ended. */
  onRead: () => Promise<void> | undefined = () => undefined;
  space: DiskSpace | undefined;
  readonly fileSystem: FileSystem;

  private crashed = false;
  private readonly underWay = new Set<PromiseLike<unknown>>();
  private readonly paths = new Map<number, string>();

  constructor(private readonly inner: FileSystem = nodeFileSystem) {
    const overrides: Partial<FileSystem> = {
      openSync: (path, create) => {
        this.check('openSync', path);
        const fd = inner.openSync(path, create);
        this.paths.set(fd, path);
        return fd;
      },
      closeSync: (fd) => inner.closeSync(fd),
      writevSync: (fd, buffers, position) => this.write('writevSync', fd, buffers, position),
      writev: (fd, buffers, position, done) =>
        void setImmediate(() => {
          let written: number;
          try {
            written = this.write('writev', fd, buffers, position);
          } catch (error) {
            return done(error as Error, 0);
          }
          done(null, written);
        }),
      read: async (fd, ...where) => {
        this.check('read', this.paths.get(fd) ?? '');
        const bytes = await inner.read(fd, ...where);
        await this.onRead();
        return bytes;
      },
      statfs: async (path) => this.space ?? inner.statfs(path),
    };
    this.fileSystem = new Proxy(inner, {
      get: (target, name: Operation) => overrides[name] ?? this.guard(target, name),
    });
  }

  /** The process dies: from now on nothing is done. Resolves when what was under way is through. */
  async kill(): Promise<void> {
    this.crashed = true;
    await Promise.allSettled(this.underWay);
  }

  private guard(target: FileSystem, name: Operation): unknown {
    const operation = target[name] as (...args: unknown[]) => unknown;
    return (...args: unknown[]): unknown => {
      const [first] = args;
      const path = typeof first === 'number' ? (this.paths.get(first) ?? '') : String(first);
      try {
        this.check(name, path);
      } catch (error) {
        if (name.endsWith('Sync')) throw error;
        return Promise.reject(error as Error);
      }
      const result = operation.apply(target, args);
      if (isThenable(result)) this.follow(result);
      return result;
    };
  }

  private follow(promise: PromiseLike<unknown>): void {
    this.underWay.add(promise);
    const done = () => void this.underWay.delete(promise);
    promise.then(done, done);
  }

  private check(operation: Operation, path: string): void {
    if (changing.has(operation) && ++this.operations > this.crashAtOperation) this.crashed = true;
    if (this.crashed) throw ioError('ECRASHED');
    const error = this.fault(operation, path);
    if (error) throw error;
  }

  private write(
    operation: 'writev' | 'writevSync',
    fd: number,
    buffers: readonly Buffer[],
    position: number,
  ): number {
    const path = this.paths.get(fd) ?? '';
    this.check(operation, path);
    if (!path.endsWith('.log')) return this.inner.writevSync(fd, buffers, position);
    this.onWrite();
    const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    const allowed = Math.min(length, this.crashAtLogByte - this.logBytes);
    this.logBytes += length;
    if (allowed === length) return this.inner.writevSync(fd, buffers, position);
    if (allowed > 0) {
      this.inner.writevSync(fd, [Buffer.concat(buffers).subarray(0, allowed)], position);
    }
    this.crashed = true;
    throw ioError('ECRASHED');
  }
}
