import { Kafka, type Admin } from '../../client';
import { delay } from '../../client/runtime/clock';
import { ranCommand } from '../../tools/cli/testing';
import { definition } from '../../tools/kafka-offsets-storage';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { measureCommits } from './wire-commit-rate';

jest.setTimeout(180_000);

let storage: 'zookeeper' | 'kafka';
let cluster: MultiBrokerCluster;
let admin: Admin;
beforeEach(async () => {
  storage = 'kafka';
});
afterEach(async () => {
  await admin.close();
  await cluster.close();
});

async function start(): Promise<void> {
  cluster = await MultiBrokerCluster.start({
    configs: () => ({
      'offsets.storage': storage,
      'offsets.topic.num.partitions': '5',
      'log.dir.min.free.bytes': '0',
      'zookeeper.session.timeout.ms': '2000',
      'log.cleaner.backoff.ms': '100',
    }),
  });
  admin = new Kafka({ brokers: cluster.addresses }).admin();
  await admin.createTopics([{ topic: 'clicks', numPartitions: 10, replicationFactor: 3 }]);
}

async function restart(to: typeof storage): Promise<void> {
  storage = to;
  for (const id of cluster.ids) {
    await cluster.stop(id);
    await cluster.start(id);
  }
}

const groups = Array.from({ length: 12 }, (_, n) => `group-${n}`);

async function commitAll(offset: number): Promise<void> {
  for (const [partition, groupId] of groups.entries()) {
    await admin.alterGroupOffsets(groupId, [
      { topic: 'clicks', partition: partition % 10, offset: offset + partition },
    ]);
  }
}

async function committed(): Promise<number[]> {
  const offsets: number[] = [];
  for (const groupId of groups) {
    const found = await admin.listGroupOffsets(groupId);
    offsets.push(found[0]?.offset ?? -1);
  }
  return offsets;
}

const expected = (offset: number) => groups.map((_, partition) => offset + partition);

async function move(...args: string[]) {
  return ranCommand(definition, ['--bootstrap-server', cluster.addresses.join(), ...args]);
}

it('keeps offsets in an internal topic, and finds them when the leader of their partition is killed', async () => {
  await start();
  await commitAll(100);
  expect(await committed()).toEqual(expected(100));
  expect((await admin.listTopics()).map(({ name }) => name)).toEqual(['clicks']);
  const all = await admin.listTopics({ listInternal: true });
  expect(all.find(({ name }) => name === '__consumer_offsets')?.isInternal).toBe(true);
  await cluster.kill(1);
  expect(await committed()).toEqual(expected(100));
  await commitAll(200);
  await cluster.start(1);
  expect(await committed()).toEqual(expected(200));
  const rate = await measureCommits({
    ...{ brokers: cluster.addresses, clients: 10, groups: 5, seconds: 1 },
  });
  expect(rate.commitsPerSecond).toBeGreaterThan(0);
});

it('moves offsets to the topic and back', async () => {
  storage = 'zookeeper';
  await start();
  await commitAll(100);
  await restart('kafka');
  // Half of the groups move when they are used, the others by the tool.
  for (const [partition, groupId] of groups.slice(0, 6).entries()) {
    await admin.alterGroupOffsets(groupId, [
      { topic: 'clicks', partition, offset: 200 + partition },
    ]);
  }
  expect(await move('--to', 'zookeeper')).toMatchObject({ code: 1 });
  const planned = await move('--to', 'kafka');
  expect(planned).toMatchObject({ code: 0 });
  const moved = await move('--to', 'kafka', '--execute');
  expect(moved).toMatchObject({ code: 0 });
  const after = [...expected(200).slice(0, 6), ...expected(100).slice(6)];
  expect(await committed()).toEqual(after);
  expect((await move('--to', 'kafka')).stderr).toContain('0 offsets would be moved');

  await restart('zookeeper');
  expect(await committed()).toEqual(groups.map(() => -1));
  expect((await move('--to', 'zookeeper', '--execute')).stdout).toContain(
    `Moved ${groups.length} offsets to zookeeper.`,
  );
  expect(await committed()).toEqual(after);
});

it.each(['zookeeper', 'kafka'] as const)(
  'forgets offsets with their topic, also of groups that no broker has loaded (%s)',
  async (where) => {
    storage = where;
    await start();
    await commitAll(100);
    // It gives its groups back, and nobody asks for them.
    await cluster.stop(1);
    await cluster.start(1);
    await admin.deleteTopics(['clicks']);
    await admin.createTopics([{ topic: 'clicks', numPartitions: 10, replicationFactor: 3 }]);
    const none = groups.map(() => -1);
    while (String(await committed()) !== String(none)) await delay(100);
    await commitAll(7);
    expect(await committed()).toEqual(expected(7));
  },
);
