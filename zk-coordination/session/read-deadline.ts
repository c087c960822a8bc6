export interface ReadVerdict {
  /** How long the event loop stood still, 0 when it did not. */
  readonly gapMs: number;
  /** How long an answer has been overdue at the point of giving up, 0 when there is no reason to. */
  readonly silentMs: number;
}

/**
 * Decides whether a connection is dead: its oldest unanswered request is older than half the
 * session timeout, which leaves time to try another server. After a standstill of our own event
 * loop one check is let pass, because the answers may be waiting unread in the socket.
 */
export class ReadDeadline {
  constructor(
    private readonly sessionTimeoutMs: number,
    private readonly beatMs: number,
    private lastCheckAt: number,
  ) {}

  check(now: number, oldestUnanswered: number | undefined): ReadVerdict {
    const late = now - this.lastCheckAt - this.beatMs;
    this.lastCheckAt = now;
    if (late > this.sessionTimeoutMs / 6) return { gapMs: late, silentMs: 0 };
    const silent = oldestUnanswered === undefined ? 0 : now - oldestUnanswered;
    return { gapMs: 0, silentMs: silent > this.sessionTimeoutMs / 2 ? silent : 0 };
  }
}
