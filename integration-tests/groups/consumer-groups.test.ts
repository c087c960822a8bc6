import { Kafka, type Consumer, type ConsumerOptions, type TopicPartition } from '../../client';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';

let cluster: MultiBrokerCluster;
let kafka: Kafka;
const consumers: Consumer[] = [];

beforeAll(async () => {
  cluster = await MultiBrokerCluster.start({
    configs: {
      'log.dir.min.free.bytes': '0',
      'zookeeper.session.timeout.ms': '6000',
      'group.initial.rebalance.delay.ms': '0',
    },
  });
  kafka = new Kafka({ brokers: cluster.addresses, metadataMaxAge: 500 });
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
});
afterAll(() => cluster.close());

/** A member that reads until it is closed, and what it was told and given. */
class Reading {
  readonly told: string[] = [];
  readonly values: string[] = [];
  readonly consumer: Consumer;

  constructor(options: ConsumerOptions) {
    this.consumer = kafka.consumer({
      autoOffsetReset: 'earliest',
      heartbeatIntervalMs: 200,
      autoCommitIntervalMs: 100,
      partitionAssignors: ['cooperative-sticky'],
      ...options,
    });
    consumers.push(this.consumer);
  }

  async start(topics: (string | RegExp)[]): Promise<this> {
    const tell = (sign: string) => (list: readonly TopicPartition[]) => {
      if (list.length > 0) this.told.push(sign + list.map(({ partition }) => partition).join());
    };
    await this.consumer.subscribe(
      { topics },
      {
        onPartitionsAssigned: tell('+'),
        onPartitionsRevoked: tell('-'),
        onPartitionsLost: tell('!'),
      },
    );
    void this.consumer.run({ eachMessage: ({ value }) => this.values.push(String(value)) });
    return this;
  }

  get count(): number {
    return this.consumer.assignment().length;
  }
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise(setImmediate);
}

async function withTopic(topic: string, numPartitions: number): Promise<void> {
  const admin = kafka.admin();
  await admin.createTopics([{ topic, numPartitions, replicationFactor: 3 }]);
  await admin.close();
  // A member that does not see it yet would say something else than the one it takes the place of.
  for (const address of cluster.addresses) {
    const one = new Kafka({ brokers: [address] }).admin();
    await until(async () => (await one.listTopics()).some(({ name }) => name === topic));
    await one.close();
  }
}

async function produce(topic: string, partition: number, value: string): Promise<void> {
  const producer = kafka.producer();
  await producer.send({ topic, messages: [{ partition, value }] });
  await producer.close();
}

test('members share; what one that leaves had is read on; the coordinator is killed unnoticed', async () => {
  await withTopic('shared', 4);
  const first = await new Reading({ groupId: 'shared' }).start(['shared']);
  await until(() => first.count === 4);
  const second = await new Reading({ groupId: 'shared' }).start(['shared']);
  await until(() => first.count === 2 && second.count === 2);
  // Only what moves was taken away.
  expect(first.told.filter((one) => one.startsWith('-')).join()).toMatch(/^-\d,\d$/);
  for (let partition = 0; partition < 4; partition++) {
    await produce('shared', partition, `a${partition}`);
  }
  await until(() => first.values.length + second.values.length === 4);
  await second.consumer.close();
  await until(() => first.count === 4);

  const told = [...first.told];
  const { generationId } = first.consumer.groupMetadata();
  const admin = kafka.admin();
  const [{ coordinator }] = await admin.describeGroups(['shared']);
  await admin.close();
  await cluster.kill(coordinator.nodeId);
  await first.consumer.commit([{ topic: 'shared', partition: 0, offset: 1, metadata: 'after' }]);
  expect(first.told).toEqual(told);
  expect(first.consumer.groupMetadata().generationId).toBe(generationId);
  await cluster.start(coordinator.nodeId);
  await first.consumer.close();
  const next = await new Reading({ groupId: 'shared' }).start(['shared']);
  await until(() => next.count === 4);
  const committed = await next.consumer.committed();
  expect(committed.map(({ offset }) => offset)).toEqual([1, 1, 1, 1]);
  expect(next.values).toEqual([]);
}, 120_000);

test('a static member restarts without a rebalance; a topic that matches is found', async () => {
  await withTopic('logs-a', 1);
  const options = { groupId: 'static', groupInstanceId: 'one' };
  const first = await new Reading(options).start([/^logs-/]);
  await until(() => first.count === 1);
  const { generationId } = first.consumer.groupMetadata();
  await first.consumer.close();
  const second = await new Reading(options).start([/^logs-/]);
  await until(() => second.count === 1);
  expect(second.consumer.groupMetadata().generationId).toBe(generationId);
  await withTopic('logs-b', 1);
  await produce('logs-b', 0, 'new');
  await until(() => second.values.includes('new'));
}, 120_000);
