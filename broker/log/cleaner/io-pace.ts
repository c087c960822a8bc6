import type { Clock } from '../../../client/runtime/clock';
import type { Cleaning } from './cleaning-gate';

/** Holds the cleaner to `log.cleaner.io.max.bytes.per.second`, reads and writes together. */
export class IoPace {
  /** When what was taken so far is paid for, by the monotonic clock. */
  private paidAt: number;

  /** @param bytesPerSecond asked for each time; may be Infinity */
  constructor(
    private readonly clock: Clock,
    private readonly bytesPerSecond: () => number,
  ) {
    this.paidAt = clock.monotonic();
  }

  /** Resolves when the bytes are paid for, or the cleaning is to end. */
  async take(bytes: number, cleaning: Cleaning): Promise<void> {
    const { clock } = this;
    const now = clock.monotonic();
    this.paidAt = Math.max(this.paidAt, now) + (bytes / this.bytesPerSecond()) * 1000;
    const wait = this.paidAt - now;
    if (wait < 1) return;
    let timer: unknown;
    const slept = new Promise<void>((resolve) => (timer = clock.setTimeout(resolve, wait)));
    await Promise.race([slept, cleaning.abortion]);
    clock.clearTimeout(timer);
  }
}
