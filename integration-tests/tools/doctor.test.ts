import { Metadata } from '../../client/protocol/messages/metadata';
import { cp, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, type Admin } from '../../client';
import { deferred } from '../../client/runtime/deferred';
import { createSessionFactory } from '../../zk-coordination/session/session-factory';
import type { ZkSession } from '../../zk-coordination/session-contract';
import { ranCommand } from '../../tools/cli/testing';
import { definition } from '../../tools/kafka-doctor';
import { RawClient } from '../harness/raw-client';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { runTool } from './tool-process';

/** Long enough for whatever is normal; one that heals earlier does not wait for it. */
const PATIENT = ['--settle-ms', '15000'];
/** What was planted stays: there is nothing to wait for. */
const QUICK = ['--settle-ms', '400'];
const ANY_VERSION = -1;

interface Finding {
  readonly code: string;
  readonly subject: string;
  readonly says: readonly { readonly source: string; readonly value: string }[];
  readonly advice: string;
}

let cluster: MultiBrokerCluster;
let session: ZkSession;
let kafka: Kafka;
let admin: Admin;

beforeAll(async () => {
  cluster = await MultiBrokerCluster.start({
    configs: {
      'log.dir.min.free.bytes': '0',
      // A test that stops a broker for a moment must not lose it.
      'zookeeper.session.timeout.ms': '15000',
      'auto.create.topics.enable': 'false',
    },
  });
  const connectString = cluster.zookeeper.connectString;
  session = createSessionFactory({ connectString, sessionTimeoutMs: 30_000 }).open();
  await session.connected();
  kafka = new Kafka({ brokers: cluster.addresses });
  admin = kafka.admin();
  await topic('order', 3);
});
afterAll(async () => {
  await admin?.close();
  await session?.close();
  await cluster?.close();
});

const doctor = (...args: string[]) =>
  ranCommand(definition, ['--zookeeper', cluster.zookeeper.connectString, ...args]);

/** Findings, quickly. */
async function findings(...args: string[]): Promise<Finding[]> {
  const ran = await doctor(...QUICK, '--json', ...args);
  expect(ran.stderr).toBe('');
  const report = JSON.parse(ran.stdout) as { findings: Finding[] };
  expect(ran.code).toBe(report.findings.length === 0 ? 0 : 1);
  return report.findings;
}

const named = (found: readonly Finding[]) => found.map(({ code, subject }) => `${code} ${subject}`);

/** Fails with the report unless the cluster comes to be in order. */
async function expectClean(...args: string[]): Promise<void> {
  const { stdout, stderr, code } = await doctor(...PATIENT, ...args);
  expect({ code, stderr, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/(^|\n)No disagreements among 3 brokers, [^\n]*\n$/),
  });
}

const disks = () => [
  '--log-dirs',
  cluster.ids.map((id) => `${id}=${cluster.dataDirectory(id)}`).join(','),
];

async function topic(name: string, partitions = 1): Promise<void> {
  await admin.createTopics([{ topic: name, numPartitions: partitions, replicationFactor: 3 }]);
}

async function leaderOf(name: string): Promise<number> {
  const [described] = await admin.describeTopics([name]);
  return described!.partitions[0]!.leader;
}

const text = async (path: string) => (await session.get(path)).data!.toString('utf8');
const write = (path: string, data: string) => session.set(path, Buffer.from(data), ANY_VERSION);

/** Overwrites a znode while the test runs. */
async function overwritten(
  path: string,
  change: (json: Record<string, unknown>) => object,
  use: () => Promise<void>,
): Promise<void> {
  const before = await text(path);
  await write(path, JSON.stringify(change(JSON.parse(before) as Record<string, unknown>)));
  try {
    await use();
  } finally {
    await write(path, before);
  }
}

/** Creates a znode while the test runs. */
async function created(path: string, data: string | null, use: () => Promise<void>): Promise<void> {
  await session.create(path, data === null ? null : Buffer.from(data));
  try {
    await use();
  } finally {
    await session.delete(path, ANY_VERSION);
  }
}

