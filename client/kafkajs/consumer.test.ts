import { CommitFailedError } from '../consumer';
import { deferred } from '../runtime/deferred';
import type { Clock } from '../runtime/clock';
import { createConsumer } from './consumer';
import { createLogger } from './logger';
import { FakeGroupConsumer } from './testing/fake-group-consumer';
import {
  KafkaJSNonRetriableError,
  logLevel,
  type Consumer,
  type ConsumerConfig,
  type ConsumerRunConfig,
  type EachBatchPayload,
  type LogEntry,
} from '.';

let natives: FakeGroupConsumer[];
let consumer: Consumer;
let entries: LogEntry[];
let now: number;

/** Time stands still; what waits, waits for a turn of the event loop. */
const clock: Clock = {
  now: () => now,
  monotonic: () => now,
  setTimeout: (callback) => setImmediate(callback),
  clearTimeout: (handle) => clearImmediate(handle as NodeJS.Immediate),
};

beforeEach(() => {
  natives = [];
  entries = [];
  now = 0;
  create();
});
afterEach(() => consumer.disconnect());

function create(config: Partial<ConsumerConfig> = {}, prepare = fillClicks): void {
  const logger = createLogger({
    level: logLevel.DEBUG,
    logCreator: () => (entry) => void entries.push(entry),
  });
  consumer = createConsumer(
    { config: { brokers: ['127.0.0.1:1'] }, logger },
    { groupId: 'g', ...config },
    () => {
      const native = new FakeGroupConsumer();
      prepare(native);
      natives.push(native);
      return native;
    },
    clock,
  );
}

function fillClicks(native: FakeGroupConsumer): void {
  native.fill('clicks', 0, ['a', 'b', 'c', 'd']);
}

const native = (): FakeGroupConsumer => natives.at(-1) as FakeGroupConsumer;
const committed = () => native().commits.map((offsets) => offsets.map(({ offset }) => offset));

/** Runs until so many messages were handled. */
async function handled(
  count: number,
  config: ConsumerRunConfig,
  each?: (value: string) => unknown,
): Promise<string[]> {
  const values: string[] = [];
  const done = deferred();
  await consumer.subscribe({ topics: ['clicks'], fromBeginning: true });
  await consumer.run({
    ...config,
    eachMessage: async ({ message }) => {
      const value = String(message.value);
      values.push(value);
      await each?.(value);
      if (values.length === count) done.resolve();
    },
  });
  await done.promise;
  return values;
}

test('eachMessage: one after the other, each batch committed', async () => {
  expect(await handled(4, {})).toEqual(['a', 'b', 'c', 'd']);
  await consumer.stop();
  expect(committed()).toEqual([[3], [4]]);
  expect(native()).toMatchObject({
    closed: true,
    subscriptions: [{ topics: ['clicks'], fromBeginning: true }],
  });
});

test('messages as KafkaJS has them', async () => {
  const got = deferred<unknown>();
  await consumer.subscribe({ topic: /cli.*/ });
  await consumer.run({ eachMessage: async (payload) => Promise.resolve(got.resolve(payload)) });
  expect(await got.promise).toMatchObject({
    topic: 'clicks',
    partition: 0,
    message: {
      offset: '0',
      timestamp: '1000',
      key: null,
      value: Buffer.from('a'),
      headers: {},
      attributes: 0,
    },
  });
  expect(native().subscriptions).toEqual([{ topics: [/cli.*/], fromBeginning: false }]);
});

test('autoCommitThreshold commits within a batch, autoCommitInterval too', async () => {
  await handled(4, { autoCommitThreshold: 2 });
  await consumer.stop();
  expect(committed()).toEqual([[2], [3], [4]]);
  await consumer.disconnect();
  create();
  await handled(4, { autoCommitInterval: 10 }, (value) => (value === 'a' ? (now += 10) : 0));
  await consumer.stop();
  expect(committed()).toEqual([[1], [3], [4]]);
});

test('autoCommit off: only what the program commits', async () => {
  await handled(4, { autoCommit: false });
  await consumer.commitOffsets([{ topic: 'clicks', partition: 0, offset: '2', metadata: 'x' }]);
  await consumer.stop();
  expect(native().commits).toEqual([[{ topic: 'clicks', partition: 0, offset: 2, metadata: 'x' }]]);
});

