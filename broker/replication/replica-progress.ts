/** What a follower's fetch says of its log. */
export interface FollowerPosition {
  /** Its log end. */
  readonly fetchOffset: number;
  /** Its log start, -1 when it did not say. */
  readonly logStartOffset: number;
}

const NEVER = -Infinity;

/** How far a follower has come, by what it told its leader (Kafka's Replica.scala). */
export class ReplicaProgress {
  /** -1 before the first fetch. */
  logEndOffset = -1;
  /** -1 before the first fetch. */
  logStartOffset = -1;
  /** -1 before the first fetch, or when nobody knows. */
  brokerEpoch = -1;
  private lastFetchAt = NEVER;
  private leaderEndAtLastFetch = -1;
  private lastCaughtUpAt = NEVER;

  constructor(readonly brokerId: number) {}

  /** Monotonic milliseconds at which it last had everything the leader had. */
  get caughtUpAt(): number {
    return this.lastCaughtUpAt;
  }

  /** Monotonic milliseconds of its last fetch. */
  get fetchedAt(): number {
    return this.lastFetchAt;
  }

  /**
   * A leadership, or a new epoch of it, begins. Members of the ISR get the full time to show up;
   * the others do not count before they have fetched.
   */
  epochBegins(now: number, leaderEndOffset: number, inSync: boolean): void {
    this.leaderEndAtLastFetch = this.lastFetchAt === NEVER ? -1 : leaderEndOffset;
    this.lastCaughtUpAt = inSync ? now : NEVER;
    if (this.lastFetchAt !== NEVER) this.lastFetchAt = inSync ? now : NEVER;
  }

  /**
   * A follower is caught up at the time of a fetch that asks for the leader's end; and at the time
   * of the previous fetch, when it asks for what was the end then. So one that keeps pace counts as
   * caught up even though the leader is always a little ahead.
   *
   * @param brokerEpoch of the follower, -1 when not known
   * @param leaderEndOffset the leader's log end when the fetch came
   * @param now monotonic milliseconds
   */
  fetched(
    { fetchOffset, logStartOffset }: FollowerPosition,
    brokerEpoch: number,
    leaderEndOffset: number,
    now: number,
  ): void {
    if (fetchOffset >= leaderEndOffset) this.lastCaughtUpAt = now;
    else if (fetchOffset >= this.leaderEndAtLastFetch) {
      this.lastCaughtUpAt = Math.max(this.lastCaughtUpAt, this.lastFetchAt);
    }
    this.logEndOffset = fetchOffset;
    this.logStartOffset = logStartOffset;
    this.brokerEpoch = brokerEpoch;
    this.leaderEndAtLastFetch = Math.max(leaderEndOffset, this.leaderEndAtLastFetch);
    this.lastFetchAt = now;
  }

  /** Whether it has all, or had all not longer ago than `maxLagMs`. */
  isCaughtUp(leaderEndOffset: number, now: number, maxLagMs: number): boolean {
    return this.logEndOffset === leaderEndOffset || now - this.lastCaughtUpAt <= maxLagMs;
  }
}
