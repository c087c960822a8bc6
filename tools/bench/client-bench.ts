import { build } from 'hdr-histogram-js';
import { Consumer } from '../../client/consumer';
import { Cluster } from '../../client/network';
import { Producer } from '../../client/producer';
import { delay } from '../../client/runtime/clock';
import { createTopic, filledBatch, withPrototype } from './broker-bench';
import { compare, medianOf, type Comparison, type Run } from './measure';
import type { Product } from './product';
import { prototypeProduce } from './prototype-protocol';
import { runRawLoad } from './raw-load';

const BATCH_BYTES = 64 * 1024;
const RUNS = 3;
const PER_CALL = 1000;
/**
 * Enough to have five requests of 64 KiB under way and the next ones filled. More would only make the
 * garbage collector carry more promises about.
 */
const CALLS_IN_FLIGHT = 8;
const NANOSECONDS = 1e6;

const clusterOf = ({ port }: Product) =>
  new Cluster({ brokers: [`127.0.0.1:${port}`], clientId: 'bench' });

/** How the application hands over its records. */
export type ProducerCall = 'sendBatch' | 'produce';

/**
 * Records per second of our producer with acks=1, `sendBatch` of 1000 or a promise per record,
 * against what the bare encoder and a socket get to the prototype.
 */
export async function compareProducer(
  product: Product,
  folder: string,
  recordBytes: number,
  records: number,
  call: ProducerCall,
): Promise<Comparison> {
  const topic = topicOf(call, recordBytes);
  await createTopic(product.port, topic);
  const producer = new Producer(clusterOf(product), { acks: 1, batchSize: BATCH_BYTES });
  try {
    return await withPrototype(folder, ({ port }) =>
      compare(
        producing(producer, topic, recordBytes, records, call),
        bareEncoding(port, recordBytes, records),
      ),
    );
  } finally {
    await producer.close();
  }
}

/** Where {@link compareProducer} sends its records; they stay there. */
export const topicOf = (call: ProducerCall, recordBytes: number) =>
  `producer-${call}-${recordBytes}`;

function bareEncoding(port: number, recordBytes: number, records: number): Run {
  const perBatch = filledBatch(BATCH_BYTES, recordBytes).readUInt32BE(57);
  const requests = Math.ceil(records / perBatch);
  return async () => {
    const time = await runRawLoad({
      port,
      requests,
      inFlight: 5,
      frame: () => prototypeProduce(filledBatch(BATCH_BYTES, recordBytes)),
    });
    return (requests * perBatch) / time;
  };
}

function producing(
  producer: Producer,
  topic: string,
  recordBytes: number,
  records: number,
  call: ProducerCall,
): Run {
  const value = Buffer.alloc(recordBytes, 'x');
  const messages = Array.from({ length: PER_CALL }, () => ({ value }));
  const send = {
    sendBatch: () => producer.sendBatch({ topic, messages }),
    produce: () => Promise.all(messages.map(() => producer.produce(topic, value))),
  }[call];
  const calls = Math.ceil(records / PER_CALL);
  return async () => {
    const start = performance.now();
    let next = 0;
    const worker = async () => {
      while (next++ < calls) await send();
    };
    await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, worker));
    return (calls * PER_CALL) / ((performance.now() - start) / 1000);
  };
}

/**
 * Records per second that our consumer hands out, each of which is looked at: those that
 * {@link compareProducer} has sent.
 */
export async function consumerRate(
  product: Product,
  recordBytes: number,
  records: number,
): Promise<number> {
  const topic = topicOf('sendBatch', recordBytes);
  return medianOf(RUNS, async () => {
    const consumer = new Consumer(clusterOf(product), { maxPollRecords: 10_000 });
    await consumer.assign([{ topic, partition: 0, offset: 'earliest' }]);
    const start = performance.now();
    let seen = 0;
    let bytes = 0;
    while (seen < records) {
      for (const batch of await consumer.poll()) {
        for (const { value } of batch.records) bytes += value?.length ?? 0;
        seen += batch.records.length;
      }
    }
    const time = (performance.now() - start) / 1000;
    await consumer.close();
    if (bytes !== seen * recordBytes) throw new Error('The consumer lost bytes.');
    return seen / time;
  });
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/**
 * From the call of the producer to the record in the hands of the consumer, at a steady rate of
 * 100-byte records, after a warm-up.
 */
export async function endToEndLatency(
  product: Product,
  recordsPerSecond: number,
  seconds: number,
): Promise<Latency> {
  const topic = `latency-${recordsPerSecond}`;
  await createTopic(product.port, topic);
  const producer = new Producer(clusterOf(product), { acks: 1 });
  const consumer = new Consumer(clusterOf(product), { maxPollRecords: 10_000 });
  await consumer.assign([{ topic, partition: 0, offset: 'earliest' }]);
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 60e9 });
  const warm = performance.now() + 3000;
  const end = warm + seconds * 1000;
  let sent = 0;
  let seen = 0;
  const producing = (async () => {
    const begin = performance.now();
    while (performance.now() < end) {
      const due = Math.floor(((performance.now() - begin) / 1000) * recordsPerSecond);
      for (; sent < due; sent++) {
        const value = Buffer.alloc(100);
        value.writeDoubleBE(performance.now(), 0);
        producer.produceCallback(topic, value);
      }
      await delay(1);
    }
    await producer.flush();
    return sent;
  })();
  for (let total = Infinity; seen < total;) {
    for (const batch of await consumer.poll(100)) {
      const now = performance.now();
      for (const { value } of batch.records) {
        const sentAt = (value as Buffer).readDoubleBE(0);
        if (sentAt > warm) histogram.recordValue(Math.max(1, (now - sentAt) * NANOSECONDS));
      }
      seen += batch.records.length;
    }
    if (performance.now() > end) total = await producing;
  }
  await Promise.all([producer.close(), consumer.close()]);
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / NANOSECONDS;
  return { p50Ms: at(50), p99Ms: at(99), p999Ms: at(99.9) };
}
