import { silentLogger } from '../../client/runtime/logger';
import {
  BrokerStore,
  ConfigStore,
  createBootstrapPaths,
  EphemeralRegistry,
  PartitionStateStore,
  TopicDeletionStore,
  TopicStore,
  ZooKeeperClient,
} from '../../zk-coordination';
import { InMemoryEnsemble } from '../../zk-coordination/double/in-memory-ensemble';
import type { TopicPartition } from '../log';
import { MetadataCache, hasLeaders } from '../metadata/metadata-cache';
import { systemClock } from '../../client/runtime/clock';
import type { LeaderAndIsr } from '../replication/replica-manager';
import type { BrokerMessenger } from './broker-messenger';
import { Controller } from './controller';
import { TopicAdmin } from './topic-admin';

/** One broker's controller side on an ensemble in memory, with the brokers' ears recorded. */
class Candidate implements BrokerMessenger {
  readonly zk: ZooKeeperClient;
  readonly metadata = new MetadataCache();
  readonly told: LeaderAndIsr[] = [];
  readonly stopped: TopicPartition[] = [];
  readonly controller: Controller;
  readonly admin: TopicAdmin;
  private readonly topics: TopicStore;
  private registeredIn = 0;
  readonly states: PartitionStateStore;

  constructor(
    readonly id: number,
    ensemble: InMemoryEnsemble,
  ) {
    const zk = (this.zk = new ZooKeeperClient({
      factory: ensemble.sessions(),
      clock: ensemble.clock,
      backoff: { initialMs: 1, maxMs: 5 },
    }));
    this.topics = new TopicStore(zk);
    this.states = new PartitionStateStore(zk);
    const deletions = new TopicDeletionStore(zk);
    const configs = new ConfigStore(zk);
    this.controller = new Controller({
      brokerId: id,
      zk,
      topics: this.topics,
      states: this.states,
      deletions,
      configs,
      brokers: new BrokerStore(zk),
      messenger: this,
      deleteTopicEnable: true,
      logger: silentLogger,
      isRegistered: () => this.registeredIn === zk.generation,
      onController: (controllerId) => (this.metadata.controllerId = controllerId),
    });
    this.admin = new TopicAdmin({
      topics: this.topics,
      deletions,
      configs,
      metadata: this.metadata,
      numPartitions: () => 1,
      replicationFactor: () => 1,
      deleteTopicEnable: true,
      assertConfigs: () => {},
      clock: systemClock,
      random: Math.random,
    });
  }

  async start(): Promise<void> {
    await this.zk.connect();
    await createBootstrapPaths(this.zk);
    await new BrokerStore(this.zk).register(
      new EphemeralRegistry(this.zk),
      { id: this.id, endpoints: [], rack: null, jmxPort: -1, timestamp: 0, features: {} },
      { onRegistered: (_, generation) => (this.registeredIn = generation) },
    );
    this.metadata.setBrokers([{ id: this.id, rack: null, endpoints: new Map() }]);
    await this.controller.start();
  }

  async stop(): Promise<void> {
    await this.controller.close();
    await this.zk.close();
  }

  topicHasLeaders(name: string, partitions: number): Promise<boolean> {
    const ready = () => hasLeaders(this.metadata.topic(name), partitions);
    return this.metadata.until(ready, 5000, systemClock);
  }

  async leaderAndIsr(_broker: number, instructions: readonly LeaderAndIsr[]): Promise<void> {
    this.told.push(...instructions);
  }
  async stopReplicas(_broker: number, partitions: readonly TopicPartition[]): Promise<void> {
    this.stopped.push(...partitions);
  }
  updateMetadata: BrokerMessenger['updateMetadata'] = (topics) => {
    for (const topic of topics) this.metadata.setTopic(topic);
  };
  forgetTopic: BrokerMessenger['forgetTopic'] = (topic) => this.metadata.removeTopic(topic);
}

const newTopic = (name: string, numPartitions = 2) => ({
  name,
  numPartitions,
  replicationFactor: 1,
  assignments: new Map<number, readonly number[]>(),
  configs: {},
});

let ensemble: InMemoryEnsemble;
let broker: Candidate;
beforeEach(async () => {
  ensemble = new InMemoryEnsemble();
  broker = new Candidate(1, ensemble);
  await broker.start();
});
afterEach(() => broker.stop());

