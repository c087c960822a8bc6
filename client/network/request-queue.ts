import type { Api } from '../protocol/api';
import { Fifo } from './fifo';

/** A request from the call that made it to its response. */
export interface PendingRequest {
  readonly api: Api;
  readonly body: object;
  readonly timeoutMs: number;
  /** Monotonic time at which the caller is told that nothing came. */
  deadline: number;
  /** Undefined when nobody waits (any more). */
  onDone: ((error: Error | undefined, response: object | undefined) => void) | undefined;
  expectsResponse: boolean;
  version: number;
  correlationId: number;
}

/** What {@link RequestQueue.expire} found. */
export interface Expired {
  /** Requests whose time is over, in the order they were made. */
  readonly requests: readonly (PendingRequest & { sent: boolean })[];
  /** Whether the connection has been silent for so long that it must be taken for dead. */
  readonly dead: boolean;
}

/**
 * The requests of one connection: those that wait for their turn and those sent, whose responses
 * come in the same order. A request that timed out keeps its place, so that a late response is
 * taken for what it is.
 */
export class RequestQueue {
  private readonly waiting = new Fifo<PendingRequest>();
  private readonly sent = new Fifo<PendingRequest>();
  private lastCorrelationId = 0;

  /**
   * @param maxInFlight requests sent and unanswered at most
   * @param silenceMs how long after its timeout a response may still come before the connection is
   *   taken for dead
   */
  constructor(
    private readonly maxInFlight: number,
    private readonly silenceMs: number,
  ) {}

  get size(): number {
    return this.waiting.length + this.sent.length;
  }

  get inFlight(): number {
    return this.sent.length;
  }

  get hasWaiting(): boolean {
    return this.waiting.length > 0;
  }

  add(request: PendingRequest): void {
    this.waiting.push(request);
  }

  /** Takes the next request that may be sent now and gives it its correlation id. */
  next(): PendingRequest | undefined {
    for (let request = this.waiting.peek(); request; request = this.waiting.peek()) {
      if (request.expectsResponse && this.sent.length >= this.maxInFlight) return undefined;
      this.waiting.shift();
      if (request.expectsResponse && !request.onDone) continue; // timed out before its turn
      request.correlationId = this.lastCorrelationId = (this.lastCorrelationId + 1) & 0x7fffffff;
      return request;
    }
    return undefined;
  }

  /** A request taken with {@link next} is on its way. */
  awaitResponse(request: PendingRequest): void {
    this.sent.push(request);
  }

  /** The request a response belongs to; undefined when the order is broken. */
  answered(correlationId: number): PendingRequest | undefined {
    if (this.sent.peek()?.correlationId !== correlationId) return undefined;
    return this.sent.shift();
  }

  /** Takes out whoever has waited too long at the given monotonic time. */
  expire(now: number): Expired {
    const requests: (PendingRequest & { sent: boolean })[] = [];
    let dead = false;
    const check = (queue: Fifo<PendingRequest>, sent: boolean): void => {
      for (const request of queue) {
        if (request.deadline > now) continue;
        if (request.onDone) {
          requests.push({ ...request, sent });
          request.onDone = undefined;
          request.deadline = sent ? now + this.silenceMs : Infinity;
        } else if (sent) {
          dead = true;
        }
      }
    };
    check(this.sent, true);
    check(this.waiting, false);
    return { requests, dead };
  }

  /** The earliest moment at which {@link expire} will find something; Infinity for never. */
  nextDeadline(): number {
    let earliest = Infinity;
    for (const { deadline } of this.sent) earliest = Math.min(earliest, deadline);
    for (const { deadline } of this.waiting) earliest = Math.min(earliest, deadline);
    return earliest;
  }

  /** Empties the queue: everything that was still pending, in order. */
  drain(): (PendingRequest & { sent: boolean })[] {
    const left: (PendingRequest & { sent: boolean })[] = [];
    for (let r = this.sent.shift(); r; r = this.sent.shift()) left.push({ ...r, sent: true });
    for (let r = this.waiting.shift(); r; r = this.waiting.shift())
      left.push({ ...r, sent: false });
    return left;
  }
}
