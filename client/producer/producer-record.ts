import type { RecordBytes, RecordHeaderInput } from '../records';

/** A record to be produced. */
export interface ProducerMessage {
  /** Decides the partition: equal keys go to the same one. Default null, no key. */
  key?: RecordBytes;
  /** The payload; null is a tombstone, which deletes the key from a compacted topic. */
  value: RecordBytes;
  /** Number of the partition, past the partitioner. */
  partition?: number;
  headers?: readonly RecordHeaderInput[];
  /** Milliseconds since 1970. Default: the time of the call. */
  timestamp?: number;
}

/** What `produce` takes besides topic, value and key. */
export type ProduceOptions = Pick<ProducerMessage, 'partition' | 'headers' | 'timestamp'>;

/** Messages for one topic. */
export interface SendRequest {
  topic: string;
  messages: readonly ProducerMessage[];
}

/** Where a record has arrived. */
export interface DeliveryReport {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the record; -1 with acks 0, when nobody knows. */
  readonly offset: number;
  /** Milliseconds since 1970: the broker's with LogAppendTime, else the record's own. */
  readonly timestamp: number;
}

/** Where some consecutive messages of one call have arrived. */
export interface RangeReport {
  readonly topic: string;
  readonly partition: number;
  /** Index, in the messages of the call, of the first message of the range. */
  readonly firstIndex: number;
  readonly count: number;
  /** Offset of the first message; the others follow without gaps. -1 with acks 0. */
  readonly baseOffset: number;
  /** Milliseconds since 1970 when the broker has stamped the messages, else -1. */
  readonly logAppendTime: number;
  /** First offset of the partition; -1 when unknown. */
  readonly logStartOffset: number;
}

/** Told once what has become of a record. Either `error` is set, or `report` is. */
export type DeliveryCallback = (
  error: Error | undefined,
  report: DeliveryReport | undefined,
) => void;
