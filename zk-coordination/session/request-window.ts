import type { Clock, TimerHandle } from '../../client/runtime/clock';
import type { Jute, Packet } from './library';
import { NeverSentError } from './packet-queue';

/** No answer within the operation timeout. */
export class DeadlineError extends Error {
  constructor(readonly sent: boolean) {
    super(sent ? 'No answer came in time.' : 'The request was not sent in time.');
    this.name = 'DeadlineError';
  }
}

/** More requests are waiting than the window takes. */
export class WindowFullError extends Error {
  constructor(limit: number) {
    super(`${limit} requests are waiting already.`);
    this.name = 'WindowFullError';
  }
}

export interface RequestWindowOptions {
  clock: Clock;
  operationTimeoutMs: number;
  /** Sent and unanswered at once. The library's parser and queues slow down with more. */
  maxInFlight?: number;
  /** Accepted but not sent. */
  maxWaiting?: number;
  /** Whether {@link RequestWindowOptions.send} would reach a live socket. */
  ready: () => boolean;
  send: (request: Jute.Request, callback: Packet['callback']) => void;
}

interface Operation {
  readonly request: Jute.Request;
  readonly callback: Packet['callback'];
  readonly deadline: number;
  sent: boolean;
}

/**
 * Lets a bounded number of requests onto the wire, keeps a bounded number waiting, in order, and
 * gives each a deadline. An answer that comes after the deadline frees its place and is dropped.
 */
export class RequestWindow {
  private readonly maxInFlight: number;
  private readonly maxWaiting: number;
  private readonly open = new Set<Operation>();
  private waiting: Operation[] = [];
  private firstWaiting = 0;
  private timer: TimerHandle | undefined;
  private inFlight = 0;

  constructor(private readonly options: RequestWindowOptions) {
    this.maxInFlight = options.maxInFlight ?? 800;
    this.maxWaiting = options.maxWaiting ?? 50_000;
  }

  /** The callback runs exactly once. */
  submit(request: Jute.Request, callback: Packet['callback']): void {
    if (this.waiting.length - this.firstWaiting >= this.maxWaiting) {
      callback(new WindowFullError(this.maxWaiting));
      return;
    }
    const { clock, operationTimeoutMs } = this.options;
    const deadline = clock.monotonic() + operationTimeoutMs;
    const operation = { request, callback, deadline, sent: false };
    this.open.add(operation);
    this.waiting.push(operation);
    this.pump();
    if (this.timer === undefined && this.open.size > 0) this.arm(operationTimeoutMs);
  }

  /** The connection is gone: what was not sent will not be. */
  rejectWaiting(): void {
    const left = this.waiting.slice(this.firstWaiting);
    this.waiting = [];
    this.firstWaiting = 0;
    for (const operation of left) this.settle(operation, new NeverSentError());
  }

  private pump(): void {
    while (this.inFlight < this.maxInFlight && this.firstWaiting < this.waiting.length) {
      if (!this.options.ready()) return;
      const operation = this.waiting[this.firstWaiting++]!;
      if (!this.open.has(operation)) continue;
      operation.sent = true;
      this.inFlight += 1;
      this.options.send(operation.request, (error, response) => {
        this.inFlight -= 1;
        this.settle(operation, error, response);
        this.pump();
      });
    }
    if (this.firstWaiting === this.waiting.length || this.firstWaiting > this.maxInFlight) {
      this.waiting.splice(0, this.firstWaiting);
      this.firstWaiting = 0;
    }
  }

  private settle(operation: Operation, error: Error | null, response?: Jute.Response): void {
    if (this.open.delete(operation)) operation.callback(error, response);
  }

  private arm(ms: number): void {
    this.timer = this.options.clock.setTimeout(() => this.expire(), ms);
  }

  private expire(): void {
    this.timer = undefined;
    const now = this.options.clock.monotonic();
    for (const operation of this.open) {
      if (operation.deadline > now) {
        this.arm(operation.deadline - now);
        return;
      }
      this.settle(operation, new DeadlineError(operation.sent));
    }
  }
}
