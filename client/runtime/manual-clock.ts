import type { Clock, TimerHandle } from './clock';

interface PendingTimer {
  at: number;
  order: number;
  callback: () => void;
}

/** A clock that stands still until a test moves it. Timers fire in order of time, then of creation. */
export class ManualClock implements Clock {
  private elapsed = 0;
  private order = 0;
  private readonly timers = new Set<PendingTimer>();

  /** @param epoch what {@link now} says at the start, in milliseconds since the epoch */
  constructor(private readonly epoch = 1_700_000_000_000) {}

  now(): number {
    return this.epoch + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  setTimeout(callback: () => void, ms: number): TimerHandle {
    const timer = { at: this.elapsed + Math.max(0, ms), order: this.order++, callback };
    this.timers.add(timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    this.timers.delete(handle as PendingTimer);
  }

  /** How many timers wait. */
  get pending(): number {
    return this.timers.size;
  }

  /** Moves time forward, firing what falls due on the way at exactly its own time. */
  advance(ms: number): void {
    const target = this.elapsed + ms;
    for (let due = this.next(target); due; due = this.next(target)) {
      this.timers.delete(due);
      this.elapsed = Math.max(this.elapsed, due.at);
      due.callback();
    }
    this.elapsed = target;
  }

  private next(until: number): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of this.timers) {
      if (timer.at > until) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}
