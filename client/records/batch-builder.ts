import {
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  batchLengthAt,
  controlBit,
  currentMagic,
  deleteHorizonBit,
  lastOffsetDeltaAt,
  leaderEpochAt,
  logAppendTimeBit,
  logOverhead,
  magicAt,
  maxTimestampAt,
  none,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
  recordsAt,
  transactionalBit,
} from './batch-layout';
import { type ProducerStamp, stampCrc } from './batch-stamps';
import { type CompressionType } from './compression/codec';
import { compress, compressionId } from './compression/registry';
import { writeInt64 } from './int64';
import { InvalidBatchError } from './invalid-batch-error';
import { type RecordBytes, type RecordHeaderInput, type TimestampType } from './record';
import { bodySlack, exactBodyGrowth, leastBodySize, writeRecord } from './record-encoder';
import { varintSize } from './varint';

/** What `tryAppend` returns when the record does not fit any more. */
export const batchFull = -1;

const noHeaders: readonly RecordHeaderInput[] = [];

/** Options of a `RecordBatchBuilder`. */
export interface RecordBatchBuilderOptions {
  /** Default none. */
  compression?: CompressionType;
  /** Size of the batch before compression from which it is full. Default 16384, `batch.size`. */
  maxBytes?: number;
  /** A first record is taken even if it alone passes `maxBytes`, up to this. Default 128 MiB. */
  hardLimitBytes?: number;
  /** Bytes allocated at once; the buffer grows from there. Default `maxBytes`. */
  initialCapacity?: number;
  /** Bytes kept free before the batch, for a frame and request header. Default 0. */
  headroom?: number;
  /** Default CreateTime. */
  timestampType?: TimestampType;
  /** Default none; can be set until `build`. */
  producer?: ProducerStamp;
  /** Default 0, as producers send it. */
  baseOffset?: number;
  /** Default -1. */
  leaderEpoch?: number;
  /** Marks a batch of control records. Default false. */
  isControl?: boolean;
  /** For the compactor: becomes the base timestamp, in ms. Default none. */
  deleteHorizon?: number;
}

/**
 * Writes a record batch straight into one growing buffer.
 *
 * The built batch is a part of that buffer. `reset` starts the next batch in the same buffer, so
 * call it only when nobody uses the former batch any more.
 */
export class RecordBatchBuilder {
  /** Signs the batch when it is built. */
  producer: ProducerStamp | undefined;

  private readonly compression: CompressionType;
  private readonly maxBytes: number;
  private readonly hardLimitBytes: number;
  private readonly start: number;
  private storage: Buffer;
  private position: number;
  private count = 0;
  private closed = false;
  private lastOffsetDelta = -1;
  private baseTimestamp = 0;
  /** Largest timestamp, relative to the base: small integers are cheaper to keep than times. */
  private maxTimestampDelta = 0;

  constructor(private readonly options: RecordBatchBuilderOptions = {}) {
    this.compression = options.compression ?? 'none';
    this.maxBytes = options.maxBytes ?? 16384;
    this.hardLimitBytes = Math.max(this.maxBytes, options.hardLimitBytes ?? 128 * 1024 * 1024);
    this.start = options.headroom ?? 0;
    this.producer = options.producer;
    const capacity = Math.max(recordsAt, options.initialCapacity ?? this.maxBytes);
    this.storage = Buffer.allocUnsafeSlow(this.start + capacity);
    this.position = this.start + recordsAt;
  }

  /** Records appended so far. */
  get recordCount(): number {
    return this.count;
  }

  /** Size of the batch so far, header included, before compression. */
  get sizeInBytes(): number {
    return this.position - this.start;
  }

  /**
   * Appends a record at the next offset.
   *
   * @param timestamp Milliseconds since 1970.
   * @returns the record's offset relative to the batch, or `batchFull` (-1) when the record does
   * not fit; then nothing has changed.
   * @throws InvalidBatchError MESSAGE_TOO_LARGE when not even an empty batch may hold the record.
   */
  tryAppend(
    timestamp: number,
    key: RecordBytes,
    value: RecordBytes,
    headers: readonly RecordHeaderInput[] = noHeaders,
  ): number {
    return this.tryAppendAt(this.lastOffsetDelta + 1, timestamp, key, value, headers);
  }

  /** As `tryAppend`, at an offset of the caller's choice, larger than the one before. */
  tryAppendAt(
    offsetDelta: number,
    timestamp: number,
    key: RecordBytes,
    value: RecordBytes,
    headers: readonly RecordHeaderInput[] = noHeaders,
  ): number {
    if (this.closed) return batchFull;
    if (this.count === 0) this.startAt(timestamp);
    const delta = timestamp - this.baseTimestamp;
    const bodySize = leastBodySize(delta, offsetDelta, key, value, headers);
    if (!this.reserve(bodySize, key, value, headers)) return batchFull;
    this.position = writeRecord(
      this.storage,
      this.position,
      bodySize,
      delta,
      offsetDelta,
      key,
      value,
      headers,
    );
    this.count++;
    this.lastOffsetDelta = offsetDelta;
    if (delta > this.maxTimestampDelta) this.maxTimestampDelta = delta;
    return offsetDelta;
  }

