import { Kafka } from '../../client';
import { MultiBrokerCluster } from './multi-broker-cluster';

let cluster: MultiBrokerCluster;
beforeAll(async () => {
  cluster = await MultiBrokerCluster.start({
    proxies: true,
    configs: { 'log.dir.min.free.bytes': '0', 'zookeeper.session.timeout.ms': '6000' },
  });
});
afterAll(() => cluster.close());

test('three brokers behind proxies; one is killed, and what was acknowledged is there', async () => {
  const kafka = new Kafka({ brokers: cluster.addresses });
  const admin = kafka.admin();
  const topic = 'numbers';
  await admin.createTopics([{ topic, numPartitions: 1, replicationFactor: 3 }]);
  const [before] = await admin.describeTopics([topic]);
  const { leader } = before!.partitions[0]!;
  const producer = kafka.producer();
  await producer.produce(topic, 'one');
  expect(cluster.links.client(leader).accepted).toBeGreaterThan(0);
  const followers = cluster.ids.filter((id) => id !== leader);
  for (const id of followers) expect(cluster.links.peer(id, leader).open).toBeGreaterThan(0);

  await cluster.kill(leader);
  await producer.produce(topic, 'two');
  await producer.close();
  await cluster.start(leader);

  const consumer = kafka.consumer();
  await consumer.assign({ topic, offset: 'earliest' });
  const values: string[] = [];
  for await (const { value } of consumer) {
    values.push(String(value));
    if (value?.toString() === 'two') break;
  }
  expect(values).toEqual(['one', 'two']);
  await Promise.all([consumer.close(), admin.close()]);
});
