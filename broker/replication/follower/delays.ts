import type { Clock, TimerHandle } from '../../../client/runtime/clock';

/** Things that are left alone for a while, one timer each. */
export class Delays<T> {
  private readonly timers = new Map<T, { readonly timer: TimerHandle; readonly dueAt: number }>();

  constructor(private readonly clock: Clock) {}

  /** Milliseconds until the first of them is over; Infinity when there is none. */
  get untilNext(): number {
    let first = Infinity;
    for (const { dueAt } of this.timers.values()) first = Math.min(first, dueAt);
    return Math.max(0, first - this.clock.monotonic());
  }

  /** @param then called when the time is over, unless it is cancelled before */
  add(item: T, ms: number, then: () => void): void {
    this.cancel(item);
    const timer = this.clock.setTimeout(() => {
      this.timers.delete(item);
      then();
    }, ms);
    this.timers.set(item, { timer, dueAt: this.clock.monotonic() + ms });
  }

  cancel(item: T): void {
    const delayed = this.timers.get(item);
    if (!delayed) return;
    this.clock.clearTimeout(delayed.timer);
    this.timers.delete(item);
  }

  close(): void {
    for (const item of [...this.timers.keys()]) this.cancel(item);
  }
}
