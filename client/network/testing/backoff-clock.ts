import type { Clock, TimerHandle } from '../../runtime/clock';

/** The handle of a timer that never fires. */
const never = {};

/**
 * A clock on which time passes only while somebody waits a short while: such a wait ends in the next
 * turn of the event loop. Long timers, such as request timeouts, never fire. With it a retry runs to
 * its deadline at once, whatever the load of the machine.
 */
export class BackoffClock implements Clock {
  private elapsed = 0;

  /** @param longMs waits of more milliseconds never end */
  constructor(private readonly longMs = 1000) {}

  now(): number {
    return 1_700_000_000_000 + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  setTimeout(callback: () => void, ms: number): TimerHandle {
    if (ms > this.longMs) return never;
    return setImmediate(() => {
      this.elapsed += ms;
      callback();
    });
  }

  clearTimeout(handle: TimerHandle): void {
    if (handle !== never) clearImmediate(handle as NodeJS.Immediate);
  }
}
