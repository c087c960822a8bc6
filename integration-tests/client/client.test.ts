import { Kafka, type Consumer } from '../../client';
import { TestCluster } from '../harness/test-cluster';

let cluster: TestCluster;
let kafka: Kafka;

beforeAll(async () => {
  cluster = await TestCluster.start();
  kafka = new Kafka({ brokers: [cluster.bootstrap], clientId: 'client-test' });
});
afterAll(() => cluster.stop());

async function createTopic(topic: string, configs: Record<string, string> = {}): Promise<void> {
  const admin = kafka.admin();
  await admin.createTopics([{ topic, numPartitions: 3, configs }]);
  await admin.close();
}

/** Reads so many records of all partitions from the start. */
async function readAll(consumer: Consumer, topic: string, count: number) {
  await consumer.assign({ topic, offset: 'earliest' });
  const seen: { partition: number; offset: number; key: string; value: string }[] = [];
  for await (const { partition, offset, key, value } of consumer) {
    seen.push({ partition, offset, key: String(key), value: String(value) });
    if (seen.length === count) break;
  }
  return seen;
}

test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
  'what is produced with %s is read back, keys in one partition, in their order',
  async (compression) => {
    const topic = `keys-${compression}`;
    await createTopic(topic);
    const producer = kafka.producer({ compression });
    const messages = Array.from({ length: 3000 }, (_, i) => ({
      key: `k${i % 17}`,
      value: `v${i}`,
    }));
    const reports = await producer.send({ topic, messages });
    await producer.close();
    const consumer = kafka.consumer();
    const seen = await readAll(consumer, topic, messages.length);
    await consumer.close();

    const byPlace = new Map(seen.map((one) => [`${one.partition}@${one.offset}`, one.value]));
    reports.forEach(({ partition, offset }, i) => {
      expect(byPlace.get(`${partition}@${offset}`)).toBe(`v${i}`);
    });
    for (let k = 0; k < 17; k++) {
      const ofKey = seen.filter(({ key }) => key === `k${k}`);
      expect(new Set(ofKey.map(({ partition }) => partition)).size).toBe(1);
      const values = ofKey.map(({ value }) => Number(value.slice(1)));
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }
  },
);

test('producer and consumer live through three kills of the broker; nothing acknowledged is lost', async () => {
  const topic = 'kills';
  await createTopic(topic, { 'flush.messages': '1' });
  const producer = kafka.producer({ acks: 1 });
  const consumer = kafka.consumer();
  await consumer.assign({ topic, offset: 'earliest' });
  const read = new Set<string>();
  const reading = (async () => {
    for await (const { value } of consumer) {
      read.add(String(value));
      if (String(value) === 'end') break;
    }
  })();

  const acknowledged: string[] = [];
  let next = 0;
  const sendSome = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const value = `n${next++}`;
        await producer.produce(topic, value, value);
        acknowledged.push(value);
      }),
    );
  for (let kill = 0; kill < 3; kill++) {
    await sendSome(200);
    const inFlight = sendSome(200);
    await cluster.broker.kill('SIGKILL');
    await cluster.broker.exited;
    await cluster.startBroker();
    await inFlight;
  }
  // All partitions have to be read to their ends before the last record is worth anything.
  await producer.flush();
  const ends = await consumer.endOffsets([0, 1, 2].map((partition) => ({ topic, partition })));
  await producer.produce(topic, 'end', 'end');
  await reading;
  const rest = kafka.consumer();
  await rest.assign({ topic, offset: 'earliest' });
  for (const { partition, offset } of ends) {
    while ((await rest.position({ topic, partition })) < offset) {
      for (const batch of await rest.poll(1000)) {
        for (const { value } of batch.records) read.add(String(value));
      }
    }
  }
  await Promise.all([producer.close(), consumer.close(), rest.close()]);
  expect(acknowledged).toHaveLength(1200);
  expect(acknowledged.filter((value) => !read.has(value))).toEqual([]);
});

test('the admin sees what is there and tells each failure by name', async () => {
  const admin = kafka.admin();
  await createTopic('seen');
  expect(await admin.listTopics()).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'seen' })]),
  );
  await expect(admin.createTopics([{ topic: 'seen' }, { topic: 'b/ad' }])).rejects.toMatchObject({
    failures: new Map([
      ['seen', expect.objectContaining({ code: 'TOPIC_ALREADY_EXISTS' })],
      ['b/ad', expect.objectContaining({ code: 'INVALID_TOPIC_EXCEPTION' })],
    ]),
  });
  await admin.close();
});
