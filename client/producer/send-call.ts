import { deferred } from '../runtime/deferred';
import type { DeliveredRecords, DeliverySink } from './delivery';
import type { DeliveryReport, RangeReport } from './producer-record';
import { SendError, type FailedMessage } from './send-error';

/** One call with many messages and one promise. Subclasses say what it answers with. */
abstract class Call<Report> implements DeliverySink {
  private readonly done = deferred<Report[]>();
  private remaining: number;
  private failures: FailedMessage[] | undefined;

  constructor(
    private readonly topic: string,
    private readonly count: number,
  ) {
    this.remaining = count;
    if (count === 0) this.done.resolve([]);
  }

  get promise(): Promise<Report[]> {
    return this.done.promise;
  }

  delivered(
    records: DeliveredRecords,
    firstRecord: number,
    count: number,
    firstIndex: number,
  ): void {
    this.note(records, firstRecord, count, firstIndex);
    this.settle(count);
  }

  failed(error: Error, count: number, firstIndex: number): void {
    this.failures ??= [];
    for (let index = firstIndex; index < firstIndex + count; index++) {
      this.failures.push({ index, error });
    }
    this.settle(count);
  }

  protected abstract note(
    records: DeliveredRecords,
    firstRecord: number,
    count: number,
    firstIndex: number,
  ): void;

  /** What was delivered, in the order of the messages. */
  protected abstract reports(): Report[];

  private settle(count: number): void {
    this.remaining -= count;
    if (this.remaining > 0) return;
    if (!this.failures) {
      this.done.resolve(this.reports());
      return;
    }
    this.failures.sort((a, b) => a.index - b.index);
    this.done.reject(new SendError(this.topic, this.count, this.failures, this.reports()));
  }
}

/** Answers with a report per message. */
export class SendCall extends Call<DeliveryReport> {
  private readonly list: (DeliveryReport | undefined)[];

  constructor(topic: string, count: number) {
    super(topic, count);
    this.list = new Array<DeliveryReport | undefined>(count).fill(undefined);
  }

  protected note(
    records: DeliveredRecords,
    firstRecord: number,
    count: number,
    firstIndex: number,
  ): void {
    for (let i = 0; i < count; i++) this.list[firstIndex + i] = records.report(firstRecord + i);
  }

  protected reports(): DeliveryReport[] {
    return this.list.filter((report) => report !== undefined);
  }
}

/** Answers with a report per run of messages that arrived together. */
export class RangeCall extends Call<RangeReport> {
  private readonly ranges: RangeReport[] = [];

  protected note(
    { topic, partition, baseOffset, logAppendTime, logStartOffset }: DeliveredRecords,
    firstRecord: number,
    count: number,
    firstIndex: number,
  ): void {
    const offset = baseOffset < 0 ? -1 : baseOffset + firstRecord;
    const range = { topic, partition, firstIndex, count, baseOffset: offset };
    this.ranges.push({ ...range, logAppendTime, logStartOffset });
  }

  protected reports(): RangeReport[] {
    return this.ranges.sort((a, b) => a.firstIndex - b.firstIndex);
  }
}
