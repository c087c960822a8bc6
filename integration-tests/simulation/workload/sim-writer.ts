import type { Kafka } from '../../../client/kafka';
import type { Producer } from '../../../client/producer';
import type { History } from '../../../tools/drill/checker/history';
import type { SeededRandom } from '../../harness/seeded-random';
import type { World } from '../time/world';

export interface SimWriterOptions {
  readonly world: World;
  readonly kafka: Kafka;
  readonly history: History;
  readonly random: SeededRandom;
  /** Tells the writers apart. */
  readonly id: number;
  readonly topic: string;
  readonly partitions: number;
  /** Mean time between two sends, in milliseconds. */
  readonly everyMs: number;
}

/** Values of one writer begin here, so that no two writers ever send the same. */
const VALUES_PER_WRITER = 1_000_000;

/** Errors of the client itself: the record was never on its way. */
const NEVER_SENT = new Set(['BUFFER_FULL', 'CLIENT_CLOSED', 'INVALID_RECORD']);

/** Sends numbered records, some at a time, and keeps what became of each. */
export class SimWriter {
  private readonly producer: Producer;
  private readonly sequences: number[] = [];
  private sent = 0;
  private stopped = false;
  private waiting = 0;

  constructor(private readonly options: SimWriterOptions) {
    this.producer = options.kafka.producer({
      acks: 'all',
      requestTimeoutMs: 4000,
      deliveryTimeoutMs: 20_000,
    });
  }

  /** Records whose fate is not known yet. */
  get pending(): number {
    return this.waiting;
  }

  start(): void {
    this.sendSome();
  }

  stop(): void {
    this.stopped = true;
  }

  close(): Promise<void> {
    return this.producer.close({ timeout: 1000 });
  }

  private sendSome(): void {
    if (this.stopped) return;
    const { world, random, everyMs, partitions } = this.options;
    const partition = random.int(0, partitions - 1);
    for (let i = random.int(1, 3); i > 0; i--) this.send(partition);
    world.after(random.next() * 2 * everyMs, () => this.sendSome());
  }

  private send(partition: number): void {
    const { id, topic, world, history } = this.options;
    const value = id * VALUES_PER_WRITER + this.sent++;
    const sequence = (this.sequences[partition] = (this.sequences[partition] ?? -1) + 1);
    const facts = history.partition(`${topic}-${partition}`);
    const send = facts.sending(id, value, sequence, world.now);
    this.waiting++;
    this.producer.produceCallback(
      topic,
      String(value),
      null,
      (error, report) => {
        this.waiting--;
        if (!error) facts.acked(send, report!.offset, world.now);
        else if (NEVER_SENT.has((error as { code?: string }).code ?? '')) {
          facts.refused(send, world.now);
        }
      },
      { partition },
    );
  }
}
