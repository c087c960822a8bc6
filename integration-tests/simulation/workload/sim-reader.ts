import type { Kafka } from '../../../client/kafka';
import type { Consumer } from '../../../client/consumer';
import { delay } from '../../../client/runtime/clock';
import { describeError } from '../../../client/runtime/error';
import type { History } from '../../../tools/drill/checker/history';
import type { Trace } from '../time/trace';
import type { World } from '../time/world';

export interface SimReaderOptions {
  readonly kafka: Kafka;
  readonly history: History;
  readonly trace: Trace;
  readonly world: World;
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  /** Reads from the replica there, if the brokers allow it. */
  readonly rack?: string | undefined;
}

const POLL_MS = 5000;
/** It goes on after a failure, to show what else is wrong. */
const AFTER_FAILURE_MS = 5000;

/** Reads all partitions from their beginning and keeps what it was given. */
export class SimReader {
  private readonly consumer: Consumer;
  private readonly positions: number[];
  private stopped = false;
  private ended: Promise<void> | undefined;
  /** What ended a poll; there should be nothing. */
  readonly failures: string[] = [];

  constructor(private readonly options: SimReaderOptions) {
    this.positions = Array.from({ length: options.partitions }, () => 0);
    this.consumer = options.kafka.consumer({
      autoOffsetReset: 'none',
      clientRack: options.rack,
      fetchMaxWaitMs: 2000,
      requestTimeoutMs: 6000,
    });
  }

  /** Where it goes on in a partition: everything below has been read. */
  position(partition: number): number {
    return this.positions[partition] ?? 0;
  }

  start(): void {
    this.ended = this.readOn();
  }

  /** Resolves when the last poll is over. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.consumer.wakeup();
    await this.ended;
    await this.consumer.close();
  }

  private async readOn(): Promise<void> {
    const { topic, trace, name, world } = this.options;
    for (let assigned = false; !this.stopped;) {
      try {
        if (!assigned) {
          const targets = this.positions.map((offset, partition) => ({ topic, partition, offset }));
          await this.consumer.assign(targets);
          assigned = true;
        }
        await this.poll();
      } catch (error) {
        if (this.stopped) return;
        this.failures.push(describeError(error));
        trace.line(`${name} failed: ${describeError(error)}`);
        await delay(AFTER_FAILURE_MS, world.clock);
      }
    }
  }

  private async poll(): Promise<void> {
    const { history, topic, name } = this.options;
    for (const { partition, records } of await this.consumer.poll(POLL_MS)) {
      const offsets = records.map(({ offset }) => offset);
      const values = records.map(({ value }) => Number(value));
      const from = this.positions[partition]!;
      history
        .partition(`${topic}-${partition}`)
        .polls.push({ reader: name, generation: 0, from, offsets, values });
      this.positions[partition] = offsets[offsets.length - 1]! + 1;
    }
  }
}