test('eachBatch: what is resolved, is committed; the rest comes again', async () => {
  const firsts: unknown[] = [];
  const done = deferred();
  await consumer.subscribe({ topics: ['clicks'] });
  await consumer.run({
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset, uncommittedOffsets, isRunning, isStale }) => {
      firsts.push([
        batch.firstOffset(),
        batch.lastOffset(),
        batch.offsetLag(),
        batch.offsetLagLow(),
      ]);
      resolveOffset(String(batch.firstOffset()));
      firsts.push(uncommittedOffsets().topics[0].partitions, isRunning(), isStale());
      if (firsts.length === 8) done.resolve();
      return Promise.resolve();
    },
  });
  await done.promise;
  expect(firsts.slice(0, 8)).toEqual([
    ['0', '2', '1', '3'],
    [{ partition: 0, offset: '1' }],
    true,
    false,
    ['1', '3', '0', '2'],
    [{ partition: 0, offset: '2' }],
    true,
    false,
  ]);
  await consumer.stop();
  expect(committed().slice(0, 2)).toEqual([[1], [2]]);
});

test('eachBatch: resolved by itself; commitOffsetsIfNecessary with offsets commits at once', async () => {
  const done = deferred<EachBatchPayload>();
  await consumer.subscribe({ topics: ['clicks'] });
  await consumer.run({
    eachBatch: async (payload) => {
      const { commitOffsetsIfNecessary, heartbeat } = payload;
      await heartbeat();
      await commitOffsetsIfNecessary();
      const partitions = [{ partition: 0, offset: '1' }];
      await commitOffsetsIfNecessary({ topics: [{ topic: 'clicks', partitions }] });
      if (payload.batch.lastOffset() === '3') done.resolve(payload);
    },
  });
  await done.promise;
  await consumer.stop();
  expect(committed()).toEqual([[1], [3], [1], [4]]);
});

test('a handler that fails is called again with the same message; what came before is committed', async () => {
  let failures = 2;
  const values = await handled(6, {}, (value) => {
    if (value === 'b' && failures-- > 0) throw new Error('not yet');
  });
  expect(values).toEqual(['a', 'b', 'b', 'b', 'c', 'd']);
  await consumer.stop();
  expect(committed()).toEqual([[1], [4]]);
  expect(
    entries.filter(({ log }) => log.message === 'Error when calling eachMessage'),
  ).toHaveLength(2);
});

test('a handler that keeps failing: crash, and a new start', async () => {
  create({ retry: { retries: 1 } });
  const crashed = deferred<unknown>();
  const told: string[] = [];
  consumer.on(consumer.events.CRASH, ({ payload }) => crashed.resolve(payload));
  consumer.on(consumer.events.STOP, () => void told.push('stop'));
  consumer.on(consumer.events.GROUP_JOIN, () => void told.push('join'));
  let failures = 2;
  const values = await handled(6, {}, () => {
    if (failures-- > 0) throw new Error('not yet');
  });
  expect(values).toEqual(['a', 'a', 'a', 'b', 'c', 'd']);
  expect(await crashed.promise).toMatchObject({
    groupId: 'g',
    restart: true,
    error: { name: 'KafkaJSNumberOfRetriesExceeded', retryCount: 1 },
  });
  expect(natives).toHaveLength(2);
  expect(told).toEqual(['join', 'stop', 'join']);
});

test.each<[string, ConsumerConfig['retry'], Error]>([
  ['a mistake of the program', {}, new TypeError('x is not a function')],
  ['an error that says so', {}, new KafkaJSNonRetriableError('never')],
  [
    'restartOnFailure',
    { retries: 0, restartOnFailure: () => Promise.resolve(false) },
    new Error('x'),
  ],
])('no new start after %s', async (_name, retry, error) => {
  create({ retry });
  const crashed = deferred<unknown>();
  consumer.on('consumer.crash', ({ payload }) => crashed.resolve(payload));
  await consumer.subscribe({ topics: ['clicks'] });
  await consumer.run({ eachMessage: () => Promise.reject(error) });
  expect(await crashed.promise).toMatchObject({ restart: false });
  expect(natives).toHaveLength(1);
});

