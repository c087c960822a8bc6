import type { Clock } from '../../client/runtime/clock';
import { FetchWaiter, type Watched, type WaitingPosition, type Watchers } from './fetch-waiter';

/**
 * Where fetches wait until there is enough to answer with or their time is over (Kafka's
 * DelayedFetch in the fetch purgatory).
 *
 * A waiting fetch is looked at again whenever something happens to one of its partitions; it is
 * answered exactly once.
 */
export class FetchPurgatory {
  /** The lists are never changed, only replaced: who walks one may be answered meanwhile. */
  private readonly watchedBy = new Map<Watched, readonly WaitingPosition[]>();
  private readonly waiting = new Set<FetchWaiter>();
  private readonly watchers: Watchers = {
    watch: (position) => this.watch(position),
    unwatch: (position) => this.unwatch(position),
    waits: (waiter, isWaiting) => {
      if (isWaiting) this.waiting.add(waiter);
      else this.waiting.delete(waiter);
    },
  };

  constructor(private readonly clock: Clock) {}

  /** Fetches that wait. */
  get size(): number {
    return this.waiting.size;
  }

  /** Partitions that are watched, for fetches that wait and for sessions between two of them. */
  get watched(): number {
    return this.watchedBy.size;
  }

  /** A place for the fetches of a session, to be closed with it. */
  sessionWaiter(): FetchWaiter {
    return new FetchWaiter(this.watchers, this.clock, true);
  }

  /** A place for one wait. */
  waiter(): FetchWaiter {
    return new FetchWaiter(this.watchers, this.clock, false);
  }

  /** Something happened to the partition: records, a new leader, an error. */
  check(partition: Watched): void {
    const positions = this.watchedBy.get(partition);
    if (!positions) return;
    for (const position of positions) position.waiter.happened(position);
  }

  /** Answers everybody; the broker is stopping. */
  completeAll(): void {
    for (const waiter of [...this.waiting]) waiter.complete();
  }

  private watch(position: WaitingPosition): void {
    const others = this.watchedBy.get(position.partition);
    this.watchedBy.set(position.partition, others ? [...others, position] : [position]);
    position.isWatched = true;
  }

  private unwatch(position: WaitingPosition): void {
    if (!position.isWatched) return;
    position.isWatched = position.isQuiet = false;
    const rest = this.watchedBy.get(position.partition)?.filter((other) => other !== position);
    if (rest && rest.length > 0) this.watchedBy.set(position.partition, rest);
    else this.watchedBy.delete(position.partition);
  }
}
