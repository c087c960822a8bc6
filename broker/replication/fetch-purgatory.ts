import type { Clock, TimerHandle } from '../../client/runtime/clock';
import type { Log } from '../log';

/** What a fetch can wait for. */
export interface Watched {
  readonly isLeader: boolean;
  leaderLog(): Log;
}

/** Where a waiting fetch stands in one partition. */
export interface FetchPosition {
  readonly partition: Watched;
  readonly offset: number;
}

interface WaitingFetch {
  readonly positions: readonly FetchPosition[];
  readonly minBytes: number;
  readonly respond: () => void;
  timer: TimerHandle;
}

/**
 * Where fetches wait until there is enough to answer with or their time is over (Kafka's
 * DelayedFetch in the fetch purgatory).
 *
 * A waiting fetch is looked at again whenever something happens to one of its partitions; it is
 * answered exactly once.
 */
export class FetchPurgatory {
  private readonly watchers = new Map<Watched, Set<WaitingFetch>>();
  private waiting = 0;

  constructor(private readonly clock: Clock) {}

  /** Fetches that wait. */
  get size(): number {
    return this.waiting;
  }

  /**
   * @param minBytes bytes below the high watermarks worth answering for
   * @param respond called once, when they are there, something is wrong, or the time is over
   */
  wait(
    positions: readonly FetchPosition[],
    minBytes: number,
    maxWaitMs: number,
    respond: () => void,
  ): void {
    const fetch: WaitingFetch = { positions, minBytes, respond, timer: undefined };
    // The world may have changed between the read that found too little and this call.
    if (isWorthAnswering(fetch)) {
      respond();
      return;
    }
    this.waiting++;
    for (const { partition } of positions) {
      const watchers = this.watchers.get(partition);
      if (watchers) watchers.add(fetch);
      else this.watchers.set(partition, new Set([fetch]));
    }
    fetch.timer = this.clock.setTimeout(() => this.complete(fetch), maxWaitMs);
  }

  /** Something happened to the partition: records, a new leader, an error. */
  check(partition: Watched): void {
    const watchers = this.watchers.get(partition);
    if (!watchers) return;
    for (const fetch of [...watchers]) {
      if (isWorthAnswering(fetch)) this.complete(fetch);
    }
  }

  /** Answers everybody; the broker is stopping. */
  completeAll(): void {
    for (const watchers of [...this.watchers.values()]) {
      for (const fetch of [...watchers]) this.complete(fetch);
    }
  }

  private complete(fetch: WaitingFetch): void {
    this.clock.clearTimeout(fetch.timer);
    this.waiting--;
    for (const { partition } of fetch.positions) {
      const watchers = this.watchers.get(partition);
      if (watchers?.delete(fetch) && watchers.size === 0) this.watchers.delete(partition);
    }
    fetch.respond();
  }
}

function isWorthAnswering({ positions, minBytes }: WaitingFetch): boolean {
  let bytes = 0;
  for (const { partition, offset } of positions) {
    if (!partition.isLeader) return true;
    const log = partition.leaderLog();
    if (offset < log.logStartOffset || offset > log.logEndOffset) return true;
    if (offset < log.highWatermark) {
      bytes += minBytes <= 1 ? 1 : log.estimateBytes(offset, log.highWatermark);
    }
    if (bytes >= minBytes) return true;
  }
  return false;
}
