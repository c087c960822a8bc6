import type { Clock, TimerHandle } from '../../client/runtime/clock';

/** Does something again and again, never twice at once; the wait begins when the work ends. */
export class Periodic {
  private timer: TimerHandle | undefined;
  private stopped = false;
  private running: Promise<void> | undefined;

  /** @param work must not reject */
  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
    private readonly work: () => Promise<void>,
    firstAfterMs = intervalMs,
  ) {
    this.arm(firstAfterMs);
  }

  /** Ends it and waits for work under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    await this.running;
  }

  private arm(ms: number): void {
    if (this.stopped) return;
    this.timer = this.clock.setTimeout(() => {
      this.running = this.work().finally(() => this.arm(this.intervalMs));
    }, ms);
  }
}
