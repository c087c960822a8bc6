import type { Clock, TimerHandle } from '../../../client/runtime/clock';

/** One timer for whatever comes first. Times are monotonic milliseconds. */
export class DeadlineTimer {
  private handle: TimerHandle | undefined;
  private at = Infinity;

  /** @param callback may be called before anything is due; asks then for what comes next */
  constructor(
    private readonly clock: Clock,
    private readonly callback: () => void,
  ) {}

  /** Calls back at this time, unless it is to do so earlier. */
  by(time: number): void {
    if (time >= this.at) return;
    this.stop();
    this.at = time;
    const wait = Math.max(0, time - this.clock.monotonic());
    this.handle = this.clock.setTimeout(() => this.fire(), wait);
  }

  stop(): void {
    if (this.handle !== undefined) this.clock.clearTimeout(this.handle);
    this.handle = undefined;
    this.at = Infinity;
  }

  private fire(): void {
    this.handle = undefined;
    this.at = Infinity;
    this.callback();
  }
}
