import type { ConsumerRecord } from './consumer-record';

/** Records of one partition in the order of their offsets; never empty. */
export class ConsumerBatch {
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly records: readonly ConsumerRecord[],
    /** Where reading goes on after these records: the position to commit. */
    readonly nextOffset: number,
    /** First offset that consumers did not see yet when the records were fetched. */
    readonly highWatermark: number,
  ) {}

  get firstOffset(): number {
    return this.records[0].offset;
  }

  get lastOffset(): number {
    return this.records[this.records.length - 1].offset;
  }

  /** Offsets between these records and the high watermark. */
  get lag(): number {
    return Math.max(0, this.highWatermark - this.nextOffset);
  }
}