const statePath = (name: string) => `/brokers/topics/${name}/partitions/0/state`;

describe('a cluster in order', () => {
  test('is told so in one line, through the launcher too', async () => {
    const producer = kafka.producer();
    await producer.produce('order', 'value');
    await producer.close();
    await expectClean(...disks());
    const connect = cluster.zookeeper.connectString;
    expect(await runTool('kafka-doctor', ['--zookeeper', connect])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /^No disagreements among 3 brokers, 1 topic, 3 partitions \(\d+ checks\)\.\n$/,
      ),
    });
  });

  test('can be reached by bootstrap servers', () =>
    expectClean('--bootstrap-server', cluster.address(2)));

  test('nothing is written, not even a chroot', async () => {
    const connect = `${cluster.zookeeper.connectString}/nowhere`;
    const ran = await ranCommand(definition, ['--zookeeper', connect]);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('NO_CLUSTER');
    expect(await session.exists('/nowhere')).toBeNull();
  });
});

describe('planted in ZooKeeper', () => {
  test('a state that contradicts itself, the assignment, the controller and the brokers', async () => {
    await topic('state');
    await expectClean();
    const leader = await leaderOf('state');
    const other = cluster.ids.find((id) => id !== leader)!;
    const wrong = { leader: other, leader_epoch: 70, controller_epoch: 90, isr: [leader, 8] };
    await overwritten(
      statePath('state'),
      (state) => ({ ...state, ...wrong }),
      async () => {
        const found = await findings('--topic', 'state');
        expect(new Set(named(found))).toEqual(
          new Set([
            'CONTROLLER_EPOCH_BEHIND state-0',
            'LEADER_NOT_IN_ISR state-0',
            'ISR_NOT_IN_REPLICAS state-0',
            'ISR_MEMBER_DEAD state-0',
            'AT_MIN_ISR state-0',
            'UNDER_REPLICATED state-0',
            'LEADER_EPOCH_ANOMALY state-0',
            ...cluster.ids.map((id) => `METADATA_LEADER_DIFFERS state-0 at broker ${id}`),
            ...cluster.ids.map((id) => `METADATA_ISR_DIFFERS state-0 at broker ${id}`),
            `TWO_LEADERS state-0 at broker ${leader}`,
            'LEADER_EPOCH_DIFFERS state-0',
          ]),
        );
        const [seen] = found.filter(({ code }) => code === 'METADATA_LEADER_DIFFERS');
        expect(seen!.says).toEqual([
          { source: statePath('state'), value: `leader ${other}, epoch 70` },
          { source: 'broker 1', value: `leader ${leader}, epoch 0` },
        ]);
        expect(await findings('--topic', 'order')).toEqual([]);
      },
    );
    await expectClean();
  });

  test('a leader by name who does not lead, and no leader at all', async () => {
    await topic('leaderless');
    const leader = await leaderOf('leaderless');
    const other = cluster.ids.find((id) => id !== leader)!;
    await overwritten(
      statePath('leaderless'),
      (state) => ({ ...state, leader: other }),
      async () => {
        const found = named(await findings());
        expect(found).toContain('LEADER_DOES_NOT_LEAD leaderless-0');
        expect(found).toContain(`TWO_LEADERS leaderless-0 at broker ${leader}`);
      },
    );
    await overwritten(
      statePath('leaderless'),
      (state) => ({ ...state, leader: -1 }),
      async () => {
        const [first] = (await findings()).filter(({ code }) => code === 'NO_LEADER');
        expect(first).toMatchObject({
          subject: 'leaderless-0',
          advice: expect.stringContaining('In sync and alive'),
        });
      },
    );
    await expectClean();
  });

  test('a partition without a state', async () => {
    await topic('stateless');
    const before = await text(statePath('stateless'));
    await session.delete(statePath('stateless'), ANY_VERSION);
    expect(named(await findings())).toContain('STATE_MISSING stateless-0');
    await session.create(statePath('stateless'), Buffer.from(before));
    await expectClean();
  });

  test('another topic id than brokers and disks have', async () => {
    await topic('renamed');
    const path = '/brokers/topics/renamed';
    await overwritten(
      path,
      (json) => ({ ...json, topic_id: 'AAAAAAAAAAAAAAAAAAAAAw' }),
      async () => {
        const found = named(await findings(...disks()));
        for (const id of cluster.ids) {
          expect(found).toContain(`METADATA_TOPIC_ID_DIFFERS renamed at broker ${id}`);
          const directory = join(cluster.dataDirectory(id), 'renamed-0');
          expect(found).toContain(`DISK_TOPIC_ID_DIFFERS ${directory}`);
        }
      },
    );
    await expectClean(...disks());
  });

  test('a znode that is not JSON, and one too many', async () => {
    await created('/config/topics/order', '{', async () => {
      expect(await findings()).toMatchObject([
        { code: 'ZNODE_MALFORMED', subject: '/config/topics/order' },
      ]);
    });
    await created('/brokers/topics/order/partitions/7', null, async () => {
      expect(named(await findings())).toEqual(['PARTITION_NODE_EXTRA order-7']);
    });
    await expectClean();
  });

  test('leftovers of administration', async () => {
    const throttle = '{"version":1,"config":{"leader.replication.throttled.replicas":"*"}}';
    await created('/config/topics/gone', throttle, async () => {
      expect(named(await findings())).toEqual([
        'THROTTLE_LEFT leader.replication.throttled.replicas in /config/topics/gone',
        'CONFIG_OF_MISSING_TOPIC gone',
      ]);
    });
    const change = '/isr_change_notification/isr_change_0000000007';
    await created(change, '{"version":1,"partitions":[]}', async () => {
      expect(named(await findings())).toEqual([`NOTIFICATION_STALE ${change}`]);
    });
    await expectClean();
  });

  test('a broker that nobody is, at the address of another', async () => {
    const registration = (await text('/brokers/ids/1')).replace(/"rack":"[^"]*",?/, '');
    await created('/brokers/ids/9', registration, async () => {
      const found = named(await findings());
      expect(found).toContain(`ENDPOINT_SHARED ${cluster.address(1)}`);
      expect(found).toContain('REGISTRATION_NOT_EPHEMERAL broker 9');
    });
    await expectClean();
  });

  test('a controller that is none', async () => {
    const { brokerid } = JSON.parse(await text('/controller')) as { brokerid: number };
    const other = cluster.ids.find((id) => id !== brokerid)!;
    const epoch = Number(await text('/controller_epoch'));
    // As an election goes, so that the one in office is fenced; it is nobody's, so that it stays.
    await session.multi([
      { type: 'delete', path: '/controller', version: ANY_VERSION },
      {
        type: 'create',
        path: '/controller',
        data: Buffer.from(`{"version":2,"brokerid":${other},"timestamp":"1"}`),
      },
      {
        type: 'set',
        path: '/controller_epoch',
        data: Buffer.from(String(epoch + 1)),
        version: ANY_VERSION,
      },
    ]);
    const found = named(await findings());
    expect(found).toContain(`CONTROLLER_SESSION_DIFFERS broker ${other}`);
    expect(found).toContain(`CONTROLLER_NOT_IN_OFFICE broker ${other}`);
    await session.delete('/controller', ANY_VERSION);
    await expectClean();
  });

  test('the id of another cluster', async () => {
    await overwritten(
      '/cluster/id',
      (json) => ({ ...json, id: 'AAAAAAAAAAAAAAAAAAAAAw' }),
      async () => {
        const found = named(await findings(...disks()));
        for (const id of cluster.ids) {
          expect(found).toContain(`CLUSTER_ID_DIFFERS broker ${id}`);
          expect(found).toContain(
            `META_PROPERTIES_DIFFER cluster.id of ${cluster.dataDirectory(id)}`,
          );
        }
      },
    );
    await expectClean(...disks());
  });
});

