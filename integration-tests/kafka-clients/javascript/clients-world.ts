import { Kafka, logLevel, type Admin, type Consumer, type Producer } from 'kafkajs';
import { Kafka as OurKafka } from '../../../client';
import { freePorts } from '../../../tools/dev/free-ports';
import { MultiBrokerCluster } from '../../harness/multi-broker-cluster';
import { shows } from '../shows';
import type { TestedClient } from '../tested-client';

/** Three brokers, KafkaJS, and our own client, which speaks msgpack, to check what KafkaJS did. */
export class ClientsWorld {
  readonly kafka: Kafka;
  readonly ours: OurKafka;

  private constructor(
    readonly cluster: MultiBrokerCluster,
    /** Where the brokers serve their metrics. */
    readonly endpoints: readonly string[],
  ) {
    const brokers = cluster.addresses;
    this.kafka = new Kafka({ brokers, clientId: 'kafkajs', logLevel: logLevel.NOTHING });
    this.ours = new OurKafka({ brokers, clientId: 'checker' });
  }

  static async start(): Promise<ClientsWorld> {
    const configs = {
      'zookeeper.session.timeout.ms': '6000',
      'group.initial.rebalance.delay.ms': '0',
    };
    const endpoints = (await freePorts(3)).map((port) => `127.0.0.1:${port}`);
    const cluster = await MultiBrokerCluster.start({
      configs: (id) => ({ ...configs, 'http.listener': endpoints[id - 1] ?? '' }),
    });
    return new ClientsWorld(cluster, endpoints);
  }

  close(): Promise<void> {
    return this.cluster.close();
  }

  /** So many values of a topic, by our own client. */
  async valuesOf(topic: string, count: number): Promise<string[]> {
    const consumer = this.ours.consumer();
    const values: string[] = [];
    try {
      await consumer.assign({ topic, offset: 'earliest' });
      for await (const { value } of consumer) {
        values.push(String(value));
        if (values.length >= count) break;
      }
    } finally {
      await consumer.close();
    }
    return values;
  }

  async withAdmin<T>(
    work: (admin: Admin) => Promise<T>,
    options?: Parameters<Kafka['admin']>[0],
  ): Promise<T> {
    const admin = this.kafka.admin(options);
    await admin.connect();
    return work(admin).finally(() => admin.disconnect());
  }

  async withProducer<T>(
    options: Parameters<Kafka['producer']>[0],
    work: (producer: Producer) => Promise<T>,
  ): Promise<T> {
    const producer = this.kafka.producer(options);
    await producer.connect();
    return work(producer).finally(() => producer.disconnect());
  }

  /** A topic on all three brokers with the same values in each partition: `0`, `1`, … */
  async topicWith(topic: string, numPartitions: number, records: number): Promise<void> {
    const topics = [{ topic, numPartitions, replicationFactor: 3 }];
    await this.withAdmin((admin) => admin.createTopics({ topics, waitForLeaders: true }));
    if (records === 0) return;
    const messages = Array.from({ length: numPartitions * records }, (_, i) => ({
      partition: i % numPartitions,
      value: String(Math.floor(i / numPartitions)),
    }));
    await this.withProducer({}, (producer) => producer.send({ topic, messages }));
  }

  /** A consumer that is disconnected when the work is done, or has failed. */
  async withConsumer<T>(
    options: Parameters<Kafka['consumer']>[0],
    work: (consumer: Consumer) => Promise<T>,
  ): Promise<T> {
    const consumer = this.kafka.consumer({ maxWaitTimeInMs: 200, ...options });
    await consumer.connect();
    return work(consumer).finally(() => consumer.disconnect());
  }

  /** What a group has committed in a topic, by partition. */
  async committed(groupId: string, topic: string): Promise<string[]> {
    const offsets = await this.withAdmin((admin) =>
      admin.fetchOffsets({ groupId, topics: [topic] }),
    );
    const partitions = offsets[0]?.partitions ?? [];
    return partitions.sort((a, b) => a.partition - b.partition).map(({ offset }) => offset);
  }
}

/** As {@link shows} does; one client at a time asks these brokers over the Kafka wire. */
export function clientShows(
  world: () => ClientsWorld,
): (client: TestedClient, feature: string, body: () => Promise<void>) => void {
  return (client, feature, body) => shows(client, feature, body, () => world().endpoints);
}
