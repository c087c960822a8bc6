import type { Clock } from '../../runtime/clock';
import type { AssignedPartition } from '../assigned-partition';
import type { Reader } from '../reader';

/**
 * Sees whether the application still gets on, by looking now and then: a call for each record would
 * cost more than the record.
 */
export class PollWatch {
  private progress = -1;
  private lastActive: number;
  private readonly claimed = new Map<AssignedPartition, { position: unknown; since: number }>();

  constructor(
    private readonly reader: Reader,
    private readonly clock: Clock,
    private readonly maxPollIntervalMs: number,
  ) {
    this.lastActive = clock.monotonic();
  }

  /**
   * To be called every few seconds.
   *
   * @returns whether nothing was asked for during `maxPollIntervalMs`, or a handler that has a
   *   partition for itself has not got on for as long
   */
  look(): boolean {
    const now = this.clock.monotonic();
    const { progress, isAsked } = this.reader;
    if (isAsked || progress !== this.progress) this.lastActive = now;
    this.progress = progress;
    return now - this.lastActive > this.maxPollIntervalMs || this.isAnyStuck(now);
  }

  private isAnyStuck(now: number): boolean {
    const claimed = this.reader.claimedPartitions();
    for (const partition of this.claimed.keys()) {
      if (!claimed.includes(partition)) this.claimed.delete(partition);
    }
    let isStuck = false;
    for (const partition of claimed) {
      const known = this.claimed.get(partition);
      if (known?.position !== partition.position || !known) {
        this.claimed.set(partition, { position: partition.position, since: now });
      } else if (now - known.since > this.maxPollIntervalMs) {
        isStuck = true;
      }
    }
    return isStuck;
  }
}
