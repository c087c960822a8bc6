import type { Record, RecordHeader, TimestampType } from '../records';

/**
 * A record as read from a partition. Key, value and headers are views of the bytes it was fetched
 * in: a record that is kept keeps all of those, up to some MiB. Keep {@link copy} instead.
 */
export class ConsumerRecord implements Record {
  readonly offset: number;
  /** Milliseconds since 1970; -1 when the producer gave none. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly #source: Record;

  constructor(
    readonly topic: string,
    readonly partition: number,
    /** Epoch of the leader that took the record, -1 when unknown. */
    readonly leaderEpoch: number,
    source: Record,
  ) {
    this.offset = source.offset;
    this.timestamp = source.timestamp;
    this.key = source.key;
    this.value = source.value;
    this.#source = source;
  }

  /** Whether the timestamp is the producer's own or the time of the append at the broker. */
  get timestampType(): TimestampType {
    return this.#source.timestampType;
  }

  /** In the order they were written; keys may repeat. Decoded when first asked for. */
  get headers(): readonly RecordHeader[] {
    return this.#source.headers;
  }

  /** The same record in memory of its own, for keeping. */
  copy(): ConsumerRecord {
    const { offset, timestamp, timestampType, key, value, headers } = this;
    let size = (key?.length ?? 0) + (value?.length ?? 0);
    for (const header of headers) size += header.value?.length ?? 0;
    const memory = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    const keep = (bytes: Buffer | null): Buffer | null => {
      if (bytes === null) return null;
      const start = filled;
      filled += bytes.copy(memory, start);
      return memory.subarray(start, filled);
    };
    return new ConsumerRecord(this.topic, this.partition, this.leaderEpoch, {
      offset,
      timestamp,
      timestampType,
      key: keep(key),
      value: keep(value),
      headers: headers.map((header) => ({ key: header.key, value: keep(header.value) })),
    });
  }
}
