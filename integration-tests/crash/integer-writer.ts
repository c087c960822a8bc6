import { Produce } from '../../client/protocol/messages/produce';
import { RawClient } from '../harness/raw-client';
import { integerBatch } from '../harness/raw-topics';
import type { SeededRandom } from '../harness/seeded-random';
import type { ProduceHistory } from './produce-history';
import type { Turnstile } from './turnstile';

const IN_FLIGHT = 5;
const MOST_PER_BATCH = 20;

export interface IntegerWriterOptions {
  readonly address: string;
  readonly topic: string;
  /** One history per partition. */
  readonly histories: readonly ProduceHistory[];
  /** Its number among all writers, for values of its own. */
  readonly number: number;
  readonly writers: number;
  readonly random: SeededRandom;
  /** Passed before each request. */
  readonly turnstile: Turnstile;
  /** Told of each answer. */
  onAnswer(acked: boolean): void;
}

/**
 * Writes rising integers to all partitions over one connection with acks=1, several requests at a
 * time. When the connection is lost it connects again and goes on with new values: what was not
 * answered is neither repeated nor waited for.
 */
export class IntegerWriter {
  private next = 0;
  private stopped = false;
  private client: RawClient | undefined;

  /** Resolves after {@link stop}, when the last answer has come or its connection is lost. */
  readonly ended: Promise<void>;

  private constructor(private readonly options: IntegerWriterOptions) {
    this.ended = this.run();
  }

  static start(options: IntegerWriterOptions): IntegerWriter {
    return new IntegerWriter(options);
  }

  /** Requests without an answer. */
  get inFlight(): number {
    return this.client?.inFlight ?? 0;
  }

  /** Lets answers under way come in. */
  stop(): void {
    this.stopped = true;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const given = { up: () => this.stopped };
      const client = await RawClient.connectWhenListening(this.options.address, given);
      if (!client) return;
      this.client = client;
      await Promise.all(Array.from({ length: IN_FLIGHT }, () => this.writeTo(client)));
      await client.close();
    }
  }

  private async writeTo(client: RawClient): Promise<void> {
    const { turnstile } = this.options;
    for (;;) {
      await turnstile.pass();
      if (this.stopped || !client.open) return;
      await this.writeOnce(client);
    }
  }

  /** One request with a batch for some of the partitions. */
  private async writeOnce(client: RawClient): Promise<void> {
    const { topic, histories, random, onAnswer } = this.options;
    const sent = new Map<number, number[]>();
    for (const index of histories.keys()) {
      if (random.chance(0.5)) sent.set(index, this.values(index));
    }
    if (sent.size === 0) sent.set(0, this.values(0));
    const partitionData = [...sent].map(([index, values]) => ({
      index,
      records: integerBatch(values),
    }));
    const body = { acks: 1, timeoutMs: 30_000, topicData: [{ name: topic, partitionData }] };
    const response = await client.request(Produce, body).catch(() => undefined);
    // Lost on the way: nobody knows what became of them.
    if (!response) return;
    for (const { index, errorCode, baseOffset } of response.responses[0]!.partitionResponses) {
      const history = histories[index]!;
      for (const [i, value] of sent.get(index)!.entries()) {
        if (errorCode === 0) history.acked(value, baseOffset + i);
        else history.failed(value);
      }
      onAnswer(errorCode === 0);
    }
  }

  private values(index: number): number[] {
    const { number, writers, random, histories } = this.options;
    const values = Array.from(
      { length: random.int(1, MOST_PER_BATCH) },
      () => this.next++ * writers + number,
    );
    for (const value of values) histories[index]!.sending(value);
    return values;
  }
}
