import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeliveryCallback, Producer } from '../../client/producer';
import { delay, type Clock } from '../../client/runtime/clock';
import { describeError } from '../../client/runtime/error';
import { interruptible } from '../cli/interruptible';
import type { Payloads } from './payloads';
import type { SendStatistics } from './send-statistics';
import type { ThroughputThrottle } from './throughput-throttle';

/** The part of a producer that a load needs. */
export type LoadProducer = Pick<Producer, 'produceCallback' | 'drained'>;

export interface SendLoadOptions {
  readonly producer: LoadProducer;
  readonly topic: string;
  readonly records: number;
  readonly payloads: Payloads;
  readonly throttle: ThroughputThrottle;
  readonly statistics: SendStatistics;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How long to produce before answers are looked at, in milliseconds. */
const TURN_MS = 1;
/** Records within so many milliseconds count as sent at the same moment. */
const MOMENT_MS = 0.1;

/** Sends records as fast as it may and takes the time of each until it is acknowledged. */
export class SendLoad {
  /** Kinds of failures, and how many records failed that way. */
  readonly failures = new Map<string, number>();

  private sent = 0;
  private answered = 0;

  constructor(private readonly options: SendLoadOptions) {}

  /** Records that are neither acknowledged nor failed. */
  get unacknowledged(): number {
    return this.sent - this.answered;
  }

  /** Resolves when all records are with the producer, or the signal came. */
  async run(): Promise<void> {
    const { producer, topic, records, payloads, throttle, clock, signal } = this.options;
    let turnEnd = clock.monotonic() + TURN_MS;
    // Records of the same moment and size share what is told about them.
    let began = NaN;
    let size = -1;
    let onDelivery: DeliveryCallback = () => {};
    for (let index = 0; index < records && !signal.aborted; index++) {
      const payload = payloads(index);
      const now = clock.monotonic();
      if (!(now - began < MOMENT_MS) || payload.length !== size) {
        began = now;
        size = payload.length;
        onDelivery = this.delivery(began, size);
      }
      const mayGoOn = producer.produceCallback(topic, payload, null, onDelivery);
      this.sent++;
      const pause = throttle.pauseAfter(index + 1, now);
      if (pause > 0) await interruptible(delay(pause, clock), signal);
      else if (!mayGoOn) await interruptible(producer.drained(), signal);
      else if (now >= turnEnd) await nextTurn();
      else continue;
      turnEnd = clock.monotonic() + TURN_MS;
    }
  }

  private delivery(began: number, size: number): DeliveryCallback {
    const { statistics, clock } = this.options;
    return (error) => {
      this.answered++;
      if (error === undefined) statistics.record(clock.monotonic() - began, size);
      else this.fail(describeError(error));
    };
  }

  private fail(reason: string): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }
}