test('is elected, and new topics get leaders', async () => {
  expect(broker.controller.isActive).toBe(true);
  expect(broker.metadata.controllerId).toBe(1);
  await broker.admin.create(newTopic('clicks', 3));
  expect(await broker.topicHasLeaders('clicks', 3)).toBe(true);
  expect(
    broker.told.map(({ topicPartition, isNew, leaderEpoch }) => [
      topicPartition.partition,
      isNew,
      leaderEpoch,
    ]),
  ).toEqual([
    [0, true, 0],
    [1, true, 0],
    [2, true, 0],
  ]);
  const state = await broker.states.get({ topic: 'clicks', partition: 0 });
  expect(state).toMatchObject({ leader: 1, isr: [1], leaderEpoch: 0, partitionEpoch: 0 });
});

test('partitions can be added, topics deleted and made again', async () => {
  await broker.admin.create(newTopic('clicks'));
  await broker.topicHasLeaders('clicks', 2);
  const first = broker.metadata.topic('clicks')?.topicId;
  await broker.admin.extend('clicks', 4, null);
  expect(await broker.topicHasLeaders('clicks', 4)).toBe(true);
  await broker.admin.delete('clicks');
  const gone = () => !broker.metadata.topic('clicks');
  expect(await broker.metadata.until(gone, 5000, systemClock)).toBe(true);
  expect(broker.stopped).toHaveLength(4);
  await broker.admin.create(newTopic('clicks', 1));
  expect(await broker.topicHasLeaders('clicks', 1)).toBe(true);
  expect(broker.metadata.topic('clicks')?.topicId).not.toBe(first);
});

test.each([
  ['a name taken', newTopic('taken'), 'TOPIC_ALREADY_EXISTS'],
  ['a name that collides', newTopic('ta.ken'), 'INVALID_TOPIC_EXCEPTION'],
  ['a bad name', newTopic('a/b'), 'INVALID_TOPIC_EXCEPTION'],
  ['no partitions', newTopic('none', 0), 'INVALID_PARTITIONS'],
  [
    'too many replicas',
    { ...newTopic('many'), replicationFactor: 2 },
    'INVALID_REPLICATION_FACTOR',
  ],
  [
    'a dead broker',
    {
      ...newTopic('dead', -1),
      replicationFactor: -1,
      assignments: new Map([[0, [9]]]),
    },
    'INVALID_REPLICA_ASSIGNMENT',
  ],
])('%s is refused', async (_, topic, code) => {
  await broker.admin.create(newTopic('taken'));
  await broker.admin.create(newTopic('ta_ken'));
  await expect(broker.admin.create(topic)).rejects.toMatchObject({ code });
});

test.each(['', '.', '..', 'a/b', 'clicks/partitions', '\u0000'])(
  'nothing is looked for under the name "%s"',
  async (name) => {
    await broker.admin.create(newTopic('clicks', 1));
    const code = 'UNKNOWN_TOPIC_OR_PARTITION';
    await expect(broker.admin.delete(name)).rejects.toMatchObject({ code });
    await expect(broker.admin.extend(name, 5, null)).rejects.toMatchObject({ code });
  },
);

test('a successor elects anew what it led in its previous life', async () => {
  await broker.admin.create(newTopic('clicks', 1));
  await broker.topicHasLeaders('clicks', 1);
  await broker.stop();
  broker = new Candidate(1, ensemble);
  await broker.start();
  expect(await broker.topicHasLeaders('clicks', 1)).toBe(true);
  expect(broker.metadata.topic('clicks')?.partitions[0]).toMatchObject({
    leader: 1,
    leaderEpoch: 1,
  });
});

test('after its session has expired it resigns, and is elected anew in the next', async () => {
  await broker.admin.create(newTopic('clicks', 1));
  await broker.topicHasLeaders('clicks', 1);
  ensemble.faults.expire(broker.zk.sessionId);
  const again = () => broker.metadata.topic('clicks')?.partitions[0]?.leaderEpoch === 1;
  expect(await broker.metadata.until(again, 5000, systemClock)).toBe(true);
  expect(broker.controller.isActive).toBe(true);
});

test('two candidates: one controller, and the other takes over when it goes', async () => {
  const second = new Candidate(2, ensemble);
  await second.start();
  expect(second.controller.isActive).toBe(false);
  expect(second.metadata.controllerId).toBe(1);
  await broker.stop();
  while (!second.controller.isActive) await new Promise(setImmediate);
  await second.stop();
  broker = new Candidate(1, ensemble);
  await broker.start();
});
