import { corrupt } from './invalid-batch-error';

/**
 * Zig-zag variable-length integers as in Kafka's records (`ByteUtils.java`; Protocol Buffers,
 * "Encoding"): seven bits a byte, least significant first, the top bit says that more follow.
 * A varint holds an int32 in 1 to 5 bytes, a varlong an int64 in 1 to 10. Varlongs are exact
 * within the safe integers of JavaScript.
 */

/** A place in a buffer that the reading functions move forward, never past `end`. */
export interface Cursor {
  readonly buffer: Buffer;
  position: number;
  readonly end: number;
}

/** Bytes that the varint of an int32 takes. */
export function varintSize(value: number): number {
  const zigzag = (value << 1) ^ (value >> 31);
  if (zigzag >>> 7 === 0) return 1;
  if (zigzag >>> 14 === 0) return 2;
  if (zigzag >>> 21 === 0) return 3;
  return zigzag >>> 28 === 0 ? 4 : 5;
}

/** Bytes that the varlong of a safe integer takes. */
export function varlongSize(value: number): number {
  if (value === (value | 0)) return varintSize(value);
  let rest = Math.floor(halfOf(value) / 64);
  let size = 1;
  for (; rest > 0; size++) rest = Math.floor(rest / 128);
  return size;
}

/** The zig-zag value without its last bit, the sign; unlike the whole it is always a safe integer. */
function halfOf(value: number): number {
  return value < 0 ? -(value + 1) : value;
}

/** Writes an int32; returns the position after it. */
export function writeVarint(buffer: Uint8Array, position: number, value: number): number {
  const zigzag = (value << 1) ^ (value >> 31);
  if (zigzag >>> 7 === 0) {
    buffer[position] = zigzag;
    return position + 1;
  }
  if (zigzag >>> 14 === 0) {
    buffer[position] = zigzag | 0x80;
    buffer[position + 1] = zigzag >>> 7;
    return position + 2;
  }
  return writeLongVarint(buffer, position, zigzag);
}

function writeLongVarint(buffer: Uint8Array, position: number, zigzag: number): number {
  let rest = zigzag;
  while (rest >>> 7 !== 0) {
    buffer[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[position++] = rest;
  return position;
}

/** Writes a safe integer; returns the position after it. */
export function writeVarlong(buffer: Uint8Array, position: number, value: number): number {
  if (value === (value | 0)) return writeVarint(buffer, position, value);
  const half = halfOf(value);
  let group = ((half & 0x3f) << 1) | (value < 0 ? 1 : 0);
  for (let rest = Math.floor(half / 64); rest > 0; rest = Math.floor(rest / 128)) {
    buffer[position++] = group | 0x80;
    group = rest & 0x7f;
  }
  buffer[position++] = group;
  return position;
}

/**
 * Reads an int32.
 *
 * @throws InvalidBatchError CORRUPT_MESSAGE when it passes the cursor's end or five bytes.
 */
export function readVarint(cursor: Cursor): number {
  const position = cursor.position;
  if (position >= cursor.end) throw corrupt('A varint runs past the end of its record.');
  const byte = cursor.buffer[position];
  if (byte > 0x7f) return readLongVarint(cursor, byte & 0x7f);
  cursor.position = position + 1;
  return (byte >>> 1) ^ -(byte & 1);
}

function readLongVarint(cursor: Cursor, firstBits: number): number {
  const { buffer, end } = cursor;
  let position = cursor.position + 1;
  let zigzag = firstBits;
  for (let shift = 7; ; shift += 7) {
    if (shift > 28) throw corrupt('A varint is longer than five bytes.');
    if (position >= end) throw corrupt('A varint runs past the end of its record.');
    const byte = buffer[position++];
    zigzag |= (byte & 0x7f) << shift;
    if (byte <= 0x7f) break;
  }
  cursor.position = position;
  return (zigzag >>> 1) ^ -(zigzag & 1);
}

/**
 * Reads an int64 as a number.
 *
 * @throws InvalidBatchError CORRUPT_MESSAGE when it passes the cursor's end or ten bytes, or is not
 * a safe integer.
 */
export function readVarlong(cursor: Cursor): number {
  const { buffer, end } = cursor;
  let position = cursor.position;
  if (position >= end) throw corrupt('A varlong runs past the end of its record.');
  let byte = buffer[position++];
  if (byte <= 0x7f) {
    cursor.position = position;
    return (byte >>> 1) ^ -(byte & 1);
  }
  const negative = (byte & 1) === 1;
  let half = (byte & 0x7f) >>> 1;
  for (let factor = 64, size = 1; byte > 0x7f; factor *= 128) {
    if (++size > 10) throw corrupt('A varlong is longer than ten bytes.');
    if (position >= end) throw corrupt('A varlong runs past the end of its record.');
    byte = buffer[position++];
    half += (byte & 0x7f) * factor;
  }
  if (half > Number.MAX_SAFE_INTEGER) throw corrupt('A varlong is beyond the safe integers.');
  cursor.position = position;
  return negative ? -half - 1 : half;
}
