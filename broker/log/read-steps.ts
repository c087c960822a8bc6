import type { OpenFiles } from './open-files';

/** A wish to read: the driver fills `buffer` from `position` of the file and answers how much came. */
export interface ReadStep {
  readonly path: string;
  readonly position: number;
  readonly buffer: Buffer;
}

/**
 * A computation that reads files on its way. It names what it wants to read and does not care how:
 * the same lookup runs synchronously for data that is in the page cache for certain, and on the
 * thread pool for data that may have to come from the disk.
 */
export type ReadSteps<T> = Generator<ReadStep, T, number>;

/** Runs it on the event loop. */
export function readNow<T>(steps: ReadSteps<T>, files: OpenFiles): T {
  for (let step = steps.next(); ;) {
    if (step.done) return step.value;
    const { path, position, buffer } = step.value;
    const fd = files.use(path);
    let filled = 0;
    while (filled < buffer.length) {
      const count = files.fileSystem.readSync(
        fd,
        buffer,
        filled,
        buffer.length - filled,
        position + filled,
      );
      if (count === 0) break;
      filled += count;
    }
    step = steps.next(filled);
  }
}

/** Runs it on the thread pool. */
export async function readInBackground<T>(steps: ReadSteps<T>, files: OpenFiles): Promise<T> {
  for (let step = steps.next(); ;) {
    if (step.done) return step.value;
    const { path, position, buffer } = step.value;
    const filled = await files.pinned(path, async (fd) => {
      let sum = 0;
      while (sum < buffer.length) {
        const left = buffer.length - sum;
        const count = await files.fileSystem.read(fd, buffer, sum, left, position + sum);
        if (count === 0) break;
        sum += count;
      }
      return sum;
    });
    step = steps.next(filled);
  }
}
