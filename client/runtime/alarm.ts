import { awaitedTimeout, type Clock, type TimerHandle } from './clock';

/**
 * One timer for many deadlines: it rings at the earliest, perhaps before anything is due, and is then
 * set anew. Times are monotonic milliseconds.
 */
export class Alarm {
  private handle: TimerHandle | undefined;
  private at = Infinity;

  /** @param keepsAlive whether the process lives as long as it is set: somebody waits for it */
  constructor(
    private readonly clock: Clock,
    private readonly ring: () => void,
    private readonly keepsAlive = false,
  ) {}

  /** Rings at that time or before, whatever it was set to. */
  by(at: number): void {
    if (at < this.at) this.set(at);
  }

  /** Rings at that time instead of the one set before; never for Infinity. */
  set(at: number): void {
    this.clear();
    if (at === Infinity) return;
    this.at = at;
    // Timers ring up to a millisecond early.
    const ms = Math.max(0, Math.ceil(at - this.clock.monotonic()));
    const onTime = () => {
      this.at = Infinity;
      this.ring();
    };
    this.handle = this.keepsAlive
      ? awaitedTimeout(onTime, ms, this.clock)
      : this.clock.setTimeout(onTime, ms);
  }

  clear(): void {
    this.clock.clearTimeout(this.handle);
    this.at = Infinity;
  }
}
