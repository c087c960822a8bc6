import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeliveryReport, Producer } from '../../client/producer';
import { delay, type Clock } from '../../client/runtime/clock';
import { describeError, KafkaClassicError } from '../../client/runtime/error';
import { interruptible } from '../cli/interruptible';
import type { ThroughputThrottle } from '../perf/throughput-throttle';
import { eventLine } from './event-line';

export interface VerifiableProducerRun {
  readonly producer: Pick<Producer, 'produceCallback' | 'drained' | 'close'>;
  readonly topic: string;
  /** Records to send; negative for no end. */
  readonly maxMessages: number;
  /** Records per second aimed at; negative for no limit. */
  readonly throughput: number;
  readonly throttle: ThroughputThrottle;
  /** Timestamp of the first record, milliseconds since 1970; negative for the time of sending. */
  readonly createTime: number;
  /** Put before each value, with a dot between. */
  readonly valuePrefix: number | undefined;
  /** Keys go round from 0 to below this number; undefined for no keys. */
  readonly repeatingKeys: number | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  print(line: string): void;
}

/** Records between two looks at what has been answered. */
const RECORDS_PER_TURN = 100;

/** Sends the numbers from 0 on as texts, and prints what becomes of each. */
export class VerifiableProducer {
  private sent = 0;
  private acked = 0;
  private failed = 0;

  constructor(private readonly run: VerifiableProducerRun) {}

  /** Records that are neither acknowledged nor failed. */
  get unacknowledged(): number {
    return this.sent - this.acked - this.failed;
  }

  /**
   * Resolves when all records have been answered and all is printed.
   *
   * @returns whether all were acknowledged
   */
  async execute(): Promise<boolean> {
    const { producer, clock, throughput } = this.run;
    const start = clock.monotonic();
    this.event('startup_complete');
    await this.send(clock.now());
    await producer.close();
    this.event('shutdown_complete');
    this.event('tool_data', {
      sent: this.sent,
      acked: this.acked,
      target_throughput: throughput,
      avg_throughput: (1000 * this.acked) / Math.max(1, clock.monotonic() - start),
    });
    return this.acked === this.sent;
  }

  private async send(startTime: number): Promise<void> {
    const { producer, topic, maxMessages, throttle, clock, signal } = this.run;
    const { createTime, valuePrefix, repeatingKeys } = this.run;
    const most = maxMessages < 0 ? Infinity : maxMessages;
    while (this.sent < most && !signal.aborted) {
      const number = this.sent++;
      const value = valuePrefix === undefined ? String(number) : `${valuePrefix}.${number}`;
      const key = repeatingKeys === undefined ? null : String(number % repeatingKeys);
      const mayGoOn = producer.produceCallback(
        topic,
        value,
        key,
        (error, report) => this.answered(key, value, error, report),
        createTime < 0 ? undefined : { timestamp: createTime + clock.now() - startTime },
      );
      const pause = throttle.pauseAfter(this.sent, clock.monotonic());
      if (!mayGoOn) await interruptible(producer.drained(), signal);
      else if (pause > 0) await interruptible(delay(pause, clock), signal);
      else if (this.sent % RECORDS_PER_TURN === 0) await nextTurn();
    }
  }

  private answered(
    key: string | null,
    value: string,
    error: Error | undefined,
    report: DeliveryReport | undefined,
  ): void {
    if (report) {
      this.acked++;
      const { topic, partition, offset } = report;
      this.event('producer_send_success', { key, value, topic, partition, offset });
      return;
    }
    this.failed++;
    this.event('producer_send_error', {
      key,
      value,
      topic: this.run.topic,
      exception: KafkaClassicError.is(error) ? error.code : 'Error',
      message: describeError(error),
    });
  }

  private event(name: string, facts?: object): void {
    this.run.print(eventLine(this.run.clock.now(), name, facts));
  }
}
