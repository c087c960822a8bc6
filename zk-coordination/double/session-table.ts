import { createHash } from 'node:crypto';
import type { Clock, TimerHandle } from '../../client/runtime/clock';
import type { SessionCredentials } from '../session-contract';

/** A session as the ensemble knows it. */
export interface SessionRecord {
  readonly id: bigint;
  readonly password: Buffer;
  readonly timeoutMs: number;
  /** Monotonic time at which the ensemble last heard from it. */
  heardAt: number;
}

/** First id of an ensemble; ids are handed out one by one, so a run is repeatable. */
const FIRST_SESSION_ID = 0x1000_0000_0000_0001n;

/**
 * The living sessions and their deadlines. A session expires exactly its timeout after it was last
 * heard of, the earliest moment a real ensemble may choose (that one rounds up to a tick).
 */
export class SessionTable {
  private readonly sessions = new Map<bigint, SessionRecord>();
  private readonly timers = new Map<bigint, TimerHandle>();
  private nextId = FIRST_SESSION_ID;
  private frozen = false;

  /** @param onExpired called when a session's time has run out, after it has left the table */
  constructor(
    private readonly clock: Clock,
    private readonly onExpired: (session: SessionRecord) => void,
  ) {}

  open(timeoutMs: number): SessionRecord {
    const id = this.nextId++;
    const session = { id, password: passwordOf(id), timeoutMs, heardAt: this.clock.monotonic() };
    this.sessions.set(id, session);
    this.watch(session);
    return session;
  }

  /** @returns undefined when the session is over or the password is wrong: the same to ZooKeeper */
  resume(credentials: SessionCredentials): SessionRecord | undefined {
    const session = this.sessions.get(credentials.id);
    if (!session?.password.equals(credentials.password)) return undefined;
    this.touch(session);
    return session;
  }

  has(session: SessionRecord): boolean {
    return this.sessions.get(session.id) === session;
  }

  find(id: bigint): SessionRecord | undefined {
    return this.sessions.get(id);
  }

  touch(session: SessionRecord): void {
    session.heardAt = this.clock.monotonic();
  }

  remove(session: SessionRecord): void {
    this.sessions.delete(session.id);
    this.clock.clearTimeout(this.timers.get(session.id));
    this.timers.delete(session.id);
  }

  /** Without a quorum nobody can expire a session. */
  freeze(): void {
    this.frozen = true;
    for (const timer of this.timers.values()) this.clock.clearTimeout(timer);
    this.timers.clear();
  }

  /** A new leader gives every session its whole timeout again. */
  thaw(): void {
    this.frozen = false;
    for (const session of this.sessions.values()) {
      this.touch(session);
      this.watch(session);
    }
  }

  private watch(session: SessionRecord): void {
    if (this.frozen) return;
    const remaining = session.heardAt + session.timeoutMs - this.clock.monotonic();
    const timer = this.clock.setTimeout(() => this.onDeadline(session), remaining);
    this.timers.set(session.id, timer);
  }

  private onDeadline(session: SessionRecord): void {
    if (this.clock.monotonic() < session.heardAt + session.timeoutMs) {
      this.watch(session);
      return;
    }
    this.remove(session);
    this.onExpired(session);
  }
}

/** Sixteen bytes, as ZooKeeper's; derived from the id to keep runs repeatable. */
function passwordOf(id: bigint): Buffer {
  return createHash('sha256').update(`in-memory session ${id}`).digest().subarray(0, 16);
}
