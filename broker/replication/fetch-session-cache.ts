import { FetchSession } from './fetch-session';

export interface FetchSessionCacheOptions {
  /** `max.incremental.fetch.session.cache.slots`. */
  readonly slots: number;
  /** Monotonic milliseconds. */
  now(): number;
  /** Between 0 and 1. */
  random(): number;
}

/** A session unused, or a session old enough to make room, after this time (KIP-227). */
export const EVICTION_MS = 120_000;

const LARGEST_ID = 0x7fff_fffe;

/** "No session". */
export const NO_SESSION = 0;

/**
 * The fetch sessions of a broker, as many as there are slots. When all are taken a new session gets
 * one only by pushing out another:
 *
 * 1. the one unused for longest, when that is longer than {@link EVICTION_MS};
 * 2. the smallest one that may be pushed out, consumers' before followers', unless it is more
 *    valuable than the new one: consumers' sessions may be pushed out by followers' at any time, all
 *    others when they have had their {@link EVICTION_MS}.
 */
export class FetchSessionCache {
  private readonly sessions = new Map<number, FetchSession>();
  private evicted = 0;
  private lastId: number | undefined;

  constructor(private readonly options: FetchSessionCacheOptions) {}

  get size(): number {
    return this.sessions.size;
  }

  /** Partitions in all sessions. */
  get partitions(): number {
    let count = 0;
    for (const { size } of this.sessions.values()) count += size;
    return count;
  }

  /** Sessions that had to make room so far. */
  get evictions(): number {
    return this.evicted;
  }

  get(id: number): FetchSession | undefined {
    return this.sessions.get(id);
  }

  remove(id: number): void {
    this.sessions.get(id)?.end();
    this.sessions.delete(id);
  }

  now(): number {
    return this.options.now();
  }

  /** @returns undefined when there is no slot for it */
  create(privileged: boolean, size: number, usesTopicIds = false): FetchSession | undefined {
    const now = this.options.now();
    if (this.sessions.size >= this.options.slots && !this.makeRoom(privileged, size, now)) {
      return undefined;
    }
    const session = new FetchSession(this.newId(), privileged, now, usesTopicIds);
    this.sessions.set(session.id, session);
    return session;
  }

  private makeRoom(privileged: boolean, size: number, now: number): boolean {
    let stalest: FetchSession | undefined;
    let cheapest: FetchSession | undefined;
    for (const session of this.sessions.values()) {
      if (!stalest || session.lastUsedAt < stalest.lastUsedAt) stalest = session;
      const isOld = now - session.createdAt > EVICTION_MS;
      const evictable = isOld || (privileged && !session.privileged);
      if (evictable && (!cheapest || isCheaper(session, cheapest))) cheapest = session;
    }
    const isStale = stalest && now - stalest.lastUsedAt > EVICTION_MS;
    const victim = isStale ? stalest : cheapest;
    if (!victim || (!isStale && isCheaper({ privileged, size }, victim, true))) return false;
    this.remove(victim.id);
    this.evicted++;
    return true;
  }

  /** Never one that was another's a moment ago; from a place that differs from start to start. */
  private newId(): number {
    this.lastId ??= Math.floor(this.options.random() * LARGEST_ID);
    do this.lastId = (this.lastId % LARGEST_ID) + 1;
    while (this.sessions.has(this.lastId));
    return this.lastId;
  }
}

type Value = Pick<FetchSession, 'privileged' | 'size'>;

/** Whether the first is worth less; `orEqual` when as much counts as less. */
function isCheaper(a: Value, b: Value, orEqual = false): boolean {
  if (a.privileged !== b.privileged) return b.privileged;
  return orEqual ? a.size <= b.size : a.size < b.size;
}
