import {
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  batchLengthAt,
  codecMask,
  controlBit,
  crcAt,
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
  transactionalBit,
} from './batch-layout';
import { type CompressionType } from './compression/codec';
import { compressionType } from './compression/registry';
import { readInt64 } from './int64';
import { type TimestampType } from './record';

/**
 * A view of the header of one record batch inside a buffer. It holds no copies, so it costs
 * little, sees later stamps and is valid as long as the buffer's bytes are. It trusts the bytes:
 * check them first with `validateBatch`; before that its getters may give nonsense, or throw a
 * RangeError when the header is not all there.
 */
export class RecordBatch {
  constructor(
    readonly buffer: Buffer,
    readonly position: number,
  ) {}

  get baseOffset(): number {
    return readInt64(this.buffer, this.position + baseOffsetAt);
  }

  /** The whole batch, header included. */
  get sizeInBytes(): number {
    return logOverhead + this.buffer.readInt32BE(this.position + batchLengthAt);
  }

  /** Position of the byte after the batch. */
  get end(): number {
    return this.position + this.sizeInBytes;
  }

  /** The batch's own bytes, not copied. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.position, this.end);
  }

  /** The leader epoch the batch was appended under; -1 before that. */
  get leaderEpoch(): number {
    return this.buffer.readInt32BE(this.position + leaderEpochAt);
  }

  get magic(): number {
    return this.buffer.readInt8(this.position + magicAt);
  }

  get crc(): number {
    return this.buffer.readUInt32BE(this.position + crcAt);
  }

  get attributes(): number {
    return this.buffer.readInt16BE(this.position + attributesAt);
  }

  get lastOffsetDelta(): number {
    return this.buffer.readInt32BE(this.position + lastOffsetDeltaAt);
  }

  /** Offset of the last record the batch was made with, even if compaction removed it. */
  get lastOffset(): number {
    return this.baseOffset + this.lastOffsetDelta;
  }

  /** Where reading goes on after this batch. */
  get nextOffset(): number {
    return this.lastOffset + 1;
  }

  /** @throws InvalidBatchError UNSUPPORTED_COMPRESSION_TYPE for ids that are not in use. */
  get compression(): CompressionType {
    return compressionType(this.attributes & codecMask);
  }

  get timestampType(): TimestampType {
    return (this.attributes & logAppendTimeBit) === 0 ? 'CreateTime' : 'LogAppendTime';
  }

  get isTransactional(): boolean {
    return (this.attributes & transactionalBit) !== 0;
  }

  /** Whether the batch holds a marker of the brokers' own instead of records of an application. */
  get isControl(): boolean {
    return (this.attributes & controlBit) !== 0;
  }

  /** What the records' timestamps are relative to, in ms. */
  get baseTimestamp(): number {
    return readInt64(this.buffer, this.position + baseTimestampAt);
  }

  /** From when compaction may drop the tombstones of this batch, in ms; -1 when it is not set. */
  get deleteHorizon(): number {
    return (this.attributes & deleteHorizonBit) === 0 ? none : this.baseTimestamp;
  }

  get maxTimestamp(): number {
    return readInt64(this.buffer, this.position + maxTimestampAt);
  }

  /** -1 when the producer is not idempotent. */
  get producerId(): number {
    return readInt64(this.buffer, this.position + producerIdAt);
  }

  get hasProducerId(): boolean {
    return this.producerId > none;
  }

  get producerEpoch(): number {
    return this.buffer.readInt16BE(this.position + producerEpochAt);
  }

  get baseSequence(): number {
    return this.buffer.readInt32BE(this.position + baseSequenceAt);
  }

  /** Sequence of the last record; sequences go on at 0 after 2^31 - 1. */
  get lastSequence(): number {
    const first = this.baseSequence;
    return first === none ? none : (first + this.lastOffsetDelta) % 0x8000_0000;
  }

  /** Records that are still there. */
  get recordCount(): number {
    return this.buffer.readInt32BE(this.position + recordCountAt);
  }
}
