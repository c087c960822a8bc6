import type { TopicPartitions } from './consumer-protocol-types';

/** Writes the fields of the consumer protocol one after the other: Kafka's types, not the compact ones. */
export class ConsumerProtocolWriter {
  private readonly parts: Buffer[] = [];

  int16(value: number): void {
    const part = Buffer.allocUnsafe(2);
    part.writeInt16BE(value);
    this.parts.push(part);
  }

  int32(value: number): void {
    const part = Buffer.allocUnsafe(4);
    part.writeInt32BE(value);
    this.parts.push(part);
  }

  string(text: string): void {
    const part = Buffer.from(text, 'utf8');
    this.int16(part.length);
    this.parts.push(part);
  }

  nullableString(text: string | null): void {
    if (text === null) this.int16(-1);
    else this.string(text);
  }

  nullableBytes(part: Buffer | null): void {
    this.int32(part?.length ?? -1);
    if (part) this.parts.push(part);
  }

  array<T>(list: readonly T[], element: (item: T) => void): void {
    this.int32(list.length);
    for (const item of list) element(item);
  }

  topicPartitions(list: readonly TopicPartitions[]): void {
    this.array(list, ({ topic, partitions }) => {
      this.string(topic);
      this.array(partitions, (partition) => this.int32(partition));
    });
  }

  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}
