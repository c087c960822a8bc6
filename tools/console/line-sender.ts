import { SendError, type Producer, type ProducerMessage } from '../../client/producer';

/** The part of a producer that lines need. */
export type LineProducer = Pick<Producer, 'produce' | 'sendBatch' | 'drained' | 'flush'>;

export interface LineSenderOptions {
  readonly topic: string;
  /** One record at a time, each acknowledged before the next one is sent. */
  readonly sync: boolean;
  /** Told of each record that was not delivered. */
  readonly onFailure: (line: number, message: Error) => void;
}

/** Sends what was read from lines, and remembers which lines did not arrive. */
export class LineSender {
  private count = 0;
  private underWay = 0;
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly producer: LineProducer,
    private readonly options: LineSenderOptions,
  ) {}

  /** Records that were not delivered, as far as is known. */
  get failed(): number {
    return this.count;
  }

  /** Records that are neither acknowledged nor failed. */
  get unacknowledged(): number {
    return this.underWay;
  }

  /**
   * Resolves when there is room for more, which bounds the memory of what is under way.
   *
   * @param firstLine number of the line of the first message
   * @throws with `sync` the error of the first record that was not delivered
   */
  async send(messages: readonly ProducerMessage[], firstLine: number): Promise<void> {
    const { topic, sync } = this.options;
    if (sync) {
      for (const message of messages) {
        this.underWay++;
        await this.producer
          .produce(topic, message.value, message.key, message)
          .finally(() => this.underWay--);
      }
      return;
    }
    this.underWay += messages.length;
    const call = this.producer.sendBatch({ topic, messages }).then(
      () => {},
      (error: unknown) => this.note(error, messages.length, firstLine),
    );
    this.pending.add(call);
    void call.finally(() => {
      this.underWay -= messages.length;
      this.pending.delete(call);
    });
    await this.producer.drained();
  }

  /** Waits until each record has arrived or failed. */
  async settle(): Promise<void> {
    await this.producer.flush();
    await Promise.all(this.pending);
  }

  private note(error: unknown, messages: number, firstLine: number): void {
    if (!(error instanceof SendError)) {
      this.count += messages;
      this.options.onFailure(firstLine, error as Error);
      return;
    }
    this.count += error.failed.length;
    for (const { index, error: cause } of error.failed) {
      this.options.onFailure(firstLine + index, cause);
    }
  }
}
