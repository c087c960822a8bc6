import type { Kafka, Producer } from '../../../client';
import type { History } from '../checker/history';

/** Where chance comes from. */
export interface Dice {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number of `min` to `max`, both included. */
  int(min: number, max: number): number;
}

export interface WriterOptions {
  readonly kafka: Kafka;
  readonly history: History;
  readonly random: Dice;
  /** Tells the writers apart. */
  readonly id: number;
  readonly topic: string;
  readonly partitions: number;
  readonly acks: 'all' | 1;
  /** Mean time between two sends, in milliseconds. */
  readonly everyMs: number;
  /** Bytes of each record's key. */
  readonly padding: number;
}

/** Values of one writer begin here, so that no two writers ever send the same. */
const VALUES_PER_WRITER = 10_000_000;

/** Errors of the client itself: the record was never on its way. */
const NEVER_SENT = new Set(['BUFFER_FULL', 'CLIENT_CLOSED', 'INVALID_RECORD']);

/** How long the client waits for an answer: a leader that hangs is given up after this. */
export const REQUEST_TIMEOUT_MS = 5000;

/** Sends numbered records, some at a time, and keeps what became of each. */
export class Writer {
  /** Errors of sends that failed for good, by their code. */
  readonly failures = new Map<string, number>();
  private readonly producer: Producer;
  private readonly sequences: number[] = [];
  private readonly key: Buffer | null;
  private sent = 0;
  private waiting = 0;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: WriterOptions) {
    const { kafka, acks, padding } = options;
    this.key = padding > 0 ? Buffer.alloc(padding, 0x2e) : null;
    this.producer = kafka.producer({ acks, requestTimeoutMs: REQUEST_TIMEOUT_MS });
    this.sendSome();
  }

  /** Records whose fate is not known yet. */
  get pending(): number {
    return this.waiting;
  }

  /** Sends no more; what is on its way goes on. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  close(): Promise<void> {
    this.stop();
    return this.producer.close({ timeout: 1000 });
  }

  private sendSome(): void {
    if (this.stopped) return;
    const { random, everyMs, partitions } = this.options;
    const partition = random.int(0, partitions - 1);
    for (let i = random.int(1, 3); i > 0; i--) this.send(partition);
    this.timer = setTimeout(() => this.sendSome(), random.next() * 2 * everyMs);
  }

  private send(partition: number): void {
    const { id, topic, history } = this.options;
    const value = id * VALUES_PER_WRITER + this.sent++;
    const sequence = (this.sequences[partition] = (this.sequences[partition] ?? -1) + 1);
    const facts = history.partition(`${topic}-${partition}`);
    const send = facts.sending(id, value, sequence, performance.now());
    this.waiting++;
    this.producer.produceCallback(
      topic,
      String(value),
      this.key,
      (error, report) => {
        this.waiting--;
        const now = performance.now();
        if (report) return facts.acked(send, report.offset, now);
        const { code = 'UNKNOWN' } = error as { code?: string };
        this.failures.set(code, (this.failures.get(code) ?? 0) + 1);
        if (NEVER_SENT.has(code)) facts.refused(send, now);
      },
      { partition },
    );
  }
}
