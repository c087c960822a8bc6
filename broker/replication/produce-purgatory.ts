import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Clock, TimerHandle } from '../../client/runtime/clock';
import { deferred, type Deferred } from '../../client/runtime/deferred';

interface WaitingProduce {
  /** The high watermark it waits for. */
  readonly offset: number;
  readonly outcome: Deferred<void>;
  timer: TimerHandle;
}

/** Where produce requests with acks=all wait for the ISR (Kafka's DelayedProduce). */
export class ProducePurgatory {
  private waiting = 0;

  constructor(readonly clock: Clock) {}

  /** Appends that wait. */
  get size(): number {
    return this.waiting;
  }

  /** The waiting room of one leadership. */
  room(): CommitWaiters {
    return new CommitWaiters(this.clock, (change) => (this.waiting += change));
  }
}

/**
 * The appends of one leadership that wait until the high watermark has passed them. Each is answered
 * exactly once: by the high watermark, by an error that concerns all, or by its timeout.
 */
export class CommitWaiters {
  /** In the order of their offsets. */
  private queue: WaitingProduce[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly count: (change: number) => void,
  ) {}

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  /** @throws ProtocolError REQUEST_TIMED_OUT, or what {@link failAll} is given */
  wait(offset: number, timeoutMs: number): Promise<void> {
    const waiting: WaitingProduce = { offset, outcome: deferred(), timer: undefined };
    let place = this.queue.length;
    while (place > 0 && (this.queue[place - 1]?.offset ?? 0) > offset) place--;
    if (place === this.queue.length) this.queue.push(waiting);
    else this.queue.splice(place, 0, waiting);
    this.count(1);
    waiting.timer = this.clock.setTimeout(() => this.timeOut(waiting), Math.max(0, timeoutMs));
    return waiting.outcome.promise;
  }

  /** Everything below this offset is committed. */
  committed(highWatermark: number): void {
    let done = 0;
    for (const waiting of this.queue) {
      if (waiting.offset > highWatermark) break;
      this.clock.clearTimeout(waiting.timer);
      waiting.outcome.resolve();
      done++;
    }
    if (done === 0) return;
    this.queue.splice(0, done);
    this.count(-done);
  }

  failAll(error: ProtocolError): void {
    const failed = this.queue;
    this.queue = [];
    this.count(-failed.length);
    for (const { timer, outcome } of failed) {
      this.clock.clearTimeout(timer);
      outcome.reject(error);
    }
  }

  private timeOut(waiting: WaitingProduce): void {
    this.queue.splice(this.queue.indexOf(waiting), 1);
    this.count(-1);
    waiting.outcome.reject(
      new ProtocolError(
        'REQUEST_TIMED_OUT',
        'The replicas in sync did not confirm in time; the records may still be committed.',
      ),
    );
  }
}
