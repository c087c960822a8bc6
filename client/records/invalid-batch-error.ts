import { KafkaClassicError } from '../runtime/error';

/** The Kafka error names a record batch can be refused with, and what to tell the reader. */
const reasons = {
  CORRUPT_MESSAGE: {
    retriable: true,
    advice:
      'The bytes were damaged or cut: send or fetch them again; if it stays, check the disk and the network of the sender.',
  },
  INVALID_RECORD: {
    retriable: false,
    advice: 'The producer built a batch that Kafka does not allow: fix or upgrade the producer.',
  },
  INVALID_TIMESTAMP: {
    retriable: false,
    advice: 'Send batches with CreateTime timestamps in milliseconds since 1970.',
  },
  MESSAGE_TOO_LARGE: {
    retriable: false,
    advice: 'Send smaller batches, or raise the limit that the message names.',
  },
  UNSUPPORTED_COMPRESSION_TYPE: {
    retriable: false,
    advice: 'Use one of none, gzip, snappy, lz4, zstd, or register a codec for this type.',
  },
  UNSUPPORTED_FOR_MESSAGE_FORMAT: {
    retriable: false,
    advice: 'Use a client that writes record batches of magic 2 (Kafka 0.11 or later).',
  },
} as const;

/** Kafka's error names a record batch can be refused with. */
export type InvalidBatchCode = keyof typeof reasons;

/**
 * A record batch that must not be stored or delivered. `code` is the name of the Kafka error to
 * answer with.
 */
export class InvalidBatchError extends KafkaClassicError {
  declare readonly code: InvalidBatchCode;
  /** Where the batch starts in the buffer that was read, in bytes; -1 when that is not known. */
  readonly position: number;

  constructor(code: InvalidBatchCode, message: string, position = -1, cause?: unknown) {
    super(message, { code, ...reasons[code], cause });
    this.position = position;
  }
}

/** A `CORRUPT_MESSAGE`, the most frequent verdict. */
export function corrupt(message: string, position = -1, cause?: unknown): InvalidBatchError {
  return new InvalidBatchError('CORRUPT_MESSAGE', message, position, cause);
}