test('pause within a handler, and resume', async () => {
  const values: string[] = [];
  const done = deferred();
  let resume: (() => void) | undefined;
  const paused = deferred();
  await consumer.subscribe({ topics: ['clicks'] });
  await consumer.run({
    eachMessage: async ({ message, pause }) => {
      values.push(String(message.value));
      if (values.length === 2) {
        resume = pause();
        paused.resolve();
      }
      if (values.length === 4) done.resolve();
      return Promise.resolve();
    },
  });
  await paused.promise;
  expect(consumer.paused()).toEqual([{ topic: 'clicks', partitions: [0] }]);
  resume?.();
  await done.promise;
  expect(values).toEqual(['a', 'b', 'c', 'd']);
  expect(consumer.paused()).toEqual([]);
  consumer.pause([{ topic: 'clicks' }]);
  expect(consumer.paused()).toEqual([{ topic: 'clicks', partitions: [0] }]);
  consumer.resume([{ topic: 'clicks', partitions: [0] }]);
  expect(consumer.paused()).toEqual([]);
});

test('seek: at once, and before the partition is there', async () => {
  const values: string[] = [];
  const done = deferred();
  await consumer.subscribe({ topics: ['clicks'] });
  const running = consumer.run({
    eachMessage: async ({ message }) => {
      values.push(String(message.value));
      if (values.length === 1) consumer.seek({ topic: 'clicks', partition: 0, offset: '3' });
      if (values.length === 2) consumer.seek({ topic: 'clicks', partition: 0, offset: '-2' });
      if (values.length === 3) done.resolve();
      return Promise.resolve();
    },
  });
  consumer.seek({ topic: 'clicks', partition: 0, offset: '2' });
  consumer.seek({ topic: 'clicks', partition: 9, offset: '2' });
  await running;
  await done.promise;
  expect(values).toEqual(['c', 'd', 'a']);
  expect(
    native()
      .seeks.map(({ offset }) => offset)
      .slice(0, 3),
  ).toEqual([2, 3, 'earliest']);
});

test('a rebalance: what is resolved is committed first, the heartbeat tells the handler', async () => {
  const steps: unknown[] = [];
  const done = deferred();
  consumer.on('consumer.rebalancing', ({ payload }) => void steps.push(payload));
  await consumer.subscribe({ topics: ['clicks'] });
  await consumer.run({
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset, heartbeat, isStale }) => {
      resolveOffset(batch.messages[0].offset);
      if (steps.length > 0) {
        done.resolve();
        return;
      }
      native().emit('rebalancing', { ...native().member, reason: 'somebody came' });
      const told = await heartbeat().catch((error: unknown) => error);
      steps.push(told, isStale());
      throw told;
    },
  });
  await native().rebalance();
  await done.promise;
  expect(steps).toMatchObject([
    { groupId: 'g', memberId: 'm-1' },
    { name: 'KafkaJSProtocolError', type: 'REBALANCE_IN_PROGRESS', code: 27 },
    false,
    { groupId: 'g', memberId: 'm-1' },
  ]);
  expect(committed()[0]).toEqual([1]);
});

test('offsets that the group does not take any more do no harm', async () => {
  const values = await handled(4, {}, (value) => {
    if (value === 'a') native().refusal = new CommitFailedError('the group has gone on');
  });
  expect(values).toEqual(['a', 'b', 'c', 'd']);
  await consumer.stop();
  expect(committed()).toEqual([[4]]);
});

