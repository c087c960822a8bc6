import type { RecordBatchBuilder } from '../records';
import { batchFull, type RecordBytes, type RecordHeaderInput } from '../records';
import type { BatchArrival, DeliveredRecords, DeliverySink } from './delivery';
import { DeliveryRuns } from './delivery-runs';
import type { FlushWaiter } from './flush-waiter';
import type { Signature } from './producer-identity';
import type { DeliveryReport } from './producer-record';

/** Where a batch of one partition is on its way. */
export type BatchState = 'open' | 'closed' | 'in-flight' | 'settled';

/** Records for one partition that travel together, and who waits for them. */
export class ProducerBatch implements DeliveredRecords {
  state: BatchState = 'open';
  /** Requests it went out in. */
  attempts = 0;
  /** Why the last attempt failed. */
  lastError: Error | undefined;
  /** Whether it may be in the log although no broker has said so. */
  uncertain = false;
  baseOffset = -1;
  /** Bytes of the buffer pool it holds. */
  memory = 0;
  /** Whether its buffer may be used for other batches once the broker has answered. */
  recyclable = false;
  readonly flushes: FlushWaiter[] = [];
  private signed: Signature | undefined;
  private runs = new DeliveryRuns();
  private bytes: Buffer | undefined;
  logAppendTime = -1;
  logStartOffset = -1;
  private firstTimestamp = 0;
  /** Kept only once a record has another timestamp than the first. */
  private timestamps: number[] | undefined;

  /**
   * @param order rises from batch to batch of a partition; parts of a split batch share theirs
   * @param createdAt monotonic milliseconds; linger and delivery timeout count from here
   */
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly order: number,
    readonly createdAt: number,
    readonly builder: RecordBatchBuilder,
  ) {}

  get recordCount(): number {
    return this.builder.recordCount;
  }

  /** Size so far, or as built. */
  get sizeInBytes(): number {
    return this.builder.sizeInBytes;
  }

  /**
   * @returns false when the record does not fit any more
   * @throws InvalidBatchError MESSAGE_TOO_LARGE when it does not even fit an empty batch
   */
  tryAppend(
    timestamp: number,
    key: RecordBytes,
    value: RecordBytes,
    headers: readonly RecordHeaderInput[] | undefined,
    sink: DeliverySink,
    index: number,
  ): boolean {
    const record = this.builder.tryAppend(timestamp, key, value, headers);
    if (record === batchFull) return false;
    this.runs.add(record, sink, index);
    this.keepTimestamp(record, timestamp);
    return true;
  }

  /** What an idempotent producer signed it with. */
  get signature(): Signature | undefined {
    return this.signed;
  }

  /**
   * Signs it, also anew. From now on it takes no more records, because they are numbered. Its bytes
   * change in place: nobody may be sending them.
   */
  sign(signature: Signature): void {
    const { identity, baseSequence } = signature;
    this.signed = signature;
    this.builder.producer = {
      producerId: identity.producerId,
      producerEpoch: identity.epoch,
      baseSequence,
    };
    this.bytes = undefined;
    this.state = 'closed';
  }

  /** A part of a split batch takes over who waits for its records. */
  inherit(parent: ProducerBatch, from: number, to: number): void {
    this.runs = parent.runs.slice(from, to, parent.recordCount);
    this.flushes.push(...parent.flushes);
    for (const flush of parent.flushes) flush.add();
  }

  keepTimestamp(record: number, timestamp: number): void {
    if (record === 0) this.firstTimestamp = timestamp;
    else if (this.timestamps) this.timestamps.push(timestamp);
    else if (timestamp !== this.firstTimestamp) {
      this.timestamps = new Array<number>(record).fill(this.firstTimestamp);
      this.timestamps.push(timestamp);
    }
  }

  /**
   * The batch as it goes over the wire; from now on it takes no more records.
   *
   * @throws InvalidBatchError UNSUPPORTED_COMPRESSION_TYPE
   */
  close(): Buffer {
    if (this.bytes) return this.bytes;
    this.state = 'closed';
    return (this.bytes = this.builder.build());
  }

  deliver(arrival: BatchArrival, onThrow: (thrown: unknown) => void): void {
    this.baseOffset = arrival.baseOffset;
    this.logAppendTime = arrival.logAppendTime;
    this.logStartOffset = arrival.logStartOffset;
    this.state = 'settled';
    this.runs.deliver(this, this.recordCount, onThrow);
    for (const flush of this.flushes) flush.settle();
  }

  fail(error: Error, onThrow: (thrown: unknown) => void): void {
    this.state = 'settled';
    this.runs.fail(error, this.recordCount, onThrow);
    for (const flush of this.flushes) flush.settle();
  }

  /** Split: its parts settle what it would have settled. */
  replaced(): void {
    this.state = 'settled';
    for (const flush of this.flushes) flush.settle();
  }

  report(record: number): DeliveryReport {
    const { topic, partition, baseOffset, logAppendTime } = this;
    return {
      topic,
      partition,
      offset: baseOffset < 0 ? -1 : baseOffset + record,
      timestamp:
        logAppendTime >= 0 ? logAppendTime : (this.timestamps?.[record] ?? this.firstTimestamp),
    };
  }
}
