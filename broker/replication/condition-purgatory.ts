import type { Clock } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';

interface Waiting {
  readonly isOver: () => boolean;
  readonly end: (held: boolean) => void;
}

/** Where requests wait for a condition on one partition (Kafka's DelayedDeleteRecords). */
export class ConditionPurgatory<K> {
  private readonly watchers = new Map<K, Set<Waiting>>();

  constructor(private readonly clock: Clock) {}

  /** Requests that wait. */
  get size(): number {
    let size = 0;
    for (const { size: some } of this.watchers.values()) size += some;
    return size;
  }

  /**
   * Waits until a condition holds that is looked at whenever something happens to `key`.
   *
   * @returns whether it held before the time was over
   */
  async wait(key: K, isOver: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isOver()) return true;
    const outcome = deferred<boolean>();
    const waiting: Waiting = { isOver, end: outcome.resolve };
    const watchers = this.watchers.get(key) ?? new Set();
    this.watchers.set(key, watchers.add(waiting));
    const timer = this.clock.setTimeout(() => waiting.end(false), Math.max(0, timeoutMs));
    try {
      return await outcome.promise;
    } finally {
      this.clock.clearTimeout(timer);
      const left = this.watchers.get(key);
      if (left?.delete(waiting) && left.size === 0) this.watchers.delete(key);
    }
  }

  /** Something happened to the key. */
  check(key: K): void {
    const watchers = this.watchers.get(key);
    if (!watchers) return;
    for (const waiting of [...watchers]) if (waiting.isOver()) waiting.end(true);
  }

  /** Ends everybody's waiting; the broker is stopping. */
  completeAll(): void {
    for (const watchers of [...this.watchers.values()]) {
      for (const waiting of [...watchers]) waiting.end(false);
    }
  }
}