  /**
   * Finishes the batch: compresses the records, writes the header and its checksum. From now on
   * it is full. May be called again to sign it with another `producer`.
   *
   * @param lastOffsetDelta For the compactor, when the last records of a batch went away.
   * @returns the batch, a part of this builder's buffer.
   * @throws InvalidBatchError UNSUPPORTED_COMPRESSION_TYPE when the codec is not available.
   */
  build(lastOffsetDelta = this.lastOffsetDelta): Buffer {
    if (!this.closed && this.compression !== 'none') this.compressRecords(this.compression);
    this.closed = true;
    this.writeHeader(lastOffsetDelta);
    stampCrc(this.storage, this.start);
    return this.storage.subarray(this.start, this.position);
  }

  /** After `build`: the batch with the free headroom in front of it. */
  get withHeadroom(): Buffer {
    return this.storage.subarray(0, this.position);
  }

  /** Forgets all records and keeps the buffer for the next batch; the options stay. */
  reset(): void {
    this.position = this.start + recordsAt;
    this.count = 0;
    this.closed = false;
    this.lastOffsetDelta = -1;
    this.producer = this.options.producer;
  }

  private startAt(timestamp: number): void {
    this.baseTimestamp = this.options.deleteHorizon ?? timestamp;
    this.maxTimestampDelta = timestamp - this.baseTimestamp;
  }

  /** Makes room for a record, or says that the batch is full. */
  private reserve(
    bodySize: number,
    key: RecordBytes,
    value: RecordBytes,
    headers: readonly RecordHeaderInput[],
  ): boolean {
    const least = this.position + varintSize(bodySize) + bodySize;
    const end = least + bodySlack(key, value, headers);
    // Nearly always this is all.
    if (end - this.start <= this.maxBytes && end <= this.storage.length) return true;
    return this.reserveExactly(bodySize + exactBodyGrowth(key, value, headers));
  }

  private reserveExactly(bodySize: number): boolean {
    const end = this.position + varintSize(bodySize) + bodySize;
    const size = end - this.start;
    if (size > this.maxBytes) {
      if (this.count > 0) return false;
      if (size > this.hardLimitBytes) {
        throw new InvalidBatchError(
          'MESSAGE_TOO_LARGE',
          `A record needs a batch of ${size} bytes; the limit is ${this.hardLimitBytes}.`,
        );
      }
    }
    this.ensureCapacity(end);
    return true;
  }

  private ensureCapacity(end: number): void {
    if (end <= this.storage.length) return;
    const doubled = Math.min(this.storage.length * 2, this.start + this.maxBytes);
    const larger = Buffer.allocUnsafeSlow(Math.max(end, doubled));
    larger.set(this.storage.subarray(0, this.position));
    this.storage = larger;
  }

  private compressRecords(compression: CompressionType): void {
    const recordsStart = this.start + recordsAt;
    const blob = compress(compression, this.storage.subarray(recordsStart, this.position));
    this.ensureCapacity(recordsStart + blob.length);
    this.storage.set(blob, recordsStart);
    this.position = recordsStart + blob.length;
  }

  private writeHeader(lastOffsetDelta: number): void {
    const { storage, start, producer } = this;
    writeInt64(storage, start + baseOffsetAt, this.options.baseOffset ?? 0);
    storage.writeInt32BE(this.position - start - logOverhead, start + batchLengthAt);
    storage.writeInt32BE(this.options.leaderEpoch ?? none, start + leaderEpochAt);
    storage.writeInt8(currentMagic, start + magicAt);
    storage.writeInt16BE(this.attributes(), start + attributesAt);
    storage.writeInt32BE(lastOffsetDelta, start + lastOffsetDeltaAt);
    const isEmpty = this.count === 0;
    const baseTimestamp = isEmpty ? (this.options.deleteHorizon ?? none) : this.baseTimestamp;
    const maxTimestamp = isEmpty ? none : this.baseTimestamp + this.maxTimestampDelta;
    writeInt64(storage, start + baseTimestampAt, baseTimestamp);
    writeInt64(storage, start + maxTimestampAt, maxTimestamp);
    writeInt64(storage, start + producerIdAt, producer?.producerId ?? none);
    storage.writeInt16BE(producer?.producerEpoch ?? none, start + producerEpochAt);
    storage.writeInt32BE(producer?.baseSequence ?? none, start + baseSequenceAt);
    storage.writeInt32BE(this.count, start + recordCountAt);
  }

  private attributes(): number {
    let attributes = compressionId(this.compression);
    if (this.options.timestampType === 'LogAppendTime') attributes |= logAppendTimeBit;
    if (this.producer?.isTransactional === true) attributes |= transactionalBit;
    if (this.options.isControl === true) attributes |= controlBit;
    if (this.options.deleteHorizon !== undefined) attributes |= deleteHorizonBit;
    return attributes;
  }
}
