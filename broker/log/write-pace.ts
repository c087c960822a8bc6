/** A write that takes longer than this, in ms, makes a directory switch to the thread pool. */
const SLOW_MS = 5;
/** Writes on the thread pool that take less than this, in ms, count towards switching back. */
const FAST_MS = 2;
/** So many fast writes in a row switch back. */
const FAST_RUN = 64;
/** Larger groups go to the thread pool whatever the pace, in bytes. */
const LARGE_GROUP = 512 * 1024;

/**
 * Decides whether a log directory writes on the event loop or on the thread pool. On the loop is
 * twice as fast while the page cache takes the bytes, but ties the whole broker to the disk when
 * that stalls; so a slow write moves the directory to the thread pool until it is fast again.
 */
export class WritePace {
  private slow = false;
  private fastRun = 0;

  /** Whether a group of this many bytes is to be written on the thread pool. */
  inBackground(bytes: number): boolean {
    return this.slow || bytes > LARGE_GROUP;
  }

  /** Takes note of a write of `bytes` that took `ms`. */
  observe(ms: number, bytes: number): void {
    if (!this.slow) {
      // A large group may take its time; what counts is time beyond what its size explains.
      this.slow = ms > SLOW_MS + bytes / LARGE_GROUP;
      this.fastRun = 0;
      return;
    }
    this.fastRun = ms < FAST_MS + bytes / LARGE_GROUP ? this.fastRun + 1 : 0;
    if (this.fastRun >= FAST_RUN) this.slow = false;
  }
}
