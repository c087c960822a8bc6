/** A write that takes longer than this, in ms, is slow. */
const SLOW_MS = 5;
/** One that takes longer than this, in ms, is enough to switch to the thread pool. */
const STALL_MS = 50;
/** So is a second slow one among so many writes; a single one may have waited for the processor. */
const FORGIVEN_AFTER = 64;
/** Writes on the thread pool that take less than this, in ms, count towards switching back. */
const FAST_MS = 2;
/** So many fast writes switch back. */
const FAST_ENOUGH = 64;
/** What another costs of them: on a busy machine a thread of the pool waits for its turn at times. */
const SETBACK = 8;
/** Larger groups go to the thread pool whatever the pace, in bytes. */
const LARGE_GROUP = 512 * 1024;

/**
 * Decides whether a log directory writes on the event loop or on the thread pool. On the loop is
 * several times as fast while the page cache takes the bytes, but ties the whole broker to the disk
 * when that stalls; so slow writes move the directory to the thread pool until it is fast again.
 */
export class WritePace {
  private slow = false;
  /** Writes until the last slow one is forgiven. */
  private suspicion = 0;
  /** Fast writes on the thread pool, less the setbacks. */
  private credit = 0;

  /** Whether a group of this many bytes is to be written on the thread pool. */
  inBackground(bytes: number): boolean {
    return this.slow || bytes > LARGE_GROUP;
  }

  /** Takes note of a write of `bytes` that took `ms`. */
  observe(ms: number, bytes: number): void {
    // A large group may take its time; what counts is time beyond what its size explains.
    const beyond = ms - bytes / LARGE_GROUP;
    if (this.slow) this.observeInBackground(beyond);
    else this.observeOnLoop(beyond);
  }

  private observeOnLoop(ms: number): void {
    if (ms <= SLOW_MS) {
      if (this.suspicion > 0) this.suspicion--;
      return;
    }
    this.slow = ms > STALL_MS || this.suspicion > 0;
    this.suspicion = this.slow ? 0 : FORGIVEN_AFTER;
    this.credit = 0;
  }

  private observeInBackground(ms: number): void {
    this.credit = Math.max(0, this.credit + (ms < FAST_MS ? 1 : -SETBACK));
    if (this.credit >= FAST_ENOUGH) this.slow = false;
  }
}
