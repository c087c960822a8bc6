import type { Clock, TimerHandle } from '../../client/runtime/clock';
import type { Log } from '../log';

/** What a fetch can wait for. */
export interface Watched {
  readonly leaderEpoch: number;
  /** The log, while it can be read here. */
  readonly servedLog: Log | undefined;
}

/** Followers wait for whatever is written, consumers for what is committed. */
export type WaitsFor = 'written' | 'committed';

/** Where waiters are found by what they wait for. */
export interface Watchers {
  watch(position: WaitingPosition): void;
  unwatch(position: WaitingPosition): void;
  /** The waiter waits, or does not any more. */
  waits(waiter: FetchWaiter, isWaiting: boolean): void;
}

interface Waiting {
  readonly minBytes: number;
  readonly respond: (changed: boolean) => void;
  /** Whether something has happened to one of the partitions. */
  changed: boolean;
  timer: TimerHandle;
}

/** Where a fetcher stands in a partition, and what of it is news. */
export interface Stand {
  readonly offset: number;
  readonly waitsFor: WaitsFor;
  /** Under which the last look was: any other is news. */
  readonly leaderEpoch: number;
  /** Whether the look found that epoch yet to come here: until it does, nothing is news. */
  readonly isAhead?: boolean;
  /** Whether its records are not worth an answer: the throttle of replication has them wait. */
  readonly heldBack?: boolean;
  /** Whether a look in this turn of the event loop has found nothing to tell. */
  readonly isSettled?: boolean;
}

/** Where a waiter stands in one partition. */
export class WaitingPosition {
  isWatched = false;
  /**
   * Whether a look found nothing to tell, and nothing has happened since; only while it is watched.
   * Another look would be in vain.
   */
  isQuiet = false;
  /** The last round of its waiter that named it. */
  round = 0;

  constructor(
    readonly waiter: FetchWaiter,
    readonly partition: Watched,
    public stand: Stand,
  ) {}
}

/**
 * The place of a fetch in the purgatory, kept by its session from one request to the next. Partitions
 * to which nothing happens stay watched between two waits, so that another wait of a follower of a
 * thousand idle partitions makes nothing new. What happens between two waits ends the watch of its
 * partition; the next wait begins it anew.
 *
 * A round is {@link begin}, {@link stand} or {@link keep} for each partition, {@link wait}.
 */
export class FetchWaiter {
  private readonly positions = new Map<Watched, WaitingPosition>();
  private waiting: Waiting | undefined;
  private round = 0;
  private inRound = 0;

  /** @param stays whether partitions stay watched after a wait; {@link close} must end that */
  constructor(
    private readonly watchers: Watchers,
    private readonly clock: Clock,
    private stays: boolean,
  ) {}

  /** Whether the throttle has some of its records wait. */
  get isHeldBack(): boolean {
    for (const { stand, round } of this.positions.values()) {
      if (stand.heldBack && round === this.round) return true;
    }
    return false;
  }

  /** Another request of the session: one that still waits is answered. */
  begin(): void {
    this.complete(true);
    this.round++;
    this.inRound = 0;
  }

  stand(partition: Watched, stand: Stand): WaitingPosition {
    let position = this.positions.get(partition);
    if (position) {
      position.stand = stand;
    } else {
      position = new WaitingPosition(this, partition, stand);
      this.positions.set(partition, position);
    }
    this.name(position);
    // The end of a throttle does not happen to a partition: nobody would hear of it.
    position.isQuiet = stand.isSettled === true && !stand.heldBack && this.stays;
    if (position.isQuiet && !position.isWatched) this.watchers.watch(position);
    return position;
  }

  /**
   * Stands where it stood in the last round, if nothing has happened since.
   *
   * @returns false when it has to be stood anew
   */
  keep(position: WaitingPosition): boolean {
    if (!position.isQuiet) return false;
    this.name(position);
    return true;
  }

  /**
   * @param minBytes bytes worth answering for
   * @param respond called once, when they are there, something is wrong, or the time is over; told
   *   whether anything has happened since the call
   */
  wait(minBytes: number, maxWaitMs: number, respond: (changed: boolean) => void): void {
    this.forgetUnnamed();
    // The world may have changed between the read that found too little and this call.
    if (this.isWorthAnswering(minBytes)) {
      if (!this.stays) this.unwatchAll();
      respond(true);
      return;
    }
    for (const position of this.positions.values()) {
      if (!position.isWatched) this.watchers.watch(position);
    }
    const timer = this.clock.setTimeout(() => this.complete(), maxWaitMs);
    this.waiting = { minBytes, respond, changed: false, timer };
    this.watchers.waits(this, true);
  }

  /** Something happened to a partition: records, a new leader, an error. */
  happened(position: WaitingPosition): void {
    const { waiting } = this;
    position.isQuiet = false;
    if (!waiting) {
      this.watchers.unwatch(position);
      return;
    }
    waiting.changed = true;
    const { minBytes } = waiting;
    const bytes = bytesAt(position, minBytes);
    // Only what has changed needs a look, unless bytes of several partitions have to add up.
    if (bytes >= minBytes || (bytes > 0 && this.isWorthAnswering(minBytes))) this.complete();
  }

  /** Answers, if it waits. */
  complete(changed = false): void {
    const { waiting } = this;
    if (!waiting) return;
    this.waiting = undefined;
    this.clock.clearTimeout(waiting.timer);
    this.watchers.waits(this, false);
    if (!this.stays) this.unwatchAll();
    waiting.respond(changed || waiting.changed);
  }

  /** The session is over: whoever waits is answered, and nothing stays watched. */
  close(): void {
    this.stays = false;
    this.complete(true);
    this.unwatchAll();
  }

  private name(position: WaitingPosition): void {
    if (position.round !== this.round) this.inRound++;
    position.round = this.round;
  }

  private forgetUnnamed(): void {
    if (this.inRound === this.positions.size) return;
    for (const [partition, position] of this.positions) {
      if (position.round === this.round) continue;
      this.watchers.unwatch(position);
      this.positions.delete(partition);
    }
  }

  private unwatchAll(): void {
    for (const position of this.positions.values()) this.watchers.unwatch(position);
    this.positions.clear();
  }

  private isWorthAnswering(minBytes: number): boolean {
    let bytes = 0;
    for (const position of this.positions.values()) {
      bytes += bytesAt(position, minBytes);
      if (bytes >= minBytes) return true;
    }
    return false;
  }
}

/** Bytes that could be answered with; Infinity when the answer is not records. */
function bytesAt({ isQuiet, partition, stand }: WaitingPosition, minBytes: number): number {
  if (isQuiet) return 0;
  const { offset, leaderEpoch, isAhead, heldBack } = stand;
  if (isAhead) return partition.leaderEpoch < leaderEpoch ? 0 : Infinity;
  const log = partition.servedLog;
  if (!log || partition.leaderEpoch !== leaderEpoch) return Infinity;
  if (offset < log.logStartOffset || offset > log.logEndOffset) return Infinity;
  const end = stand.waitsFor === 'written' ? log.writtenEndOffset : log.highWatermark;
  if (offset >= end || heldBack) return 0;
  return minBytes <= 1 ? 1 : estimateBytes(log, offset, end);
}

/** Whoever is told of a change answers for the change, not for those who wait for it. */
function estimateBytes(log: Log, from: number, to: number): number {
  try {
    return log.estimateBytes(from, to);
  } catch {
    // The look that follows says what is wrong.
    return Infinity;
  }
}
