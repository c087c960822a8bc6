import { ProtocolError } from '../../client/protocol/protocol-error';
import { Alarm } from '../../client/runtime/alarm';
import type { Clock } from '../../client/runtime/clock';
import { deferred, type Deferred } from '../../client/runtime/deferred';

interface WaitingProduce {
  /** The high watermark it waits for. */
  readonly offset: number;
  readonly outcome: Deferred<void>;
  /** Monotonic milliseconds. */
  readonly deadline: number;
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
  private readonly alarm: Alarm;

  constructor(
    private readonly clock: Clock,
    private readonly count: (change: number) => void,
  ) {
    this.alarm = new Alarm(clock, () => this.onAlarm());
  }

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  /** @throws ProtocolError REQUEST_TIMED_OUT, or what {@link failAll} is given */
  wait(offset: number, timeoutMs: number): Promise<void> {
    const deadline = this.clock.monotonic() + Math.max(0, timeoutMs);
    const waiting: WaitingProduce = { offset, outcome: deferred(), deadline };
    let place = this.queue.length;
    while (place > 0 && (this.queue[place - 1]?.offset ?? 0) > offset) place--;
    if (place === this.queue.length) this.queue.push(waiting);
    else this.queue.splice(place, 0, waiting);
    this.count(1);
    this.alarm.by(deadline);
    return waiting.outcome.promise;
  }

  /** Everything below this offset is committed. */
  committed(highWatermark: number): void {
    let done = 0;
    for (const waiting of this.queue) {
      if (waiting.offset > highWatermark) break;
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
    this.alarm.clear();
    for (const { outcome } of failed) outcome.reject(error);
  }

  private onAlarm(): void {
    const now = this.clock.monotonic();
    const late = this.queue.filter(({ deadline }) => deadline <= now);
    if (late.length > 0) {
      this.queue = this.queue.filter(({ deadline }) => deadline > now);
      this.count(-late.length);
    }
    for (const { outcome } of late) {
      outcome.reject(
        new ProtocolError(
          'REQUEST_TIMED_OUT',
          'The replicas in sync did not confirm in time; the records may still be committed.',
        ),
      );
    }
    this.alarm.set(this.queue.reduce((next, { deadline }) => Math.min(next, deadline), Infinity));
  }
}
