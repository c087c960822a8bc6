import { join } from 'node:path';
import { CompressionTypes, ConfigResourceTypes, Kafka, logLevel, type Producer } from 'kafkajs';
import { Kafka as OurKafka } from '../../client';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { deferred } from '../../client/runtime/deferred';
import { runClient } from './run-client';

let cluster: MultiBrokerCluster;
let kafka: Kafka;
let ours: OurKafka;

beforeAll(async () => {
  cluster = await MultiBrokerCluster.start({ configs: { 'zookeeper.session.timeout.ms': '6000' } });
  const brokers = cluster.addresses;
  kafka = new Kafka({ brokers, clientId: 'kafkajs', logLevel: logLevel.NOTHING });
  ours = new OurKafka({ brokers, clientId: 'checker' });
});
afterAll(() => cluster.close());

/** So many values of a topic, by our own client, which speaks msgpack. */
async function valuesOf(topic: string, count: number): Promise<string[]> {
  const consumer = ours.consumer();
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

async function produceWith(
  options: Parameters<Kafka['producer']>[0],
  work: (producer: Producer) => Promise<void>,
): Promise<void> {
  const producer = kafka.producer(options);
  await producer.connect();
  await work(producer).finally(() => producer.disconnect());
}

test("KafkaJS's admin creates, describes, changes and deletes", async () => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = [{ topic: 'made', numPartitions: 2, replicationFactor: 3 }];
    expect(await admin.createTopics({ topics, waitForLeaders: true })).toBe(true);
    expect(await admin.createTopics({ topics })).toBe(false);
    expect(await admin.listTopics()).toContain('made');
    const { brokers, controller } = await admin.describeCluster();
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual(cluster.ids);
    expect(cluster.ids).toContain(controller);

    const resource = { type: ConfigResourceTypes.TOPIC, name: 'made' };
    const configEntries = [{ name: 'retention.ms', value: '86400000' }];
    await admin.alterConfigs({ resources: [{ ...resource, configEntries }], validateOnly: false });
    const described = await admin.describeConfigs({
      resources: [{ ...resource, configNames: ['retention.ms', 'cleanup.policy'] }],
      includeSynonyms: false,
    });
    const configs = described.resources[0]!.configEntries;
    expect(configs.map(({ configName, configValue }) => [configName, configValue])).toEqual(
      expect.arrayContaining([
        ['retention.ms', '86400000'],
        ['cleanup.policy', 'delete'],
      ]),
    );
    await admin.createPartitions({ topicPartitions: [{ topic: 'made', count: 3 }] });
    await produceWith({}, async (producer) => {
      const messages = ['a', 'b', 'c'].map((value) => ({ value, partition: 0 }));
      await producer.send({ topic: 'made', messages });
    });
    await admin.deleteTopicRecords({ topic: 'made', partitions: [{ partition: 0, offset: '2' }] });
    const offsets = await admin.fetchTopicOffsets('made');
    expect(offsets.find(({ partition }) => partition === 0)).toMatchObject({ low: '2', high: '3' });
    const reassignment = [
      { topic: 'made', partitionAssignment: [{ partition: 1, replicas: [1] }] },
    ];
    await admin.alterPartitionReassignments({ topics: reassignment });
    const { topics: moving } = await admin.listPartitionReassignments({});
    expect(moving.every(({ topic }) => topic === 'made')).toBe(true);
    await admin.deleteTopics({ topics: ['made'] });
    expect(await admin.listTopics()).not.toContain('made');
  } finally {
    await admin.disconnect();
  }
});

test('KafkaJS produces, plain and compressed, and the msgpack client reads it', async () => {
  await ours.admin().createTopics([{ topic: 'codecs', numPartitions: 1 }]);
  await produceWith({}, async (producer) => {
    for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
      const messages = [{ key: 'k', value: `codec ${compression}`, headers: { h: 'x' } }];
      await producer.send({ topic: 'codecs', compression, messages });
    }
  });
  expect(await valuesOf('codecs', 2)).toEqual(['codec 0', 'codec 1']);
});

test("KafkaJS's idempotent producer lives through the death of a leader; nothing is lost or doubled", async () => {
  await ours.admin().createTopics([{ topic: 'failover', numPartitions: 1 }]);
  const admin = kafka.admin();
  await admin.connect();
  const metadata = await admin.fetchTopicMetadata({ topics: ['failover'] });
  await admin.disconnect();
  const leader = metadata.topics[0]!.partitions[0]!.leader;
  const count = 60;
  const retry = { retries: 100, maxRetryTime: 1000 };
  await produceWith({ idempotent: true, maxInFlightRequests: 1, retry }, async (producer) => {
    for (let i = 0; i < count; i++) {
      if (i === count / 2) await cluster.kill(leader);
      await producer.send({ topic: 'failover', acks: -1, messages: [{ value: String(i) }] });
    }
  });
  expect(await valuesOf('failover', count)).toEqual(
    Array.from({ length: count }, (_, i) => String(i)),
  );
  await cluster.start(leader);
});

test("two of KafkaJS's consumers share a group, and commit", async () => {
  await ours.admin().createTopics([{ topic: 'shared', numPartitions: 4 }]);
  await produceWith({}, async (producer) => {
    const messages = Array.from({ length: 40 }, (_, i) => ({ value: `${i}`, partition: i % 4 }));
    await producer.send({ topic: 'shared', messages });
  });
  const seen = new Map<string, number>();
  const done = deferred();
  const consumers = [1, 2].map(() => kafka.consumer({ groupId: 'sharing' }));
  for (const consumer of consumers) {
    await consumer.connect();
    await consumer.subscribe({ topics: ['shared'], fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        const value = String(message.value);
        seen.set(value, (seen.get(value) ?? 0) + 1);
        if (seen.size === 40) done.resolve();
        return Promise.resolve();
      },
    });
  }
  await done.promise;
  for (const consumer of consumers) await consumer.disconnect();
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchOffsets({ groupId: 'sharing', topics: ['shared'] });
  const committed = offsets[0]!.partitions.map(({ offset }) => offset);
  await admin.deleteGroups(['sharing']);
  await admin.disconnect();
  expect(committed).toEqual(['10', '10', '10', '10']);
});

test('@platformatic/kafka produces by flexible versions and reads by topic ids', async () => {
  const script = join(__dirname, 'platformatic.mjs');
  const output = await runClient(process.execPath, [script, ...cluster.addresses]);
  expect(JSON.parse(output)).toEqual({
    topics: ['platform'],
    errorCode: 0,
    values: ['one', 'two'],
  });
  expect(await valuesOf('platform', 2)).toEqual(['one', 'two']);
});
