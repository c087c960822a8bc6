import { minRecordSize } from './batch-layout';
import { viewOf } from './buffer-view';
import { corrupt } from './invalid-batch-error';
import { type Record, type RecordHeader, type TimestampType } from './record';
import { type RecordBatch } from './record-batch';
import { type Cursor, readVarint, readVarlong } from './varint';

const noHeaders: readonly RecordHeader[] = Object.freeze([]);

/** A record whose headers become objects when somebody asks for them; they were checked before. */
class DecodedRecord implements Record {
  private decodedHeaders: readonly RecordHeader[] | undefined = undefined;

  constructor(
    readonly offset: number,
    readonly timestamp: number,
    readonly key: Buffer | null,
    readonly value: Buffer | null,
    private readonly batch: RecordReader,
    /** -1 for none. */
    private readonly headersAt: number,
  ) {}

  get timestampType(): TimestampType {
    return this.batch.timestampType;
  }

  get headers(): readonly RecordHeader[] {
    if (this.headersAt < 0) return noHeaders;
    this.decodedHeaders ??= readHeaders(this.batch.buffer, this.headersAt);
    return this.decodedHeaders;
  }
}

/** Reads the records of one batch, one after the other, from their unpacked bytes. */
export class RecordReader implements Cursor {
  /** Records in the batch. */
  readonly count: number;
  readonly timestampType: TimestampType;
  /** End of the record being read, so that no field runs into the next one. */
  end: number;

  private readonly baseOffset: number;
  private readonly baseTimestamp: number;
  private readonly lastOffsetDelta: number;
  private readonly hasAppendTime: boolean;
  private readonly maxTimestamp: number;
  private readonly bytes: ArrayBufferLike;
  private readonly bytesOffset: number;
  private previousDelta = -1;

  constructor(
    batch: RecordBatch,
    readonly buffer: Buffer,
    public position: number,
    private readonly recordsEnd: number,
  ) {
    this.end = recordsEnd;
    this.bytes = buffer.buffer;
    this.bytesOffset = buffer.byteOffset;
    this.count = batch.recordCount;
    const size = recordsEnd - position;
    if (this.count < 0 || this.count * minRecordSize > size) {
      throw corrupt(`${size} bytes cannot hold ${this.count} records.`, batch.position);
    }
    this.baseOffset = batch.baseOffset;
    this.baseTimestamp = batch.baseTimestamp;
    this.lastOffsetDelta = batch.lastOffsetDelta;
    this.timestampType = batch.timestampType;
    this.hasAppendTime = this.timestampType === 'LogAppendTime';
    this.maxTimestamp = batch.maxTimestamp;
  }

  /**
   * The next record; call it `count` times.
   *
   * @throws InvalidBatchError CORRUPT_MESSAGE.
   */
  next(): Record {
    this.end = this.recordsEnd;
    const length = readVarint(this);
    const end = this.position + length;
    if (length < minRecordSize - 1 || end > this.recordsEnd) {
      throw corrupt(`A record of ${length} bytes does not fit its batch.`);
    }
    this.end = end;
    this.position++;
    const timestampDelta = readVarlong(this);
    const offsetDelta = readVarint(this);
    if (offsetDelta <= this.previousDelta || offsetDelta > this.lastOffsetDelta) {
      throw corrupt(`Offset delta ${offsetDelta} follows ${this.previousDelta}.`);
    }
    this.previousDelta = offsetDelta;
    const key = this.field();
    const value = this.field();
    const headersAt = this.position;
    const headerCount = readVarint(this);
    if (headerCount !== 0) skipHeaders(this, headerCount);
    if (this.position !== end) throw corrupt('A record is longer than its fields.');
    return new DecodedRecord(
      this.baseOffset + offsetDelta,
      this.hasAppendTime ? this.maxTimestamp : this.baseTimestamp + timestampDelta,
      key,
      value,
      this,
      headerCount === 0 ? -1 : headersAt,
    );
  }

  /** A length and as many bytes, as a view; null for length -1. */
  private field(): Buffer | null {
    const length = readVarint(this);
    if (length === -1) return null;
    const start = this.bytesOffset + this.position;
    skip(this, length);
    return viewOf(this.bytes, start, length);
  }

  /** @throws InvalidBatchError CORRUPT_MESSAGE when bytes are left over. */
  finish(): void {
    if (this.count > 0 && this.position !== this.recordsEnd) {
      throw corrupt(`${this.recordsEnd - this.position} bytes follow the last record of a batch.`);
    }
  }
}

function skip(cursor: Cursor, length: number): void {
  if (length < 0 || length > cursor.end - cursor.position) {
    throw corrupt(`A field of ${length} bytes does not fit its record.`);
  }
  cursor.position += length;
}

function skipHeaders(cursor: Cursor, count: number): void {
  if (count < 0) throw corrupt(`A record says it has ${count} headers.`);
  for (let left = count; left > 0; left--) {
    skip(cursor, readVarint(cursor));
    const length = readVarint(cursor);
    if (length !== -1) skip(cursor, length);
  }
}

/** Reads what `skipHeaders` has accepted. */
function readHeaders(buffer: Buffer, position: number): readonly RecordHeader[] {
  const cursor: Cursor = { buffer, position, end: buffer.length };
  const headers: RecordHeader[] = [];
  for (let left = readVarint(cursor); left > 0; left--) {
    const keySize = readVarint(cursor);
    const key = buffer.toString('utf8', cursor.position, cursor.position + keySize);
    cursor.position += keySize;
    const size = readVarint(cursor);
    const start = cursor.position;
    cursor.position += Math.max(0, size);
    headers.push({ key, value: size < 0 ? null : buffer.subarray(start, cursor.position) });
  }
  return headers;
}
