import type { Clock, TimerHandle } from '../../../client/runtime/clock';

/** Things that are left alone for a while, one timer each. */
export class Delays<T> {
  private readonly timers = new Map<T, TimerHandle>();

  constructor(private readonly clock: Clock) {}

  /** @param then called when the time is over, unless it is cancelled before */
  add(item: T, ms: number, then: () => void): void {
    this.cancel(item);
    const timer = this.clock.setTimeout(() => {
      this.timers.delete(item);
      then();
    }, ms);
    this.timers.set(item, timer);
  }

  cancel(item: T): void {
    if (!this.timers.has(item)) return;
    this.clock.clearTimeout(this.timers.get(item));
    this.timers.delete(item);
  }

  close(): void {
    for (const item of [...this.timers.keys()]) this.cancel(item);
  }
}
