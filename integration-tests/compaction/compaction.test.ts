import { Kafka, type Admin } from '../../client';
import { ranCommand } from '../../tools/cli/testing';
import { definition as logDirs } from '../../tools/kafka-log-dirs';
import { definition as replicaVerification } from '../../tools/kafka-replica-verification';
import { delay } from '../../client/runtime/clock';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';

jest.setTimeout(120_000);

const KEYS = 50;
const RECORDS = 6000;

let cluster: MultiBrokerCluster;
let kafka: Kafka;
let admin: Admin;
beforeAll(async () => {
  cluster = await MultiBrokerCluster.start({
    configs: {
      'log.dir.min.free.bytes': '0',
      'log.cleaner.backoff.ms': '100',
      'zookeeper.session.timeout.ms': '2000',
      'log.segment.delete.delay.ms': '100',
    },
  });
  kafka = new Kafka({ brokers: cluster.addresses });
  admin = kafka.admin();
});
afterAll(async () => {
  await admin.close();
  await cluster.close();
});

/** The copies of a partition, by broker. */
async function copies(topic: string) {
  const described = await admin.describeLogDirs({ partitions: [{ topic, partition: 0 }] });
  return described.flatMap(({ brokerId, logDirs: dirs }) =>
    dirs.flatMap(({ replicas }) => replicas.map((replica) => ({ brokerId, ...replica }))),
  );
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await delay(100);
}

async function readAll(topic: string, end: number) {
  const consumer = kafka.consumer();
  const found: { offset: number; key: string; value: string | null }[] = [];
  await consumer.assign({ topic, offset: 'earliest' });
  for await (const { offset, key, value } of consumer) {
    found.push({ offset, key: String(key), value: value && String(value) });
    if (offset === end - 1) break;
  }
  await consumer.close();
  return found;
}

it('is read through by consumers while every replica compacts for itself', async () => {
  const topic = 'compacted';
  await admin.createTopics([
    {
      topic,
      replicationFactor: 3,
      configs: {
        'cleanup.policy': 'compact',
        'segment.bytes': '20000',
        'min.cleanable.dirty.ratio': '0.1',
        'delete.retention.ms': '100',
      },
    },
  ]);
  const producer = kafka.producer({ compression: 'gzip', lingerMs: 2 });
  const latest = new Map<string, string | null>();
  const reading = readAll(topic, RECORDS);
  for (let n = 0; n < RECORDS; n += 20) {
    const messages = Array.from({ length: 20 }, (_, m) => {
      const key = `key ${((n + m) * 31) % KEYS}`;
      const value = (n + m) % 17 === 0 ? null : `value ${n + m} ${Math.sin(n + m)}`;
      latest.set(key, value);
      return { key, value };
    });
    await producer.send({ topic, messages });
  }
  await producer.close();

  const read = await reading;
  const offsets = read.map(({ offset }) => offset);
  expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
  expect(new Map(read.map(({ key, value }) => [key, value]))).toEqual(latest);

  // The active segment, of 20,000 bytes at most, is all that is dirty in the end.
  await until(async () =>
    (await copies(topic)).every(({ compaction }) => compaction?.dirtyRatio === 0),
  );
  const status = await copies(topic);
  expect(status.map(({ brokerId }) => brokerId).sort()).toEqual([1, 2, 3]);
  for (const { size, compaction } of status) {
    expect(size).toBeLessThan(60_000);
    expect(compaction).toMatchObject({ uncleanable: null });
    expect(compaction?.firstDirtyOffset).toBeGreaterThan(RECORDS / 2);
  }
  const left = await readAll(topic, RECORDS);
  expect(left.length).toBeLessThan(RECORDS / 2);
  const found = new Map(left.map(({ key, value }) => [key, value]));
  for (const [key, value] of latest) expect(found.get(key) ?? null).toBe(value);
});

it('does not make kafka-replica-verification complain, and is seen in kafka-log-dirs', async () => {
  const bootstrap = ['--bootstrap-server', cluster.addresses.join()];
  const verified = await ranCommand(replicaVerification, [
    ...['--broker-list', cluster.addresses.join(), '--topics-include', 'compacted', '--once'],
  ]);
  expect(verified).toMatchObject({ code: 0 });
  const shown = await ranCommand(logDirs, [
    ...[...bootstrap, '--describe', '--topic-list', 'compacted'],
  ]);
  expect(shown.stdout).toContain('"compaction":{"firstDirtyOffset":');
});

it('survives brokers that are killed while they compact', async () => {
  const topic = 'killed';
  await admin.createTopics([
    {
      topic,
      replicationFactor: 3,
      configs: {
        'cleanup.policy': 'compact',
        'segment.bytes': '10000',
        'min.cleanable.dirty.ratio': '0.01',
      },
    },
  ]);
  const producer = kafka.producer();
  const latest = new Map<string, string>();
  let sent = 0;
  const send = async (count: number) => {
    for (const end = sent + count; sent < end; sent += 10) {
      const messages = Array.from({ length: 10 }, (_, m) => {
        const [key, value] = [`key ${(sent + m) % KEYS}`, `value ${sent + m}`.padEnd(60, '.')];
        latest.set(key, value);
        return { key, value };
      });
      await producer.send({ topic, messages });
    }
  };
  await send(1000);
  for (const id of [1, 2]) {
    const sending = send(1000);
    await cluster.broker(id).kill();
    await sending;
    await cluster.start(id);
  }
  await producer.close();
  const found = new Map((await readAll(topic, sent)).map(({ key, value }) => [key, value]));
  expect(found).toEqual(latest);
});

it('is copied with its gaps by a replica that begins anew, and recovered with them', async () => {
  const topic = 'copied';
  await admin.createTopics([
    {
      topic,
      assignments: [[1, 2]],
      configs: {
        'cleanup.policy': 'compact',
        'segment.bytes': '10000',
        'min.cleanable.dirty.ratio': '0.01',
      },
    },
  ]);
  const producer = kafka.producer();
  const last = 2000;
  for (let n = 0; n < last; n += 50) {
    const messages = Array.from({ length: 50 }, (_, m) => ({
      key: `key ${(n + m) % KEYS}`,
      value: String(n + m).padEnd(40, '.'),
    }));
    await producer.send({ topic, messages });
  }
  await producer.close();
  await until(async () =>
    (await copies(topic)).every(({ compaction }) => compaction?.dirtyRatio === 0),
  );
  // Without compaction the gaps must still be known to be none of a crash.
  await admin.incrementalAlterConfigs([
    {
      type: 'TOPIC',
      name: topic,
      changes: [{ name: 'cleanup.policy', value: 'delete' }],
    },
  ]);
  await admin.alterPartitionReassignments([{ topic, partition: 0, replicas: [3] }]);
  await until(async () => {
    const [described] = await admin.describeTopics([topic]);
    return described?.partitions[0]?.isr.join() === '3';
  });
  const expected = await readAll(topic, last);
  expect(expected.length).toBeLessThan(last);
  await cluster.broker(3).kill();
  await cluster.start(3);
  expect(await readAll(topic, last)).toEqual(expected);
});
