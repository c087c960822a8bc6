import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka } from '../../client';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';

const TOPIC = 'numbers';

let cluster: MultiBrokerCluster;
beforeAll(async () => {
  cluster = await MultiBrokerCluster.start({
    configs: { 'log.dir.min.free.bytes': '0', 'zookeeper.session.timeout.ms': '6000' },
  });
});
afterAll(() => cluster.close());

/** Segment files of the topic on a broker, with their sizes. */
function segments(id: number): [string, number][] {
  const directory = cluster.dataDirectory(id);
  return readdirSync(directory)
    .filter((name) => name.startsWith(`${TOPIC}-`))
    .flatMap((name) =>
      readdirSync(join(directory, name))
        .filter((file) => file.endsWith('.log'))
        .map((file): [string, number] => [
          join(name, file),
          statSync(join(directory, name, file)).size,
        ]),
    );
}

test('D18 brokers refuse an ensemble that was wiped, and keep what they have', async () => {
  const kafka = new Kafka({ brokers: cluster.addresses });
  const admin = kafka.admin();
  await admin.createTopics([{ topic: TOPIC, numPartitions: 3, replicationFactor: 3 }]);
  await admin.close();
  const producer = kafka.producer();
  await producer.send({
    topic: TOPIC,
    messages: Array.from({ length: 300 }, (_, i) => ({ value: String(i), partition: i % 3 })),
  });
  await producer.close();
  for (const id of cluster.ids) await cluster.stop(id);
  const before = cluster.ids.map(segments);
  expect(before.flat()).toHaveLength(9);

  await cluster.zookeeper.kill(1);
  await cluster.zookeeper.wipe(1);
  await cluster.zookeeper.start(1);
  for (const id of cluster.ids) {
    await expect(cluster.start(id)).rejects.toThrow(/cluster/i);
    expect(cluster.isRunning(id)).toBe(false);
  }
  expect(cluster.ids.map(segments)).toEqual(before);
});