test('events with what KafkaJS puts into them', async () => {
  const told: [string, unknown][] = [];
  for (const type of Object.values(consumer.events)) {
    consumer.on(type, (event) => void told.push([event.type, event.payload]));
  }
  await handled(4, {});
  native().emit('heartbeat', { ...native().member, durationMs: 1 });
  native().emit('unsubscribed-topics', { ...native().member, topics: ['views'] });
  await consumer.disconnect();
  const facts = {
    topic: 'clicks',
    partition: 0,
    highWatermark: '4',
    offsetLag: '1',
    offsetLagLow: '3',
    batchSize: 3,
    firstOffset: '0',
    lastOffset: '2',
  };
  expect(told[0]).toEqual([
    'consumer.group_join',
    {
      duration: 5,
      groupId: 'g',
      isLeader: true,
      leaderId: 'm-1',
      groupProtocol: 'RoundRobinAssigner',
      memberId: 'm-1',
      memberAssignment: { clicks: [0] },
    },
  ]);
  expect(told[1]).toEqual(['consumer.start_batch_process', facts]);
  expect(told[2]).toEqual(['consumer.end_batch_process', { ...facts, duration: 0 }]);
  expect(told[3]).toEqual([
    'consumer.commit_offsets',
    {
      groupId: 'g',
      memberId: 'm-1',
      groupGenerationId: 1,
      topics: [{ topic: 'clicks', partitions: [{ partition: 0, offset: '3' }] }],
    },
  ]);
  expect(told).toContainEqual([
    'consumer.received_unsubscribed_topics',
    {
      groupId: 'g',
      generationId: 1,
      memberId: 'm-1',
      assignedTopics: ['clicks', 'views'],
      topicsSubscribed: ['clicks'],
      topicsNotSubscribed: ['views'],
    },
  ]);
  expect(told.map(([type]) => type)).toEqual(
    expect.arrayContaining(['consumer.heartbeat', 'consumer.stop', 'consumer.disconnect']),
  );
});

test('stop lets the handler finish; run may be called again, but not twice', async () => {
  const begun = deferred();
  const finish = deferred();
  await consumer.subscribe({ topics: ['clicks'] });
  const config: ConsumerRunConfig = {
    eachMessage: async () => {
      begun.resolve();
      await finish.promise;
    },
  };
  await consumer.run(config);
  await consumer.run(config);
  expect(entries.some(({ log }) => log.message.includes('already running'))).toBe(true);
  await begun.promise;
  const stopped = consumer.stop();
  finish.resolve();
  await stopped;
  expect(committed()).toEqual([[1]]);
  await consumer.run(config);
  expect(natives).toHaveLength(2);
});

test('without a handler it is only a member', async () => {
  await consumer.subscribe({ topics: ['clicks'] });
  await consumer.run();
  await consumer.stop();
  expect(native().commits).toEqual([]);
  expect(native().closed).toBe(true);
});

describe('what is refused', () => {
  test.each<[string, () => unknown, string]>([
    ['no group', () => create({ groupId: '' }), 'groupId must be a non-empty string'],
    [
      'heartbeats that are too rare',
      () => create({ heartbeatInterval: 5, sessionTimeout: 5 }),
      'heartbeatInterval (5) must be lower than sessionTimeout (5)',
    ],
    ['nothing', () => consumer.subscribe({} as never), 'Missing required argument "topics"'],
    ['no list', () => consumer.subscribe({ topics: 'x' as never }), '"topics" must be an array'],
    ['a number', () => consumer.subscribe({ topics: [7 as never] }), 'Invalid topic 7 (number)'],
    ['seek first', () => consumer.seek(at('1')), 'consumer#run must be called first'],
    ['a bad seek', () => consumer.seek(at('-3')), 'Offset must not be a negative number'],
    ['a worse seek', () => consumer.seek(at('x')), 'expected a long received x'],
    ['pause first', () => consumer.pause([{ topic: 't' }]), 'consumer#run must be called first'],
    ['a bad pause', () => consumer.pause([{ topic: '' }]), 'Invalid topic'],
    [
      'bad partitions',
      () => consumer.resume([{ topic: 't', partitions: 'x' as never }]),
      'Array of valid partitions required',
    ],
    ['commit first', () => consumer.commitOffsets([at('1')]), 'consumer#run must be called first'],
    ['a bad commit', () => consumer.commitOffsets([at('-1')]), 'must not be a negative number'],
  ])('%s', async (_name, act, message) => {
    await expect(async () => act()).rejects.toThrow(message);
  });

  test('subscribe while running', async () => {
    await consumer.subscribe({ topics: ['clicks'] });
    await consumer.run({ eachMessage: () => Promise.resolve() });
    await expect(consumer.subscribe({ topics: ['views'] })).rejects.toThrow(
      'while consumer is running',
    );
    expect(consumer.paused()).toEqual([]);
  });
});

function at(offset: string) {
  return { topic: 'clicks', partition: 0, offset };
}
