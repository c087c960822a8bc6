import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { delay } from '../../client/runtime/clock';
import { BrokerProcess } from '../harness/broker-process';
import { RawClient } from '../harness/raw-client';
import { createTopic, integerBatch, produce, readIntegers } from '../harness/raw-topics';
import { TestCluster } from '../harness/test-cluster';

const TOPIC = 'survivors';
/** Longer than a start of the broker on a busy machine: some tests must be back before it is over. */
const SESSION_MS = 6000;

let cluster: TestCluster;
let next = 0;
beforeAll(async () => {
  cluster = await TestCluster.start({
    zookeeper: { tickTimeMs: 200 },
    configs: {
      'log.dir.min.free.bytes': '0',
      'zookeeper.session.timeout.ms': String(SESSION_MS),
    },
  });
  const client = await RawClient.connect(cluster.bootstrap);
  await createTopic(client, TOPIC, 1);
  await client.close();
});
afterAll(() => cluster.stop());

/** Whether some session holds the broker's znode: ZooKeeper's own word for it. */
async function registered(): Promise<boolean> {
  return (await cluster.zookeeper.ask(1, 'dump')).includes('/brokers/ids/1');
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20);
}

/** As a producer does: again while the broker has yet to be told, or to be sure, that it leads. */
async function append(client: RawClient, value: number): Promise<number> {
  for (;;) {
    try {
      return await produce(client, TOPIC, 0, integerBatch([value]));
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== 'NOT_LEADER_OR_FOLLOWER') throw error;
      await delay(20);
    }
  }
}

/** The broker takes a record and has all that came before. */
async function expectServing(): Promise<void> {
  const client = await RawClient.connect(cluster.bootstrap);
  const value = next++;
  expect(await append(client, value)).toBe(value);
  const values = (await readIntegers(client, TOPIC, 0)).map((record) => record.value);
  expect(values).toEqual(Array.from({ length: next }, (_, index) => index));
  await client.close();
}

test('a killed broker is registered again at once, long before its session would end', async () => {
  await cluster.broker.kill();
  expect(await registered()).toBe(true);
  const { log } = await cluster.startBroker();
  expect(log.count('zk-waiting-for-owner')).toBe(0);
  expect(await registered()).toBe(true);
  await expectServing();
});

test('without its session file a killed broker waits for the old session to end', async () => {
  await cluster.broker.kill();
  rmSync(join(cluster.broker.dataDirectory, 'zookeeper-session.json'));
  const { log } = await cluster.startBroker();
  expect(log.count('zk-waiting-for-owner')).toBeGreaterThan(0);
  await expectServing();
});

test('ZooKeeper is killed for longer than a session: the broker comes back by itself', async () => {
  const { log, pid } = cluster.broker;
  const suspended = log.next('zk-suspended');
  await cluster.zookeeper.kill(1);
  await suspended;
  await delay(SESSION_MS + 2000);
  await cluster.zookeeper.start(1);
  await until(registered);
  expect(cluster.broker.running).toBe(true);
  expect(cluster.broker.pid).toBe(pid);
  await expectServing();
});

test('a session that has expired is replaced and the broker serves again', async () => {
  const { log } = cluster.broker;
  const reopened = log.next('zk-session-open');
  cluster.broker.pause();
  await until(async () => !(await registered()));
  cluster.broker.resume();
  await reopened;
  await until(registered);
  await expectServing();
});

test('a second broker with the same id waits, then gives up; the first goes on', async () => {
  const other = await BrokerProcess.launch({
    zookeeperConnect: cluster.zookeeperConnect,
    directory: join(cluster.directory, 'other'),
    configs: { 'zookeeper.session.timeout.ms': String(SESSION_MS) },
  });
  await other.log.next('zk-waiting-for-owner');
  await expectServing();
  expect((await other.exited).code).toBe(1);
  expect(other.output.join('\n')).toMatch(/brokers\/ids\/1 is held by session 0x[0-9a-f]+/);
  expect(await registered()).toBe(true);
  await expectServing();
});

test('SIGTERM leaves at once, and the next start trusts what it finds', async () => {
  await cluster.broker.stop();
  expect(cluster.broker.log.count('broker-stopped')).toBe(1);
  expect(await registered()).toBe(false);
  const { log } = await cluster.startBroker();
  expect(log.entries.filter(({ event }) => event === 'log-dir-loaded')).toMatchObject([
    { cuts: 0 },
  ]);
  expect(log.count('index-rebuilt') + log.count('zk-previous-session-closed')).toBe(0);
  await expectServing();
});
