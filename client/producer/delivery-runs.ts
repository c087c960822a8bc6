import type { DeliveredRecords, DeliverySink } from './delivery';

/**
 * Who waits for which records of a batch, in the order of the records. Consecutive records of one
 * sink with consecutive indexes are one run.
 */
export class DeliveryRuns {
  private readonly sinks: DeliverySink[] = [];
  /** Record in the batch that each run begins with. */
  private readonly records: number[] = [];
  /** The same record's index at the sink. */
  private readonly indexes: number[] = [];

  /** Adds the next record of the batch. */
  add(record: number, sink: DeliverySink, index: number): void {
    const last = this.sinks.length - 1;
    if (
      last >= 0 &&
      this.sinks[last] === sink &&
      record - this.records[last] === index - this.indexes[last]
    ) {
      return;
    }
    this.sinks.push(sink);
    this.records.push(record);
    this.indexes.push(index);
  }

  /** @param count records in the batch */
  deliver(delivered: DeliveredRecords, count: number, onThrow: (thrown: unknown) => void): void {
    for (let run = 0; run < this.sinks.length; run++) {
      try {
        this.sinks[run].delivered(
          delivered,
          this.records[run],
          this.lengthOf(run, count),
          this.indexes[run],
        );
      } catch (thrown) {
        onThrow(thrown);
      }
    }
  }

  fail(error: Error, count: number, onThrow: (thrown: unknown) => void): void {
    for (let run = 0; run < this.sinks.length; run++) {
      try {
        this.sinks[run].failed(error, this.lengthOf(run, count), this.indexes[run]);
      } catch (thrown) {
        onThrow(thrown);
      }
    }
  }

  /** The runs of the records from `from` to before `to`, counted from 0 again. */
  slice(from: number, to: number, count: number): DeliveryRuns {
    const part = new DeliveryRuns();
    for (let run = 0; run < this.sinks.length; run++) {
      const start = this.records[run];
      const first = Math.max(from, start);
      if (first >= Math.min(to, start + this.lengthOf(run, count))) continue;
      part.add(first - from, this.sinks[run], this.indexes[run] + first - start);
    }
    return part;
  }

  private lengthOf(run: number, count: number): number {
    const end = run + 1 < this.records.length ? this.records[run + 1] : count;
    return end - this.records[run];
  }
}
