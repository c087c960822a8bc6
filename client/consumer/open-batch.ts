import type { ConsumerRecord } from './consumer-record';

const nothing: readonly ConsumerRecord[] = [];

/**
 * The decoded batch at the head of a partition, on its way to the application: as a whole, in parts
 * or record by record. The partition's position follows.
 */
export class OpenBatch {
  /** While true nothing is handed out (the partition is paused, or the group takes it away). */
  held = false;
  /** Epoch of the leader that took the records, -1 when unknown. */
  readonly leaderEpoch: number;
  private index = 0;

  /**
   * @param records at least one
   * @param start position before the first record
   * @param nextOffset position after the last record, which may be beyond its offset + 1
   * @param bytes what the batch takes in the buffer
   */
  constructor(
    private records: readonly ConsumerRecord[],
    private readonly start: number,
    private readonly nextOffset: number,
    readonly bytes: number,
  ) {
    this.leaderEpoch = records[0].leaderEpoch;
  }

  get position(): number {
    if (this.index === 0) return this.start;
    if (this.index >= this.records.length) return this.nextOffset;
    return this.records[this.index - 1].offset + 1;
  }

  /** Position before the record that was handed out last. */
  get positionBeforeLast(): number {
    return this.index < 2 ? this.start : this.records[this.index - 2].offset + 1;
  }

  /** Whether something was handed out. */
  get isBegun(): boolean {
    return this.index > 0;
  }

  get isDone(): boolean {
    return this.index >= this.records.length;
  }

  /** The next record, undefined when there is none to hand out. */
  next(): ConsumerRecord | undefined {
    return this.held ? undefined : this.records[this.index++];
  }

  /** Up to that many records. */
  take(count: number): readonly ConsumerRecord[] {
    const { index, records } = this;
    const end = Math.min(records.length, index + count);
    this.index = end;
    return index === 0 && end === records.length ? records : records.slice(index, end);
  }

  /** Hands out nothing any more. */
  cancel(): void {
    this.records = nothing;
    this.index = 0;
  }
}
