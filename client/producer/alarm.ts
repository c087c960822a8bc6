import type { Clock, TimerHandle } from '../runtime/clock';

/**
 * One timer that may be asked for several times; the earliest wins. It may ring earlier than
 * needed. It keeps the process alive, because records wait for it.
 */
export class Alarm {
  private armedAt = Infinity;
  private timer: TimerHandle | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly ring: () => void,
  ) {}

  /** Rings at the latest at that monotonic time; never for Infinity. */
  by(time: number): void {
    if (time >= this.armedAt) return;
    this.clear();
    this.armedAt = time;
    // Timers ring up to a millisecond early.
    const ms = Math.max(0, Math.ceil(time - this.clock.monotonic()));
    this.timer = this.clock.setTimeout(() => {
      this.armedAt = Infinity;
      this.ring();
    }, ms);
    (this.timer as Partial<NodeJS.Timeout>).ref?.();
  }

  clear(): void {
    this.clock.clearTimeout(this.timer);
    this.armedAt = Infinity;
  }
}