describe('planted on disks', () => {
  /** A copy of a broker's directory, as a backup or a disk that was swapped. */
  async function copied(id: number): Promise<string> {
    const directory = join(cluster.directory, 'copy');
    await rm(directory, { recursive: true, force: true });
    await cp(cluster.dataDirectory(id), directory, { recursive: true });
    return directory;
  }

  test('logs of topics that there are not, deleted or set aside', async () => {
    const directory = cluster.dataDirectory(2);
    const names = ['ghost-0', 'ghost-1.0123456789abcdef0123456789abcdef-stray'];
    for (const name of names) await mkdir(join(directory, name));
    expect(named(await findings(...disks()))).toEqual([
      `STRAY_DIRECTORY ${directory}/ghost-0`,
      `DIRECTORY_LEFT_OVER ${directory}/${names[1]}`,
    ]);
    for (const name of names) await rm(join(directory, name), { recursive: true });
    await expectClean(...disks());
  });

  test('a disk of another broker, cut logs, checkpoints of more than there is', async () => {
    await topic('cut');
    const producer = kafka.producer();
    await producer.produce('cut', 'value');
    await producer.close();
    const directory = await copied(1);
    await truncate(join(directory, 'cut-0', '00000000000000000000.log'), 10);
    await rm(join(directory, 'order-0'), { recursive: true });
    const checkpoint = join(directory, 'replication-offset-checkpoint');
    // Whether the broker has written this one by now is a matter of luck.
    await rm(join(directory, 'recovery-point-offset-checkpoint'), { force: true });
    await writeFile(checkpoint, '0\n2\ncut 0 1\norder 0 0\n');
    await writeFile(join(directory, 'log-start-offset-checkpoint'), '0\n7\n');
    const found = await findings('--log-dirs', `2=${directory}`);
    expect(new Set(named(found))).toEqual(
      new Set([
        `META_PROPERTIES_DIFFER broker.id of ${directory}`,
        `CHECKPOINT_BEYOND_LOG cut-0 in ${checkpoint}`,
        `CHECKPOINT_OF_MISSING_LOG order-0 in ${checkpoint}`,
        `DISK_UNREADABLE ${join(directory, 'log-start-offset-checkpoint')}`,
      ]),
    );
    await rm(directory, { recursive: true });
    expect(named(await findings('--log-dirs', `1=${directory}`))).toEqual([
      `DISK_UNREADABLE ${directory}`,
    ]);
  });
});

