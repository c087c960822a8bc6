/** Pieces of at most this many bytes are copied into the frame; larger ones go by reference. */
const INLINE_BYTES = 1024;
const ARENA_BYTES = 32 * 1024;
/** Up to this size a loop of our own is faster than a call into the engine. */
const SHORT_BYTES = 24;

/**
 * Writes one frame of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) behind
 * its u32 length. Unlike a packer that returns one buffer it takes record batches by reference, so
 * that they go from where they are to the socket without a copy.
 *
 * A writer is reused for many frames; frames are cut from an arena that is never written twice.
 */
export class MsgpackWriter {
  private arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
  /** Next byte to write. */
  private position = 0;
  /** First byte not yet handed out as a part. */
  private partStart = 0;
  private frameStart = 0;
  private partsBytes = 0;
  private parts: Buffer[] = [];

  /** Starts a frame, leaving room for its length. */
  begin(): void {
    this.parts = [];
    this.partsBytes = 0;
    this.reserve(4);
    this.frameStart = this.partStart = this.position;
    this.position += 4;
  }

  /** @returns the parts of the frame, the first of which begins with the length */
  end(): Buffer[] {
    const own = this.position - this.partStart;
    const length = this.partsBytes + own - 4;
    if (this.parts.length === 0) {
      this.arena.writeUInt32BE(length, this.frameStart);
    } else {
      this.parts[0].writeUInt32BE(length, 0);
    }
    if (own > 0) this.parts.push(this.arena.subarray(this.partStart, this.position));
    this.partStart = this.position;
    return this.parts;
  }

  /** Drops a frame that could not be finished. */
  abandon(): void {
    this.position = this.partStart = this.frameStart;
    this.parts = [];
  }

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

  /** A string header and text prepared by {@link packedString}. */
  packed(bytes: Buffer): void {
    const { length } = bytes;
    this.reserve(length);
    const { arena, position } = this;
    if (length > SHORT_BYTES) arena.set(bytes, position);
    else for (let i = 0; i < length; i++) arena[position + i] = bytes[i];
    this.position += length;
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
    const length = Buffer.isBuffer(value) ? value.length : totalLength(value);
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
    if (Buffer.isBuffer(value)) this.piece(value);
    else for (const piece of value) this.piece(piece);
  }

  private piece(piece: Buffer): void {
    if (piece.length <= INLINE_BYTES) {
      this.packed(piece);
      return;
    }
    const own = this.arena.subarray(this.partStart, this.position);
    this.partStart = this.position;
    this.parts.push(own, piece);
    this.partsBytes += own.length + piece.length;
  }

  private byte(value: number): void {
    this.reserve(1);
    this.arena[this.position++] = value;
  }

  /** Makes sure the next bytes fit, moving the unfinished part to a new arena when they do not. */
  private reserve(bytes: number): void {
    if (this.position + bytes <= this.arena.length) return;
    const unfinished = this.arena.subarray(this.partStart, this.position);
    this.arena = Buffer.allocUnsafeSlow(Math.max(ARENA_BYTES, 2 * (unfinished.length + bytes)));
    this.arena.set(unfinished, 0);
    this.frameStart -= this.partStart;
    this.partStart = 0;
    this.position = unfinished.length;
  }
}

function totalLength(pieces: readonly Buffer[]): number {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
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
