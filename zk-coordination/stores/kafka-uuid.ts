import { randomBytes } from 'node:crypto';

/**
 * A random id in the form Kafka gives cluster and topic ids: a version 4 UUID in 22 characters of
 * base64url, never beginning with a dash, which tools would take for an option
 * (`org.apache.kafka.common.Uuid`).
 */
export function randomKafkaUuid(random: (size: number) => Buffer = randomBytes): string {
  for (;;) {
    const bytes = random(16);
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    const text = bytes.toString('base64url');
    if (!text.startsWith('-')) return text;
  }
}

/** As many random bytes as asked for, from numbers between 0 and 1. */
export function bytesFrom(random: () => number): (size: number) => Buffer {
  return (size) => Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
}
