import { type RecordBytes, type RecordHeaderInput } from './record';
import { varintSize, varlongSize, writeVarint, writeVarlong } from './varint';

/**
 * Writes single records in one pass and without intermediate buffers. The UTF-8 size of a string
 * is not known before it is written, so its length is first guessed to be that of ASCII; a wrong
 * guess shifts what was written by a byte or two.
 */

/** Node's own method behind `buffer.write(text, position, 'utf8')`, not in its types. */
interface Utf8Buffer extends Buffer {
  utf8Write(text: string, position: number): number;
}

const maxLoopedText = 24;

/** A UTF-16 unit takes at most three bytes in UTF-8, and its length prefix grows by at most two. */
function slackOf(value: RecordBytes): number {
  return typeof value === 'string' ? 2 * value.length + 2 : 0;
}

/** Size of a key or value with its length, exact for bytes and least for strings. */
function fieldSize(value: RecordBytes): number {
  if (value == null) return 1;
  return value.length + varintSize(value.length);
}

/** Size of a record without its own length; strings are taken to be ASCII. */
export function leastBodySize(
  timestampDelta: number,
  offsetDelta: number,
  key: RecordBytes,
  value: RecordBytes,
  headers: readonly RecordHeaderInput[],
): number {
  let size = 1 + varlongSize(timestampDelta) + varintSize(offsetDelta);
  size += fieldSize(key) + fieldSize(value) + varintSize(headers.length);
  for (let index = 0; index < headers.length; index++) {
    size += fieldSize(headers[index].key) + fieldSize(headers[index].value);
  }
  return size;
}

/** How many bytes a record may be larger than `leastBodySize` says; 0 without strings. */
export function bodySlack(
  key: RecordBytes,
  value: RecordBytes,
  headers: readonly RecordHeaderInput[],
): number {
  let slack = slackOf(key) + slackOf(value);
  for (let index = 0; index < headers.length; index++) {
    slack += slackOf(headers[index].key) + slackOf(headers[index].value);
  }
  // The record's own length may grow with its body.
  return slack === 0 ? 0 : slack + 2;
}

function exactGrowth(value: RecordBytes): number {
  if (typeof value !== 'string') return 0;
  const size = Buffer.byteLength(value);
  return size + varintSize(size) - fieldSize(value);
}

/** As `bodySlack`, but exact for the body; slower, since it reads all strings. */
export function exactBodyGrowth(
  key: RecordBytes,
  value: RecordBytes,
  headers: readonly RecordHeaderInput[],
): number {
  let growth = exactGrowth(key) + exactGrowth(value);
  for (let index = 0; index < headers.length; index++) {
    growth += exactGrowth(headers[index].key) + exactGrowth(headers[index].value);
  }
  return growth;
}

/**
 * Writes a record; the buffer must have room for it.
 *
 * @param bodySize The result of `leastBodySize` for the same arguments.
 * @returns the position after the record.
 */
export function writeRecord(
  buffer: Buffer,
  position: number,
  bodySize: number,
  timestampDelta: number,
  offsetDelta: number,
  key: RecordBytes,
  value: RecordBytes,
  headers: readonly RecordHeaderInput[],
): number {
  const bodyAt = writeVarint(buffer, position, bodySize);
  buffer[bodyAt] = 0;
  let end = writeVarlong(buffer, bodyAt + 1, timestampDelta);
  end = writeVarint(buffer, end, offsetDelta);
  end = writeField(buffer, end, key);
  end = writeField(buffer, end, value);
  end = writeVarint(buffer, end, headers.length);
  for (let index = 0; index < headers.length; index++) {
    end = writeField(buffer, end, headers[index].key);
    end = writeField(buffer, end, headers[index].value);
  }
  if (end - bodyAt === bodySize) return end;
  return correctLength(buffer, position, bodyAt, end);
}

function writeField(buffer: Buffer, position: number, value: RecordBytes): number {
  if (value == null) {
    buffer[position] = 1;
    return position + 1;
  }
  const at = writeVarint(buffer, position, value.length);
  if (typeof value !== 'string') {
    buffer.set(value, at);
    return at + value.length;
  }
  const size = writeText(buffer as Utf8Buffer, at, value);
  if (size === value.length) return at + size;
  return correctLength(buffer, position, at, at + size);
}

/** Returns the number of bytes. The call into native code costs as much as some 24 characters. */
function writeText(buffer: Utf8Buffer, position: number, text: string): number {
  if (text.length > maxLoopedText) return buffer.utf8Write(text, position);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return buffer.utf8Write(text, position);
    buffer[position + index] = unit;
  }
  return text.length;
}

/** Puts the right length in front of the bytes from `at` to `end`, which move if it needs room. */
function correctLength(buffer: Buffer, position: number, at: number, end: number): number {
  const size = end - at;
  const shifted = position + varintSize(size);
  if (shifted !== at) buffer.copyWithin(shifted, at, end);
  writeVarint(buffer, position, size);
  return shifted + size;
}
