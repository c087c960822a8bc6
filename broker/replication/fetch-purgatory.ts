import type { Clock, TimerHandle } from '../../client/runtime/clock';
import type { Log } from '../log';

/** What a fetch can wait for. */
export interface Watched {
  readonly leaderEpoch: number;
  /** The log, while it can be read here. */
  readonly servedLog: Log | undefined;
}

/** Where a waiting fetch stands in one partition. */
export interface FetchPosition {
  readonly partition: Watched;
  readonly offset: number;
  /** Followers wait for whatever is written, consumers for what is committed. */
  readonly waitsFor: 'written' | 'committed';
  /** Under which it began to wait: any other is answered at once. */
  readonly leaderEpoch: number;
  /** Whether its records are not worth an answer: the throttle of replication has them wait. */
  readonly heldBack?: boolean;
}

interface WaitingFetch {
  readonly positions: readonly FetchPosition[];
  readonly minBytes: number;
  readonly respond: (changed: boolean) => void;
  /** Whether something has happened to one of the partitions. */
  changed: boolean;
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
  private readonly watchers = new Map<Watched, Map<WaitingFetch, FetchPosition>>();
  private waiting = 0;

  constructor(private readonly clock: Clock) {}

  /** Fetches that wait. */
  get size(): number {
    return this.waiting;
  }

  /**
   * @param minBytes bytes worth answering for
   * @param respond called once, when they are there, something is wrong, or the time is over; told
   *   whether anything has happened since the call
   */
  wait(
    positions: readonly FetchPosition[],
    minBytes: number,
    maxWaitMs: number,
    respond: (changed: boolean) => void,
  ): void {
    const fetch: WaitingFetch = { positions, minBytes, respond, changed: false, timer: undefined };
    // The world may have changed between the read that found too little and this call.
    if (isWorthAnswering(fetch)) {
      respond(true);
      return;
    }
    this.waiting++;
    for (const position of positions) {
      const watchers = this.watchers.get(position.partition);
      if (watchers) watchers.set(fetch, position);
      else this.watchers.set(position.partition, new Map([[fetch, position]]));
    }
    fetch.timer = this.clock.setTimeout(() => this.complete(fetch), maxWaitMs);
  }

  /** Something happened to the partition: records, a new leader, an error. */
  check(partition: Watched): void {
    const watchers = this.watchers.get(partition);
    if (!watchers) return;
    for (const [fetch, position] of [...watchers]) {
      fetch.changed = true;
      const bytes = bytesAt(position, fetch.minBytes);
      // Only what has changed needs a look, unless bytes of several partitions have to add up.
      const enough = bytes >= fetch.minBytes || (bytes > 0 && isWorthAnswering(fetch));
      if (enough) this.complete(fetch);
    }
  }

  /** Answers everybody; the broker is stopping. */
  completeAll(): void {
    for (const watchers of [...this.watchers.values()]) {
      for (const fetch of [...watchers.keys()]) this.complete(fetch);
    }
  }

  private complete(fetch: WaitingFetch): void {
    if (!this.forget(fetch)) return;
    this.clock.clearTimeout(fetch.timer);
    this.waiting--;
    fetch.respond(fetch.changed);
  }

  /** @returns whether it was waiting */
  private forget(fetch: WaitingFetch): boolean {
    let waited = false;
    for (const { partition } of fetch.positions) {
      const watchers = this.watchers.get(partition);
      if (!watchers?.delete(fetch)) continue;
      waited = true;
      if (watchers.size === 0) this.watchers.delete(partition);
    }
    return waited;
  }
}

function isWorthAnswering({ positions, minBytes }: WaitingFetch): boolean {
  let bytes = 0;
  for (const position of positions) {
    bytes += bytesAt(position, minBytes);
    if (bytes >= minBytes) return true;
  }
  return false;
}

/** Bytes that could be answered with; Infinity when the answer is not records. */
function bytesAt(position: FetchPosition, minBytes: number): number {
  const { partition, offset } = position;
  const log = partition.servedLog;
  if (!log || partition.leaderEpoch !== position.leaderEpoch) return Infinity;
  if (offset < log.logStartOffset || offset > log.logEndOffset) return Infinity;
  const end = position.waitsFor === 'written' ? log.writtenEndOffset : log.highWatermark;
  if (offset >= end || position.heldBack) return 0;
  return minBytes <= 1 ? 1 : log.estimateBytes(offset, end);
}
