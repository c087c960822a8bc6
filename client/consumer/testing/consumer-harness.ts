import { Cluster, type ClientOptions } from '../../network';
import { FakeBroker } from '../../network/testing/fake-broker';
import { Consumer } from '../consumer';
import type { ConsumerBatch } from '../consumer-batch';
import type { ConsumerOptions } from '../consumer-options';
import { FakeLog } from './fake-log';

/** One fake broker with topic `clicks` of two partitions, and consumers that are quick to retry. */
export class ConsumerHarness {
  readonly log = new FakeLog();
  private readonly consumers: Consumer[] = [];
  private readonly brokers: FakeBroker[] = [];

  private constructor(readonly broker: FakeBroker) {
    this.adopt(broker);
  }

  static async start(): Promise<ConsumerHarness> {
    const broker = await FakeBroker.start(1);
    broker.cluster.addTopic('clicks', 2);
    return new ConsumerHarness(broker);
  }

  /** Another broker of the same cluster, with the same logs. */
  async addBroker(nodeId: number): Promise<FakeBroker> {
    return this.adopt(await FakeBroker.start(nodeId, this.broker.cluster));
  }

  open(options: ConsumerOptions = {}, client: Partial<ClientOptions> = {}): Consumer {
    const cluster = new Cluster({
      brokers: [this.broker.address],
      retry: { initialRetryTime: 1, maxRetryTime: 2 },
      reconnectBackoff: 1,
      reconnectBackoffMax: 2,
      ...client,
    });
    const consumer = new Consumer(cluster, {
      autoOffsetReset: 'earliest',
      fetchMaxWaitMs: 20,
      retryBackoffMs: 1,
      retryBackoffMaxMs: 2,
      ...options,
    });
    this.consumers.push(consumer);
    return consumer;
  }

  async stop(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.close()));
    await Promise.all(this.brokers.map((broker) => broker.stop()));
  }

  private adopt(broker: FakeBroker): FakeBroker {
    this.brokers.push(broker);
    this.log.serve(broker);
    return broker;
  }
}

/** The values of all records, as text. */
export function textsOf(batches: readonly ConsumerBatch[]): string[] {
  return batches.flatMap(({ records }) => records.map(({ value }) => String(value)));
}

/** Polls until that many records have come. */
export async function read(consumer: Consumer, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) found.push(...textsOf(await consumer.poll(10_000)));
  return found;
}
