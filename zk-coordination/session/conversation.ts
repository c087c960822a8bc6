import { jute } from './library';

const { OP_CODES } = jute;
/** Requests that no server can answer without its leader. */
const LEADER_BOUND = new Set([
  OP_CODES.CREATE,
  OP_CODES.DELETE,
  OP_CODES.SET_DATA,
  OP_CODES.MULTI,
  OP_CODES.SYNC,
]);
const XID_PING = -2;
const XID_NOTIFICATION = -1;
const XID_AUTH = -4;

/**
 * Who owes whom an answer on one connection: the sending time of everything unanswered. The server
 * answers requests in order and pings in order; authentication is left out, it is answered out of
 * order.
 */
export class Conversation {
  private readonly requests: number[] = [];
  private readonly pings: number[] = [];
  private handshakeSentAt: number | undefined;
  /** When something was last sent that only the leader can answer. */
  lastLeaderBoundAt = 0;
  /** When that was sent which was answered last; 0 before the first answer. */
  lastAnsweredSentAt = 0;

  /** @param frame length, xid, type, …; the first one of a connection is the ConnectRequest */
  sent(frame: Buffer, now: number): void {
    if (this.handshakeSentAt === undefined) {
      this.handshakeSentAt = now;
      this.lastLeaderBoundAt = now;
      return;
    }
    if (LEADER_BOUND.has(frame.readInt32BE(8))) this.lastLeaderBoundAt = now;
    const xid = frame.readInt32BE(4);
    if (xid === XID_PING) this.pings.push(now);
    else if (xid !== XID_AUTH) this.requests.push(now);
  }

  /** The ConnectResponse accepted the session. */
  handshakeAnswered(): void {
    if (this.handshakeSentAt !== undefined) this.answered(this.handshakeSentAt);
  }

  received(frame: Buffer): void {
    if (frame.length < 8) return;
    const xid = frame.readInt32BE(4);
    if (xid === XID_NOTIFICATION || xid === XID_AUTH) return;
    const sentAt = (xid === XID_PING ? this.pings : this.requests).shift();
    if (sentAt !== undefined) this.answered(sentAt);
  }

  /** Sending time of the oldest ping or request without an answer. */
  get oldestUnanswered(): number | undefined {
    const [request] = this.requests;
    const [ping] = this.pings;
    if (request === undefined || ping === undefined) return request ?? ping;
    return Math.min(request, ping);
  }

  private answered(sentAt: number): void {
    this.lastAnsweredSentAt = Math.max(this.lastAnsweredSentAt, sentAt);
  }
}
