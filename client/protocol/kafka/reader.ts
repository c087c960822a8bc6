import { MalformedMessageError } from '../malformed-message-error';

const UUID_BYTES = 16;
const nothing = Buffer.alloc(0);

/**
 * Reads values of Kafka's types one after the other. Nothing is believed: each read checks that its
 * bytes are there, and throws MalformedMessageError when they are not.
 */
export class KafkaReader {
  /** Next byte to read. */
  position = 0;
  private bytes: Buffer = nothing;

  /** Reads on from a position of a frame. */
  start(frame: Buffer, position = 0): void {
    this.bytes = frame;
    this.position = position;
  }

  /** Lets go of the frame. */
  end(): void {
    this.bytes = nothing;
  }

  bool(): boolean {
    return this.bytes[this.take(1)] !== 0;
  }

  int8(): number {
    return this.bytes.readInt8(this.take(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.take(2));
  }

  uint16(): number {
    return this.bytes.readUInt16BE(this.take(2));
  }

  int32(): number {
    const at = this.take(4);
    const { bytes } = this;
    return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }

  uint32(): number {
    return this.bytes.readUInt32BE(this.take(4));
  }

  /** @throws MalformedMessageError for what is beyond ±2^53 and would not be exact */
  int64(): number {
    const at = this.take(8);
    const high = this.bytes.readInt32BE(at);
    const value = high * 0x1_0000_0000 + this.bytes.readUInt32BE(at + 4);
    if (!Number.isSafeInteger(value)) {
      throw new MalformedMessageError(
        `the int64 ${this.bytes.readBigInt64BE(at)} at byte ${at} is beyond 2^53`,
      );
    }
    return value;
  }

  float64(): number {
    return this.bytes.readDoubleBE(this.take(8));
  }

  /** An unsigned varint of up to 32 bits. */
  uvarint(): number {
    const { position } = this;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.take(1)];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80 && value <= 0xffff_ffff) return value;
    }
    throw new MalformedMessageError(`the varint at byte ${position} is too long`);
  }

  /** @returns 22 characters of base64url */
  uuid(): string {
    const at = this.take(UUID_BYTES);
    return this.bytes.toString('base64url', at, at + UUID_BYTES);
  }

  /**
   * Text of the length given.
   *
   * @param likely returned as it is when it is what is there, which costs less than a new string
   */
  text(length: number, likely: string): string {
    const at = this.take(length);
    if (likely.length === length && this.isAt(at, likely)) return likely;
    return this.bytes.toString('utf8', at, at + length);
  }

  /** A view of the frame. */
  slice(length: number): Buffer {
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  skip(length: number): void {
    this.take(length);
  }

  /** @throws MalformedMessageError when not even one byte for each of so many elements is there */
  expect(elements: number): void {
    if (elements > this.bytes.length - this.position) throw this.truncated(elements);
  }

  private take(length: number): number {
    const { position } = this;
    if (length > this.bytes.length - position) throw this.truncated(length);
    this.position = position + length;
    return position;
  }

  /** Text of other than ASCII has more bytes than characters, and so never fits. */
  private isAt(position: number, text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      if (this.bytes[position + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  private truncated(wanted: number): MalformedMessageError {
    const { length } = this.bytes;
    return new MalformedMessageError(
      `at byte ${this.position} of ${length} a value of ${wanted} bytes or more begins`,
    );
  }
}
