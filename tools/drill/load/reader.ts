import type { Consumer, Kafka } from '../../../client';
import { delay } from '../../../client/runtime/clock';
import { describeError } from '../../../client/runtime/error';
import type { History } from '../checker/history';
import { REQUEST_TIMEOUT_MS } from './writer';

export interface ReaderOptions {
  readonly kafka: Kafka;
  readonly history: History;
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
}

const POLL_MS = 1000;

/** Reads all partitions from their beginning, by assignment, and keeps what it was given. */
export class Reader {
  /** What ended a poll; there should be nothing. */
  readonly failures: string[] = [];
  private readonly consumer: Consumer;
  private readonly positions: number[];
  private stopped = false;
  private readonly ended: Promise<void>;

  constructor(private readonly options: ReaderOptions) {
    this.positions = Array.from({ length: options.partitions }, () => 0);
    this.consumer = options.kafka.consumer({
      autoOffsetReset: 'none',
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
    });
    this.ended = this.readOn();
  }

  /** Whether it has read everything that the final read found. */
  get caughtUp(): boolean {
    const { history, topic } = this.options;
    return this.positions.every((position, partition) => {
      const [read] = history.partition(`${topic}-${partition}`).finals;
      return position > (read?.offsets.at(-1) ?? -1);
    });
  }

  /** Resolves when the last poll is over. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.consumer.wakeup();
    await this.ended;
    await this.consumer.close();
  }

  private async readOn(): Promise<void> {
    for (let assigned = false; !this.stopped;) {
      try {
        if (!assigned) await this.assign();
        assigned = true;
        await this.poll();
      } catch (error) {
        if (this.stopped) return;
        this.failures.push(describeError(error));
        await delay(500);
      }
    }
  }

  private assign(): Promise<void> {
    const { topic } = this.options;
    return this.consumer.assign(
      this.positions.map((offset, partition) => ({ topic, partition, offset })),
    );
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
      this.positions[partition] = offsets.at(-1)! + 1;
    }
  }
}
