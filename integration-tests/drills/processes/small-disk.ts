import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { processGuard } from '../../harness/process-guard';

const BALLAST = 'ballast';
const CHUNK = Buffer.alloc(64 * 1024);

/** A file system of its own in memory, of so many bytes, mounted at a directory. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** @returns undefined where mounting is not allowed */
  static mount(path: string, bytes: number): SmallDisk | undefined {
    mkdirSync(path, { recursive: true });
    try {
      const options = `size=${bytes},mode=0700`;
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
    } catch {
      return undefined;
    }
    processGuard.mounted(path);
    return new SmallDisk(path);
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Until not one more byte fits. */
  fill(): void {
    const file = openSync(join(this.path, BALLAST), 'a');
    try {
      for (let chunk = CHUNK; chunk.length > 0;) {
        try {
          writeSync(file, chunk);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          chunk = chunk.subarray(0, chunk.length >> 1);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(join(this.path, BALLAST), { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.path], { stdio: 'ignore' });
    processGuard.unmounted(this.path);
  }
}
