import { FrameWriter, totalLength } from '../frame-writer';

const UUID_BYTES = 16;
const MAX_SHORT_LENGTH = 0x7fff;
/** Up to this length a loop of our own is faster than a call into the engine. */
const SHORT_TEXT = 24;

/** Writes frames of Kafka's types (https://kafka.apache.org/protocol#protocol_types). */
export class KafkaWriter extends FrameWriter {
  bool(value: boolean): void {
    this.reserve(1);
    this.arena[this.position++] = value ? 1 : 0;
  }

  int8(value: number): void {
    this.reserve(1);
    this.position = this.arena.writeInt8(value, this.position);
  }

  int16(value: number): void {
    this.reserve(2);
    this.position = this.arena.writeInt16BE(value, this.position);
  }

  uint16(value: number): void {
    this.reserve(2);
    this.position = this.arena.writeUInt16BE(value, this.position);
  }

  int32(value: number): void {
    this.reserve(4);
    this.position = this.arena.writeInt32BE(value, this.position);
  }

  uint32(value: number): void {
    this.reserve(4);
    this.position = this.arena.writeUInt32BE(value, this.position);
  }

  /** Must be a safe integer. */
  int64(value: number): void {
    this.reserve(8);
    const { arena, position } = this;
    arena.writeInt32BE(Math.floor(value / 0x1_0000_0000), position);
    this.position = arena.writeUInt32BE(value >>> 0, position + 4);
  }

  float64(value: number): void {
    this.reserve(8);
    this.position = this.arena.writeDoubleBE(value, this.position);
  }

  /** An unsigned varint of up to 32 bits. */
  uvarint(value: number): void {
    this.reserve(5);
    this.position = writeUvarint(this.arena, this.position, value);
  }

  /** @param value 22 characters of base64url */
  uuid(value: string): void {
    this.reserve(UUID_BYTES);
    const written = this.arena.write(value, this.position, UUID_BYTES, 'base64url');
    if (written !== UUID_BYTES) throw new TypeError(`Not a uuid: ${value}.`);
    this.position += UUID_BYTES;
  }

  /** @throws RangeError when it is longer than an int16 can tell */
  string(value: string): void {
    const length = Buffer.byteLength(value);
    if (length > MAX_SHORT_LENGTH) throw new RangeError(`A string of ${length} bytes is too long.`);
    this.int16(length);
    this.text(value, length);
  }

  compactString(value: string): void {
    const length = Buffer.byteLength(value);
    this.uvarint(length + 1);
    this.text(value, length);
  }

  /** Bytes behind their length, made of one or several pieces. */
  sized(value: Buffer | readonly Buffer[]): void {
    this.int32(totalLength(value));
    this.pieces(value);
  }

  compactSized(value: Buffer | readonly Buffer[]): void {
    this.uvarint(totalLength(value) + 1);
    this.pieces(value);
  }

  /** A field of the tagged section behind its tag and size. Its bytes are copied, never referred to. */
  tagged(tag: number, write: () => void): void {
    this.uvarint(tag);
    this.reserve(1);
    // The arena may be another one afterwards; what has not been handed out moves with it.
    const offset = this.position - this.partStart;
    this.position++;
    write();
    const start = this.partStart + offset;
    const size = this.position - start - 1;
    if (size >= 0x80) this.makeRoom(start + 1, uvarintBytes(size) - 1);
    writeUvarint(this.arena, this.partStart + offset, size);
  }

  private text(value: string, length: number): void {
    this.reserve(length);
    const { arena, position } = this;
    if (length === value.length && length <= SHORT_TEXT) {
      for (let i = 0; i < length; i++) arena[position + i] = value.charCodeAt(i);
    } else {
      arena.write(value, position);
    }
    this.position += length;
  }

  /** Moves what stands from a position on. */
  private makeRoom(at: number, bytes: number): void {
    const offset = at - this.partStart;
    this.reserve(bytes);
    const from = this.partStart + offset;
    this.arena.copyWithin(from + bytes, from, this.position);
    this.position += bytes;
  }
}

function writeUvarint(buffer: Buffer, position: number, value: number): number {
  while (value >= 0x80) {
    buffer[position++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  buffer[position++] = value;
  return position;
}

function uvarintBytes(value: number): number {
  let bytes = 1;
  for (; value >= 0x80; value >>>= 7) bytes++;
  return bytes;
}
