import type { ConsumerBatch, ConsumerRecord } from '../consumer';
import type { Batch, KafkaMessage } from './consumer-types';
import type { IHeaders } from './producer-types';

/** A batch as KafkaJS's handlers want it. */
export function toBatch(source: ConsumerBatch): Batch {
  const { topic, partition, records, highWatermark, firstOffset, nextOffset } = source;
  // Offsets behind the last record that are no records, such as control records, count as read.
  const last = nextOffset - 1;
  const lag = (offset: number): string => String(highWatermark - 1 - offset);
  return {
    topic,
    partition,
    highWatermark: String(highWatermark),
    messages: records.map(toMessage),
    isEmpty: () => records.length === 0,
    firstOffset: () => String(firstOffset),
    lastOffset: () => String(last),
    offsetLag: () => lag(last),
    offsetLagLow: () => lag(firstOffset),
  };
}

function toMessage(record: ConsumerRecord): KafkaMessage {
  return {
    // Of a record of version 2 none is set.
    attributes: 0,
    offset: String(record.offset),
    timestamp: String(record.timestamp),
    key: record.key,
    value: record.value,
    headers: headersOf(record),
  };
}

/** A header that is there several times becomes a list. */
function headersOf({ headers }: ConsumerRecord): IHeaders {
  const byKey: IHeaders = {};
  for (const { key, value } of headers) {
    const known = byKey[key];
    // Null stands for no bytes, whatever KafkaJS's types say.
    const bytes = value as Buffer;
    if (!Object.hasOwn(byKey, key)) byKey[key] = bytes;
    else byKey[key] = Array.isArray(known) ? [...known, bytes] : [known as Buffer, bytes];
  }
  return byKey;
}
