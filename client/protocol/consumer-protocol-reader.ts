import type { TopicPartitions } from './consumer-protocol-types';
import { MalformedMessageError } from './malformed-message-error';

/** Reads the fields of the consumer protocol one after the other: Kafka's types, not the compact ones. */
export class ConsumerProtocolReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** @throws MalformedMessageError when it is negative, as each of these methods when bytes lack */
  version(): number {
    const version = this.int16();
    if (version < 0) throw new MalformedMessageError(`version ${version} does not exist`);
    return version;
  }

  int16(): number {
    return this.bytes.readInt16BE(this.take(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.take(4));
  }

  string(): string {
    const text = this.nullableString();
    if (text === null) throw new MalformedMessageError('a text is null that must not be');
    return text;
  }

  nullableString(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    const start = this.take(length);
    return this.bytes.toString('utf8', start, start + length);
  }

  nullableBytes(): Buffer | null {
    const length = this.int32();
    if (length < 0) return null;
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  array<T>(element: () => T): T[] {
    const length = this.int32();
    // Every element takes two bytes at least: a length that cannot be is not allocated for.
    if (length * 2 > this.bytes.length - this.at) {
      throw new MalformedMessageError(`a list of ${length} does not fit into its bytes`);
    }
    return Array.from({ length: Math.max(0, length) }, element);
  }

  topicPartitions(): TopicPartitions[] {
    return this.array(() => ({
      topic: this.string(),
      partitions: this.array(() => this.int32()),
    }));
  }

  private take(count: number): number {
    const start = this.at;
    this.at += count;
    if (this.at <= this.bytes.length) return start;
    throw new MalformedMessageError(
      `the bytes end at ${this.bytes.length}, in the midst of a field`,
    );
  }
}
