import { FrameWriter, SHORT_BYTES, totalLength } from '../frame-writer';

/** Writes frames of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md). */
export class MsgpackWriter extends FrameWriter {
  nil(): void {
    this.byte(0xc0);
  }

  bool(value: boolean): void {
    this.byte(value ? 0xc3 : 0xc2);
  }

  /** An integer in its shortest form. Must be a safe integer. */
  int(value: number): void {
    this.reserve(9);
    const { arena } = this;
    if (value >= 0) {
      if (value < 0x80) {
        arena[this.position++] = value;
      } else if (value < 0x100) {
        arena[this.position++] = 0xcc;
        arena[this.position++] = value;
      } else if (value < 0x10000) {
        arena[this.position++] = 0xcd;
        this.position = arena.writeUInt16BE(value, this.position);
      } else if (value < 0x1_0000_0000) {
        arena[this.position++] = 0xce;
        this.position = arena.writeUInt32BE(value, this.position);
      } else {
        this.int64(value);
      }
    } else if (value >= -0x20) {
      arena[this.position++] = value + 0x100;
    } else if (value >= -0x80) {
      arena[this.position++] = 0xd0;
      this.position = arena.writeInt8(value, this.position);
    } else if (value >= -0x8000) {
      arena[this.position++] = 0xd1;
      this.position = arena.writeInt16BE(value, this.position);
    } else if (value >= -0x8000_0000) {
      arena[this.position++] = 0xd2;
      this.position = arena.writeInt32BE(value, this.position);
    } else {
      this.int64(value);
    }
  }

  private int64(value: number): void {
    const { arena } = this;
    arena[this.position++] = 0xd3;
    this.position = arena.writeInt32BE(Math.floor(value / 0x1_0000_0000), this.position);
    this.position = arena.writeUInt32BE(value >>> 0, this.position);
  }

  float64(value: number): void {
    this.reserve(9);
    this.arena[this.position++] = 0xcb;
    this.position = this.arena.writeDoubleBE(value, this.position);
  }

  string(value: string): void {
    if (value.length <= SHORT_BYTES) {
      this.reserve(1 + value.length);
      if (this.shortAscii(value)) return;
    }
    const length = Buffer.byteLength(value);
    this.reserve(5 + length);
    this.position = writeStringHeader(this.arena, this.position, length);
    this.arena.write(value, this.position);
    this.position += length;
  }

  /** @returns false when it is something else */
  private shortAscii(value: string): boolean {
    const { arena, position } = this;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) return false;
      arena[position + 1 + i] = unit;
    }
    arena[position] = 0xa0 | value.length;
    this.position += 1 + value.length;
    return true;
  }

  arrayHeader(length: number): void {
    this.reserve(5);
    this.position = writeHeader(this.arena, this.position, length, 0x90, 0xdc);
  }

  mapHeader(size: number): void {
    this.reserve(5);
    this.position = writeHeader(this.arena, this.position, size, 0x80, 0xde);
  }

  /** One `bin`, made of one or several pieces. */
  bin(value: Buffer | readonly Buffer[]): void {
    const length = totalLength(value);
    this.reserve(5);
    const { arena } = this;
    if (length < 0x100) {
      arena[this.position++] = 0xc4;
      arena[this.position++] = length;
    } else if (length < 0x10000) {
      arena[this.position++] = 0xc5;
      this.position = arena.writeUInt16BE(length, this.position);
    } else {
      arena[this.position++] = 0xc6;
      this.position = arena.writeUInt32BE(length, this.position);
    }
    this.pieces(value);
  }

  private byte(value: number): void {
    this.reserve(1);
    this.arena[this.position++] = value;
  }
}

function writeHeader(
  buffer: Buffer,
  position: number,
  length: number,
  fix: number,
  code16: number,
): number {
  if (length < 16) {
    buffer[position] = fix | length;
    return position + 1;
  }
  if (length < 0x10000) {
    buffer[position] = code16;
    return buffer.writeUInt16BE(length, position + 1);
  }
  buffer[position] = code16 + 1;
  return buffer.writeUInt32BE(length, position + 1);
}

function writeStringHeader(buffer: Buffer, position: number, length: number): number {
  if (length < 32) {
    buffer[position] = 0xa0 | length;
    return position + 1;
  }
  if (length < 0x100) {
    buffer[position] = 0xd9;
    buffer[position + 1] = length;
    return position + 2;
  }
  if (length < 0x10000) {
    buffer[position] = 0xda;
    return buffer.writeUInt16BE(length, position + 1);
  }
  buffer[position] = 0xdb;
  return buffer.writeUInt32BE(length, position + 1);
}

/** A string ready to be written again and again, such as the name of a field. */
export function packedString(text: string): Buffer {
  const bytes = Buffer.from(text);
  const packed = Buffer.alloc(5 + bytes.length);
  const start = writeStringHeader(packed, 0, bytes.length);
  bytes.copy(packed, start);
  return packed.subarray(0, start + bytes.length);
}
