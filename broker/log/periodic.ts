import type { Clock, TimerHandle } from '../../client/runtime/clock';

/** Does something again and again, never twice at once; the wait begins when the work ends. */
export class Periodic {
  private timer: TimerHandle | undefined;
  private stopped = false;
  private running: Promise<void> | undefined;

  /**
   * @param intervalMs may change between two times
   * @param work must not reject
   */
  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number | (() => number),
    private readonly work: () => Promise<void>,
    firstAfterMs?: number,
  ) {
    this.arm(firstAfterMs ?? this.interval);
  }

  /** Ends it and waits for work under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    await this.running;
  }

  private get interval(): number {
    return typeof this.intervalMs === 'number' ? this.intervalMs : this.intervalMs();
  }

  private arm(ms: number): void {
    if (this.stopped) return;
    this.timer = this.clock.setTimeout(() => {
      this.running = this.work().finally(() => this.arm(this.interval));
    }, ms);
  }
}
