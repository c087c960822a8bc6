import { FakeCoordinator } from '../consumer/group/testing/fake-coordinator';
import { ConsumerHarness } from '../consumer/testing/consumer-harness';
import { deferred } from '../runtime/deferred';
import {
  AssignerProtocol,
  Kafka,
  logLevel,
  type Consumer,
  type ConsumerConfig,
  type ConsumerRunConfig,
  type PartitionAssigner,
} from '.';

const first = { topic: 'clicks', partition: 0 };
const second = { topic: 'clicks', partition: 1 };

let harness: ConsumerHarness;
let coordinator: FakeCoordinator;
let consumers: Consumer[];

beforeEach(async () => {
  harness = await ConsumerHarness.start();
  coordinator = new FakeCoordinator(harness.broker);
  consumers = [];
});
afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.disconnect()));
  await harness.stop();
});

function open(config: Partial<ConsumerConfig> = {}): Consumer {
  const consumer = new Kafka({
    brokers: [harness.broker.address],
    connectionTimeout: 10_000,
    retry: { initialRetryTime: 1, maxRetryTime: 2 },
    logLevel: logLevel.NOTHING,
  }).consumer({ groupId: 'g', heartbeatInterval: 5, maxWaitTimeInMs: 20, ...config });
  consumers.push(consumer);
  return consumer;
}

/** Runs a consumer; its values come to the list, and `count` tells when there are so many. */
async function reading(consumer: Consumer, config: ConsumerRunConfig = {}) {
  const values: string[] = [];
  let tell = deferred();
  await consumer.subscribe({ topics: ['clicks'], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push(String(message.value));
      tell.resolve();
      tell = deferred();
      return Promise.resolve();
    },
    ...config,
  });
  const count = async (wanted: number): Promise<string[]> => {
    while (values.length < wanted) await tell.promise;
    return [...values].sort();
  };
  return { values, count };
}

const offsets = () =>
  Object.fromEntries([...coordinator.offsets].map(([name, { offset }]) => [name, offset]));

const joined = (consumer: Consumer, partitions: number): Promise<void> =>
  new Promise((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (payload.memberAssignment.clicks?.length === partitions) resolve();
    });
  });

test('reads, commits, leaves; the next goes on behind that', async () => {
  harness.log.append(first, ['a', 'b']);
  harness.log.append(second, ['c']);
  const consumer = open();
  const { count } = await reading(consumer);
  expect(await count(3)).toEqual(['a', 'b', 'c']);
  await consumer.stop();
  expect(offsets()).toEqual({ 'clicks-0': 2, 'clicks-1': 1 });
  expect(coordinator.left).toEqual(['member-1']);
  harness.log.append(first, ['d']);
  const next = await reading(open());
  expect(await next.count(1)).toEqual(['d']);
});

test('two members share, and who is left gets everything', async () => {
  harness.log.append(first, ['a']);
  harness.log.append(second, ['b']);
  const one = open();
  const { count } = await reading(one);
  await count(2);
  const another = open();
  const both = Promise.all([joined(one, 1), joined(another, 1)]);
  const { count: countOther } = await reading(another);
  await both;
  const alone = joined(one, 2);
  await another.disconnect();
  await alone;
  harness.log.append(first, ['c']);
  harness.log.append(second, ['d']);
  expect(await count(4)).toEqual(['a', 'b', 'c', 'd']);
  expect(await countOther(0)).toEqual([]);
});

test('a handler in hand finishes before the group goes on, and is told to hurry', async () => {
  harness.log.append(first, ['a', 'b', 'c']);
  const one = open();
  const begun = deferred();
  const told = deferred<unknown>();
  await reading(one, {
    eachMessage: undefined,
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
      resolveOffset(batch.messages[0].offset);
      begun.resolve();
      for (;;) {
        try {
          await heartbeat();
        } catch (error) {
          told.resolve(error);
          throw error;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  });
  await begun.promise;
  await reading(open());
  expect(await told.promise).toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
  expect(offsets()['clicks-0']).toBe(1);
});

test('partitionsConsumedConcurrently: one partition does not wait for the other', async () => {
  harness.log.append(first, ['a']);
  harness.log.append(second, ['b']);
  const met = deferred();
  let waiting = 0;
  await reading(open(), {
    partitionsConsumedConcurrently: 2,
    eachMessage: async () => {
      if (++waiting === 2) met.resolve();
      await met.promise;
    },
  });
  await met.promise;
});

test('seek, and pause within a handler', async () => {
  harness.log.append(first, ['a', 'b', 'c', 'd']);
  const consumer = open();
  const values: string[] = [];
  const paused = deferred<() => void>();
  const done = deferred();
  await reading(consumer, {
    eachMessage: async ({ message, pause }) => {
      values.push(String(message.value));
      if (values.length === 2) consumer.seek({ ...first, offset: '0' });
      if (values.length === 4) paused.resolve(pause());
      if (values.length === 6) done.resolve();
      return Promise.resolve();
    },
  });
  const resume = await paused.promise;
  expect(consumer.paused()).toEqual([{ topic: 'clicks', partitions: [0] }]);
  resume();
  await done.promise;
  expect(values).toEqual(['a', 'b', 'a', 'b', 'c', 'd']);
});

test('an assigner of the program', async () => {
  harness.log.append(first, ['a']);
  const seen: unknown[] = [];
  const onlySecond: PartitionAssigner = ({ cluster, groupId }) => ({
    name: 'OnlySecond',
    version: 1,
    assign: ({ members, topics }) => {
      const [{ memberId, memberMetadata }] = members;
      seen.push(groupId, topics, AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics);
      seen.push(String(AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData));
      seen.push(cluster.findTopicPartitionMetadata('clicks').map(({ leader }) => leader));
      seen.push(cluster.findLeaderForPartitions('clicks', [1]), cluster.getNodeIds());
      const memberAssignment = AssignerProtocol.MemberAssignment.encode({
        version: 1,
        assignment: { clicks: [1] },
        userData: Buffer.alloc(0),
      });
      return Promise.resolve([{ memberId, memberAssignment }]);
    },
    protocol: ({ topics }) => ({
      name: 'OnlySecond',
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 1,
        topics,
        userData: Buffer.from('mine'),
      }),
    }),
  });
  const consumer = open({ partitionAssigners: [onlySecond] });
  const { count } = await reading(consumer);
  harness.log.append(second, ['b']);
  expect(await count(1)).toEqual(['b']);
  expect(seen).toEqual(['g', ['clicks'], ['clicks'], 'mine', [1, 1], { '1': [1] }, [1]]);
});

test('a member that was taken for dead joins again', async () => {
  harness.log.append(first, ['a']);
  const consumer = open();
  const committed = new Promise((resolve) => consumer.on('consumer.commit_offsets', resolve));
  const { count } = await reading(consumer);
  await committed;
  const again = joined(consumer, 2);
  coordinator.expire('member-1');
  await again;
  harness.log.append(first, ['b']);
  expect(await count(2)).toEqual(['a', 'b']);
});
