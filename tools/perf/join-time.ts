import type { Clock } from '../../client/runtime/clock';

/** How long a consumer waits for its partitions: in the beginning, and in each rebalance. */
export class JoinTime {
  /** Milliseconds up to now. */
  totalMs = 0;
  private told = 0;
  private since: number | undefined;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {
    this.since = clock.monotonic();
  }

  /** Milliseconds since this was asked last. */
  sinceLast(): number {
    const ms = this.totalMs - this.told;
    this.told = this.totalMs;
    return ms;
  }

  readonly onPartitionsAssigned = (): void => {
    if (this.since === undefined) return;
    this.totalMs += Math.round(this.clock.monotonic() - this.since);
    this.since = undefined;
  };

  readonly onPartitionsRevoked = (): void => {
    this.since ??= this.clock.monotonic();
  };
}