describe('brokers in trouble', () => {
  test('one stands still', async () => {
    cluster.pause(3);
    try {
      const found = await findings('--timeout-ms', '1000');
      expect(named(found)).toContain('BROKER_UNREACHABLE broker 3');
    } finally {
      cluster.resume(3);
    }
    await expectClean();
  });

  test('one is stopped: its replicas are missing, and topics cannot be deleted', async () => {
    await topic('doomed');
    await cluster.stop(3);
    await admin.deleteTopics(['doomed']);
    const found = await findings('--settle-ms', '1500');
    expect(found.find(({ code }) => code === 'UNDER_REPLICATED')).toMatchObject({
      advice: 'Start broker 3, or move partitions to others.',
    });
    expect(found.find(({ code }) => code === 'DELETION_STUCK')).toMatchObject({
      subject: 'doomed',
      advice: 'It waits for broker 3: start what is missing.',
    });
    expect(new Set(found.map(({ code }) => code))).toEqual(
      new Set(['AT_MIN_ISR', 'UNDER_REPLICATED', 'DELETION_STUCK']),
    );
    await cluster.start(3);
    await expectClean(...disks());
  });

  test('two are stopped: writes with acks=all are refused, and it says whom to start', async () => {
    const leader = await leaderOf('order');
    const others = cluster.ids.filter((id) => id !== leader);
    for (const id of others) await cluster.stop(id);
    const found = await findings('--topic', 'order', '--settle-ms', '1500');
    expect(found.find(({ code }) => code === 'BELOW_MIN_ISR')).toMatchObject({
      advice: `Start one of brokers ${others.join(' and ')}; writes go on once enough replicas are in sync.`,
    });
    for (const id of others) await cluster.start(id);
    await expectClean(...disks());
  });

  test('a topic is deleted, and made again: nothing is left over', async () => {
    await topic('brief', 2);
    await admin.deleteTopics(['brief']);
    await expectClean(...disks());
    await topic('brief');
    await expectClean(...disks());
  });

  test('a leader is killed, comes back, and all is in order again', async () => {
    const leader = await leaderOf('order');
    await cluster.kill(leader);
    const found = await findings();
    expect(found.every(({ says }) => says.length > 1)).toBe(true);
    expect(named(found)).toContain(`BROKER_UNREACHABLE broker ${leader}`);
    await cluster.start(leader);
    await expectClean(...disks());
  });
});

