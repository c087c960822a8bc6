import {
  UnreadableRecordsError,
  WakeupError,
  type Consumer,
  type ConsumerBatch,
  type PartitionOffset,
} from '../../client/consumer';
import { describeError } from '../../client/runtime/error';
import type { TerminalStream } from '../cli/terminal';
import { OutputBuffer } from './output-buffer';
import type { PrintableRecord, RecordFormatter } from './record-formatter';

/** The part of a consumer that printing needs. */
export type PrintedConsumer = Pick<Consumer, 'poll' | 'seek'>;

export interface RecordPrinterOptions {
  readonly formatter: RecordFormatter;
  readonly stdout: TerminalStream;
  /** Ends after so many records; default never. */
  readonly maxMessages?: number;
  /** Ends when nothing came for so many milliseconds; default never. */
  readonly timeoutMs?: number;
  /** A record that cannot be printed is told of and passed over. */
  readonly skipOnError: boolean;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

/** From this size on what is gathered is written before more is added. */
const WRITE_BYTES = 64 * 1024;

/** Why printing has ended. */
export type PrintEnd = 'max-messages' | 'timeout' | 'stopped';

/** Prints records as they come. What one poll brings is written at once. */
export class RecordPrinter {
  private readonly output = new OutputBuffer();
  private printed = 0;
  private readonly next = new Map<string, PartitionOffset>();

  constructor(
    private readonly consumer: PrintedConsumer,
    private readonly options: RecordPrinterOptions,
  ) {}

  /** Records handed to the formatter. */
  get count(): number {
    return this.printed;
  }

  /** Where printing goes on in the partitions that the last poll brought. */
  get places(): PartitionOffset[] {
    return [...this.next.values()];
  }

  /**
   * @param firstTimeoutMs how long to wait for the first record, where time has passed already
   * @throws what reading and formatting throw, when it is not to be skipped; EPIPE
   */
  async run(firstTimeoutMs = this.options.timeoutMs ?? Infinity): Promise<PrintEnd> {
    const { signal, maxMessages = Infinity, timeoutMs = Infinity } = this.options;
    let waitMs = firstTimeoutMs;
    while (this.printed < maxMessages) {
      if (signal.aborted) return 'stopped';
      const batches = await this.poll(waitMs);
      waitMs = timeoutMs;
      if (batches === undefined) continue;
      if (batches.length === 0) return signal.aborted ? 'stopped' : 'timeout';
      this.next.clear();
      for (const batch of batches) await this.printBatch(batch, maxMessages);
      await this.flush();
    }
    return 'max-messages';
  }

  private async printBatch(
    { topic, partition, records, firstOffset, nextOffset }: ConsumerBatch,
    maxMessages: number,
  ): Promise<void> {
    let offset = firstOffset;
    for (const record of records) {
      if (this.printed === maxMessages) break;
      this.print(record);
      offset =
        record.offset === records[records.length - 1].offset ? nextOffset : record.offset + 1;
      if (this.output.size >= WRITE_BYTES) await this.flush();
    }
    const name = `${topic}-${partition}`;
    // A partition may come twice, and the second time nothing of it is printed.
    if (offset > firstOffset || !this.next.has(name)) {
      this.next.set(name, { topic, partition, offset });
    }
  }

  /** @returns undefined when it was woken up, or passed over something */
  private async poll(
    timeoutMs: number,
  ): Promise<Awaited<ReturnType<Consumer['poll']>> | undefined> {
    try {
      return await this.consumer.poll(timeoutMs);
    } catch (error) {
      if (error instanceof WakeupError) return undefined;
      const { skipOnError, note } = this.options;
      if (!skipOnError || !(error instanceof UnreadableRecordsError)) throw error;
      const { topic, partition, nextOffset } = error;
      if (nextOffset === undefined) throw error;
      note(`Error processing message, skipping this message: ${describeError(error)}`);
      this.consumer.seek({ topic, partition, offset: nextOffset });
      return undefined;
    }
  }

  private print(record: PrintableRecord): void {
    const { formatter, skipOnError, note } = this.options;
    const { size } = this.output;
    this.printed++;
    try {
      formatter.write(record, this.output);
    } catch (error) {
      if (!skipOnError) throw error;
      // Half a record is worse than none.
      this.output.cutTo(size);
      note(`Error processing message, skipping this message: ${describeError(error)}`);
    }
  }

  private flush(): Promise<void> {
    if (this.output.size === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.options.stdout.write(this.output.take(), (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
