import { MalformedMessageError } from '../malformed-message-error';

/** Deepest nesting any message of the protocol comes near. */
const MAX_DEPTH = 32;

/**
 * Checks that the bytes are exactly one MessagePack value whose every length fits into what is
 * there, before they are read on trust: a frame of twenty bytes may otherwise announce an array of
 * four billion elements. Extension types are refused, the protocol has none.
 *
 * Takes time proportional to the number of values, not to the bytes of strings and bins.
 *
 * @throws MalformedMessageError
 */
export function assertWellFormed(bytes: Buffer): void {
  const end = skipValue(bytes, 0, 0);
  if (end !== bytes.length) {
    throw new MalformedMessageError(`${bytes.length - end} bytes too many after the message`);
  }
}

/**
 * @param depth how deep the value is nested
 * @returns position after the value
 * @throws MalformedMessageError
 */
export function skipValue(bytes: Buffer, position: number, depth: number): number {
  if (position >= bytes.length) throw truncated();
  if (depth > MAX_DEPTH) throw new MalformedMessageError(`nested deeper than ${MAX_DEPTH} levels`);
  const type = bytes[position++];
  if (type < 0x80 || type >= 0xe0) return position;
  if (type < 0x90) return skipMany(bytes, position, 2 * (type & 0x0f), depth);
  if (type < 0xa0) return skipMany(bytes, position, type & 0x0f, depth);
  if (type < 0xc0) return skipBytes(bytes, position, type & 0x1f);
  switch (type) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return position;
    case 0xc4: // bin
    case 0xd9: // str
      return skipBytes(bytes, position + 1, lengthAt(bytes, position, 1));
    case 0xc5:
    case 0xda:
      return skipBytes(bytes, position + 2, lengthAt(bytes, position, 2));
    case 0xc6:
    case 0xdb:
      return skipBytes(bytes, position + 4, lengthAt(bytes, position, 4));
    case 0xcc: // integers and floats
    case 0xd0:
      return skipBytes(bytes, position, 1);
    case 0xcd:
    case 0xd1:
      return skipBytes(bytes, position, 2);
    case 0xca:
    case 0xce:
    case 0xd2:
      return skipBytes(bytes, position, 4);
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return skipBytes(bytes, position, 8);
    case 0xdc: // array
      return skipMany(bytes, position + 2, lengthAt(bytes, position, 2), depth);
    case 0xdd:
      return skipMany(bytes, position + 4, lengthAt(bytes, position, 4), depth);
    case 0xde: // map
      return skipMany(bytes, position + 2, 2 * lengthAt(bytes, position, 2), depth);
    case 0xdf:
      return skipMany(bytes, position + 4, 2 * lengthAt(bytes, position, 4), depth);
    default:
      throw new MalformedMessageError(`type byte 0x${type.toString(16)} is not allowed`);
  }
}

function skipMany(bytes: Buffer, start: number, count: number, depth: number): number {
  // Every value takes a byte at least.
  if (count > bytes.length - start) throw truncated();
  let position = start;
  for (let i = 0; i < count; i++) position = skipValue(bytes, position, depth + 1);
  return position;
}

function skipBytes(bytes: Buffer, position: number, count: number): number {
  if (count > bytes.length - position) throw truncated();
  return position + count;
}

function lengthAt(bytes: Buffer, position: number, width: 1 | 2 | 4): number {
  if (position + width > bytes.length) throw truncated();
  return bytes.readUIntBE(position, width);
}

function truncated(): MalformedMessageError {
  return new MalformedMessageError('the message ends in the middle of a value');
}