/** Waits until this very broker knows of a topic; any other may have answered so far. */
async function knowsTopic(address: string, topic: string): Promise<void> {
  const client = await RawClient.connect(address);
  try {
    for (let known = false; !known;) {
      const { topics } = await client.request(Metadata, { topics: null });
      known = topics.some(({ name }) => name === topic);
    }
  } finally {
    await client.close();
  }
}

test('two leaders: one that is cut off from everybody but clients does not know that it was replaced', async () => {
  const torn = await MultiBrokerCluster.start({
    proxies: true,
    configs: { 'log.dir.min.free.bytes': '0', 'zookeeper.session.timeout.ms': '3000' },
  });
  const { connectString } = torn.zookeeper;
  const observer = createSessionFactory({ connectString, sessionTimeoutMs: 30_000 }).open();
  const client = new Kafka({ brokers: torn.addresses }).admin();
  try {
    await observer.connected();
    await client.createTopics([{ topic: 'torn', numPartitions: 1, replicationFactor: 3 }]);
    const [described] = await client.describeTopics(['torn']);
    const { leader: old } = described!.partitions[0]!;
    await knowsTopic(torn.address(old), 'torn');
    const others = torn.ids.filter((id) => id !== old);
    for (const server of torn.zookeeper.ids) torn.links.zookeeper(old, server).drop();
    for (const other of others) {
      torn.links.peer(old, other).drop();
      torn.links.peer(other, old).drop();
    }
    const leader = await leaderAfter(observer, old);
    const ran = await ranCommand(definition, [
      ...['--zookeeper', connectString, '--bootstrap-server', torn.address(old)],
      ...[...QUICK, '--json'],
    ]);
    const found = (JSON.parse(ran.stdout) as { findings: Finding[] }).findings;
    expect(others).toContain(leader);
    expect(named(found)).toEqual(
      expect.arrayContaining([
        `TWO_LEADERS torn-0 at broker ${old}`,
        `BROKER_NOT_REGISTERED broker ${old}`,
        `METADATA_LEADER_DIFFERS torn-0 at broker ${old}`,
        'UNDER_REPLICATED torn-0',
      ]),
    );
    for (const proxy of torn.links.all()) proxy.heal();
    const healed = await ranCommand(definition, ['--zookeeper', connectString, ...PATIENT]);
    expect(healed).toMatchObject({ code: 0, stdout: expect.stringContaining('No disagreements') });
  } finally {
    await client.close();
    await observer.close();
    await torn.close();
  }
});

/** Resolves with the next leader of torn-0 when it is another one. */
async function leaderAfter(observer: ZkSession, old: number): Promise<number> {
  for (;;) {
    const changed = deferred<void>();
    const { data } = await observer.get(statePath('torn'), () => changed.resolve());
    const { leader } = JSON.parse(data!.toString('utf8')) as { leader: number };
    if (leader !== old && leader >= 0) return leader;
    await changed.promise;
  }
}
