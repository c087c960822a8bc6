import { skipValue } from './well-formed';

/** What a value is, by its first byte. */
export type ValueKind = 'null' | 'a boolean' | 'a number' | 'a string' | 'bin' | 'a list' | 'a map';

const NIL = 0xc0;
const TRUE = 0xc3;

/**
 * Reads the values of a frame one after the other, without building anything on the way. The frame
 * must be well formed: lengths are trusted.
 */
export class MsgpackReader {
  /** Next byte to read. */
  position = 0;
  private bytes: Buffer = Buffer.alloc(0);

  /** Reads on from a position of a frame. */
  start(frame: Buffer, position = 0): void {
    this.bytes = frame;
    this.position = position;
  }

  /** Lets go of the frame. */
  end(): void {
    this.bytes = nothing;
  }

  /** Kind of the next value, which is not read. */
  get kind(): ValueKind {
    return kindOf(this.bytes[this.position]);
  }

  skip(): void {
    this.position = skipValue(this.bytes, this.position, 0);
  }

  /** Reads a nil, if there is one. */
  nil(): boolean {
    if (this.bytes[this.position] !== NIL) return false;
    this.position++;
    return true;
  }

  /** @returns undefined when the next value is something else, as all of these */
  bool(): boolean | undefined {
    if (this.kind !== 'a boolean') return undefined;
    return this.bytes[this.position++] === TRUE;
  }

  /** Number of the elements that follow. */
  arrayHeader(): number | undefined {
    const type = this.bytes[this.position];
    if (type >= 0x90 && type < 0xa0) return this.fixed(type & 0x0f);
    if (type === 0xdc) return this.uint16();
    return type === 0xdd ? this.uint32() : undefined;
  }

  /** Number of the pairs that follow. */
  mapHeader(): number | undefined {
    const type = this.bytes[this.position];
    if (type >= 0x80 && type < 0x90) return this.fixed(type & 0x0f);
    if (type === 0xde) return this.uint16();
    return type === 0xdf ? this.uint32() : undefined;
  }

  /** Length of the text that begins at {@link position} then; whoever asks has to step over it. */
  stringHeader(): number | undefined {
    const type = this.bytes[this.position];
    if (type >= 0xa0 && type < 0xc0) return this.fixed(type & 0x1f);
    if (type === 0xd9) return this.uint8();
    if (type === 0xda) return this.uint16();
    return type === 0xdb ? this.uint32() : undefined;
  }

  /** @param likely returned as it is when it is what is there, which costs less than a new string */
  string(likely = ''): string | undefined {
    const length = this.stringHeader();
    if (length === undefined) return undefined;
    const { bytes, position } = this;
    this.position += length;
    if (likely.length === length && isText(bytes, position, likely)) return likely;
    return bytes.toString('utf8', position, position + length);
  }

  /** A view of the frame. */
  bin(): Buffer | undefined {
    const type = this.bytes[this.position];
    let length: number;
    if (type === 0xc4) length = this.uint8();
    else if (type === 0xc5) length = this.uint16();
    else if (type === 0xc6) length = this.uint32();
    else return undefined;
    const { position } = this;
    this.position += length;
    return this.bytes.subarray(position, position + length);
  }

  /** Beyond 2^53 only roughly what is there. */
  number(): number | undefined {
    const { bytes, position } = this;
    const type = bytes[position];
    if (type < 0x80) return this.fixed(type);
    if (type >= 0xe0) return this.fixed(type - 0x100);
    switch (type) {
      case 0xcc:
        return this.uint8();
      case 0xcd:
        return this.uint16();
      case 0xce:
        return this.uint32();
      case 0xcf:
        this.position += 9;
        return bytes.readUInt32BE(position + 1) * 0x1_0000_0000 + bytes.readUInt32BE(position + 5);
      case 0xd0:
        this.position += 2;
        return bytes.readInt8(position + 1);
      case 0xd1:
        this.position += 3;
        return bytes.readInt16BE(position + 1);
      case 0xd2:
        this.position += 5;
        return bytes.readInt32BE(position + 1);
      case 0xd3:
        this.position += 9;
        return bytes.readInt32BE(position + 1) * 0x1_0000_0000 + bytes.readUInt32BE(position + 5);
      case 0xca:
        this.position += 5;
        return bytes.readFloatBE(position + 1);
      case 0xcb:
        this.position += 9;
        return bytes.readDoubleBE(position + 1);
      default:
        return undefined;
    }
  }

  /** Whether the text of {@link stringHeader} is this one, in ASCII. */
  isAt(text: string): boolean {
    return isText(this.bytes, this.position, text);
  }

  private fixed(value: number): number {
    this.position++;
    return value;
  }

  private uint8(): number {
    const value = this.bytes[this.position + 1];
    this.position += 2;
    return value;
  }

  private uint16(): number {
    const value = this.bytes.readUInt16BE(this.position + 1);
    this.position += 3;
    return value;
  }

  private uint32(): number {
    const value = this.bytes.readUInt32BE(this.position + 1);
    this.position += 5;
    return value;
  }
}

const nothing = Buffer.alloc(0);

/** Text of other than ASCII has more bytes than characters, and so never fits. */
function isText(bytes: Buffer, position: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[position + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

function kindOf(type: number): ValueKind {
  if (type < 0x80 || type >= 0xe0) return 'a number';
  if (type < 0x90) return 'a map';
  if (type < 0xa0) return 'a list';
  if (type < 0xc0) return 'a string';
  switch (type) {
    case NIL:
      return 'null';
    case 0xc2:
    case TRUE:
      return 'a boolean';
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return 'bin';
    case 0xd9:
    case 0xda:
    case 0xdb:
      return 'a string';
    case 0xdc:
    case 0xdd:
      return 'a list';
    case 0xde:
    case 0xdf:
      return 'a map';
    default:
      return 'a number';
  }
}
