import type { Clock, TimerHandle } from '../runtime/clock';

/** One timer for many deadlines: it rings at the earliest, and is then set anew. */
export class Alarm {
  private handle: TimerHandle | undefined;
  private at = Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly ring: () => void,
  ) {}

  /** Rings at that monotonic time or before, whatever it was set to. */
  by(at: number): void {
    if (at < this.at) this.set(at);
  }

  /** Rings at that monotonic time instead of the one set before; never for Infinity. */
  set(at: number): void {
    this.clear();
    if (at === Infinity) return;
    this.at = at;
    this.handle = this.clock.setTimeout(
      () => {
        this.at = Infinity;
        this.ring();
      },
      Math.max(0, at - this.clock.monotonic()),
    );
  }

  clear(): void {
    this.clock.clearTimeout(this.handle);
    this.at = Infinity;
  }
}
