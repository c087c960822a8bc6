import type { Clock, TimerHandle } from '../../client/runtime/clock';
import type { Conversation } from './conversation';
import { ReadDeadline } from './read-deadline';

export interface HeartbeatActions {
  /** Ask something that only the leader can answer. */
  sync(): void;
  /** The server owes an answer for more than half the session timeout. */
  giveUp(silentMs: number): void;
  /** The event loop stood still for so long. */
  gap(ms: number): void;
}

/**
 * Keeps a connected session alive and its lease honest. Looks twelve times per session timeout and
 * sends a SYNC when nothing has gone to the leader since the last look.
 *
 * A PING would not do: a server that lost its leader answers pings and reads until it notices,
 * `syncLimit` ticks later, while the leader ends the session. It cannot answer a SYNC, nor, because
 * it keeps the order of a session's requests, anything sent after it.
 *
 * What counts is what is *sent*, however much the server tells us meanwhile: it judges us by what
 * it hears.
 */
export class Heartbeat {
  private handle: TimerHandle | undefined;

  constructor(private readonly clock: Clock) {}

  start(sessionTimeoutMs: number, conversation: Conversation, actions: HeartbeatActions): void {
    this.stop();
    const beatMs = Math.max(10, sessionTimeoutMs / 12);
    const deadline = new ReadDeadline(sessionTimeoutMs, beatMs, this.clock.monotonic());
    const beat = (): void => {
      this.handle = this.clock.setTimeout(beat, beatMs);
      const now = this.clock.monotonic();
      const verdict = deadline.check(now, conversation.oldestUnanswered);
      if (verdict.gapMs > 0) actions.gap(verdict.gapMs);
      if (verdict.silentMs > 0) actions.giveUp(verdict.silentMs);
      else if (now - conversation.lastLeaderBoundAt >= beatMs) actions.sync();
    };
    this.handle = this.clock.setTimeout(beat, beatMs);
  }

  stop(): void {
    if (this.handle !== undefined) this.clock.clearTimeout(this.handle);
    this.handle = undefined;
  }
}
