/** A header of a record. Keys may repeat; their order is kept. */
export interface RecordHeader {
  key: string;
  value: Buffer | null;
}

/** Who gave a record its timestamp: the producer, or the broker on append. */
export type TimestampType = 'CreateTime' | 'LogAppendTime';

/** A record as read from a batch. Keys, values and headers are views of the bytes it came in. */
export interface Record {
  readonly offset: number;
  /** Milliseconds since 1970; -1 when the producer gave none. */
  readonly timestamp: number;
  readonly timestampType: TimestampType;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** A key or value to be written; strings are written as UTF-8. */
export type RecordBytes = Uint8Array | string | null;

/** A header to be written. */
export interface RecordHeaderInput {
  readonly key: string;
  readonly value: RecordBytes;
}
