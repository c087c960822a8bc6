import { Consumer } from '../../client/consumer';
import { Cluster } from '../../client/network';
import { Producer, type DeliveryCallback } from '../../client/producer';
import { delay } from '../../client/runtime/clock';
import type { Delivery, Load, LoadClient } from './load-client';

const PER_TURN = 1000;

/** Our client, over msgpack, with the options of librdkafka-load.c and a callback per record. */
export class OwnClient implements LoadClient {
  constructor(private readonly port: number) {}

  async produce({ topic, records, recordBytes }: Load, rate: number): Promise<Delivery> {
    const producer = new Producer(this.cluster(), {
      acks: 'all',
      enableIdempotence: false,
      compression: 'none',
      lingerMs: 5,
      batchSize: 65_536,
      maxInFlightRequestsPerConnection: 5,
    });
    const value = Buffer.alloc(recordBytes, 'x');
    const latencies = new Float32Array(records);
    let delivered = 0;
    const failures: Error[] = [];
    await producer.send({ topic, messages: [{ value, partition: 0 }] });
    const start = performance.now();
    for (let sent = 0; sent < records;) {
      const elapsed = (performance.now() - start) / 1000;
      const due = Math.min(records, rate === 0 ? sent + PER_TURN : Math.floor(elapsed * rate));
      let isFull = false;
      for (; sent < due; sent++) {
        const at = performance.now();
        const onDelivery: DeliveryCallback = (error) => {
          if (error) failures.push(error);
          latencies[delivered++] = performance.now() - at;
        };
        const options = { partition: 0 };
        if (!producer.produceCallback(topic, value, null, onDelivery, options)) isFull = true;
      }
      if (isFull) await producer.drained();
      else await (rate === 0 ? new Promise(setImmediate) : delay(1));
    }
    await producer.flush();
    const seconds = (performance.now() - start) / 1000;
    await producer.close();
    if (failures.length > 0) throw failures[0];
    const sorted = latencies.subarray(Math.floor(records / 10)).sort();
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)];
    return { seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
  }

  async consume({ topic, records, recordBytes }: Load): Promise<number> {
    const consumer = new Consumer(this.cluster(), { maxPollRecords: 10_000 });
    await consumer.endOffsets([{ topic, partition: 0 }]);
    const start = performance.now();
    await consumer.assign([{ topic, partition: 0, offset: 'earliest' }]);
    for (let seen = 0; seen < records;) {
      for (const batch of await consumer.poll()) {
        for (const { value } of batch.records) {
          if (value?.length !== recordBytes) throw new Error('A record of another size.');
        }
        seen += batch.records.length;
      }
    }
    const seconds = (performance.now() - start) / 1000;
    await consumer.close();
    return seconds;
  }

  private cluster(): Cluster {
    return new Cluster({ brokers: [`127.0.0.1:${this.port}`], clientId: 'bench' });
  }
}
