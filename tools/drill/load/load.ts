import type { Admin } from '../../../client/admin';
import type { Kafka } from '../../../client/kafka';
import { History } from '../checker/history';
import { readToTheEnd } from './final-read';
import { Reader } from './reader';
import { Writer, type Dice } from './writer';

export interface LoadOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
  readonly writers: number;
  readonly readers: number;
  /** Mean time between two sends of a writer, in milliseconds. */
  readonly everyMs: number;
}

const dice: Dice = {
  next: Math.random,
  int: (min, max) => min + Math.floor(Math.random() * (max - min + 1)),
};

/** Idempotent producers with acks=all and consumers on a topic of their own, and all they were told. */
export class Load {
  readonly history = new History();
  private readonly writers: Writer[];
  private readonly readers: Reader[];

  private constructor(
    private readonly kafka: Kafka,
    readonly options: LoadOptions,
  ) {
    const { topic, partitions, everyMs } = options;
    const { history } = this;
    this.writers = Array.from(
      { length: options.writers },
      (_, id) =>
        new Writer({
          ...{ kafka, history, random: dice, id, topic, partitions, everyMs },
          ...{ acks: 'all', padding: 0 },
        }),
    );
    this.readers = Array.from(
      { length: options.readers },
      (_, i) => new Reader({ kafka, history, name: `reader-${i}`, topic, partitions }),
    );
  }

  /** Makes the topic and begins. */
  static async start(kafka: Kafka, admin: Admin, options: LoadOptions): Promise<Load> {
    const { topic, partitions: numPartitions, replicationFactor, minInsyncReplicas } = options;
    const configs = { 'min.insync.replicas': String(minInsyncReplicas) };
    await admin.createTopics([{ topic, numPartitions, replicationFactor, configs }]);
    return new Load(kafka, options);
  }

  /** Records acknowledged so far, by partition. */
  get acked(): number[] {
    const { topic, partitions } = this.options;
    return Array.from(
      { length: partitions },
      (_, index) => this.history.partition(`${topic}-${index}`).acks.length,
    );
  }

  /** Whether the fate of everything sent is known. */
  get isSettled(): boolean {
    return this.writers.every(({ pending }) => pending === 0);
  }

  /** Whether the readers have read what {@link readAll} found. */
  get isCaughtUp(): boolean {
    return this.readers.every(({ caughtUp }) => caughtUp);
  }

  /** Sends that failed for good, by the code of the error. */
  get failures(): Map<string, number> {
    const all = new Map<string, number>();
    for (const { failures } of this.writers) {
      for (const [code, count] of failures) all.set(code, (all.get(code) ?? 0) + count);
    }
    return all;
  }

  /** Polls that failed; there should be none. */
  get readFailures(): string[] {
    return this.readers.flatMap(({ failures }) => failures);
  }

  stopWriting(): void {
    for (const writer of this.writers) writer.stop();
  }

  /** Reads the whole topic with a client of its own. */
  async readAll(): Promise<void> {
    const { topic, partitions } = this.options;
    await readToTheEnd(this.kafka, this.history, topic, partitions);
  }

  async close(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.stop()));
    await Promise.all(this.writers.map((writer) => writer.close()));
  }
}
