import type { Clock, TimerHandle } from '../../client/runtime/clock';
import type { Overdue } from './liveness';

/** A connection as the reaper sees it. */
export interface Reapable {
  /** Why the connection has to go, if it has. */
  overdue(now: number): Overdue | undefined;
  reap(reason: Overdue): void;
}

/** Looks at all connections now and then: one timer, however many there are. */
export class IdleReaper {
  private timer: TimerHandle | undefined;

  /**
   * @param connections those of the moment
   * @param periodMs how much later than its time a connection may be noticed
   */
  constructor(
    private readonly connections: () => Iterable<Reapable>,
    private readonly periodMs: number,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.timer ??= this.clock.setTimeout(() => this.look(), this.periodMs);
  }

  stop(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    this.timer = undefined;
    const now = this.clock.monotonic();
    for (const connection of this.connections()) {
      const reason = connection.overdue(now);
      if (reason !== undefined) connection.reap(reason);
    }
    this.start();
  }
}
