import { ErrorCode } from '../../client/protocol/error-codes';
import { silentLogger } from '../../client/runtime/logger';
import { ManualClock } from '../../client/runtime/manual-clock';
import type { StoredTopic } from '../../zk-coordination';
import type { TopicAdmin } from '../controller/topic-admin';
import { MetadataCache } from '../metadata/metadata-cache';
import { createPartitionsHandler } from './create-partitions';
import { createTopicsHandler } from './create-topics';
import { deleteTopicsHandler } from './delete-topics';
import type { RequestContext } from './handler';

const context = {} as RequestContext;
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A broker whose topics are written at once; what is heard of them is up to the test. */
function start() {
  const metadata = new MetadataCache();
  const clock = new ManualClock();
  let erase: () => void = () => undefined;
  let isHeldUp = false;
  const admin = {
    create: async () => ({ topicId: 'new', numPartitions: 2, replicationFactor: 1 }),
    extend: async () => undefined,
    delete: async (name: string) => ({ name, topicId: 'old' }) as StoredTopic,
    isHeldUp: () => isHeldUp,
    untilErased: () => new Promise<void>((resolve) => (erase = resolve)),
  } as unknown as TopicAdmin;
  const rooms = { admin, metadata, clock, logger: silentLogger, describeConfigs: () => [] };
  const tell = (topicId: string, ...leaders: number[]) =>
    metadata.update([
      {
        name: 't',
        topicId,
        partitions: leaders.map((leader, partition) => ({
          partition,
          leader,
          leaderEpoch: leader === -2 ? -2 : 0,
          isr: [1],
          replicas: [1],
          partitionEpoch: 0,
          offlineReplicas: [],
        })),
      },
    ]);
  const holdUp = () => {
    isHeldUp = true;
    metadata.reconsider();
  };
  return { rooms, clock, tell, holdUp, erase: () => erase() };
}

/** Whether a promise has settled, without waiting for it. */
function watch<T>(promise: T | Promise<T>) {
  const seen: { value?: T } = {};
  void Promise.resolve(promise).then((value) => (seen.value = value));
  return seen;
}

const newTopic = {
  name: 't',
  numPartitions: 2,
  replicationFactor: 1,
  assignments: [],
  configs: [],
};

test('a topic is created when all its partitions have leaders here', async () => {
  const { rooms, tell } = start();
  tell('old', 1, 1);
  const request = { topics: [newTopic], timeoutMs: 1_000, validateOnly: false };
  const answer = watch(createTopicsHandler(rooms)(request, context));
  await settle();
  tell('new', 1, -1);
  await settle();
  expect(answer.value).toBeUndefined();
  tell('new', 1, 1);
  await settle();
  expect(answer.value?.topics).toMatchObject([{ name: 't', errorCode: ErrorCode.NONE }]);
});

test('a topic whose leaders do not come in time is created all the same', async () => {
  const { rooms, clock } = start();
  const request = { topics: [newTopic], timeoutMs: 1_000, validateOnly: false };
  const answer = watch(createTopicsHandler(rooms)(request, context));
  await settle();
  clock.advance(1_000);
  await settle();
  expect(answer.value?.topics).toMatchObject([{ errorCode: ErrorCode.REQUEST_TIMED_OUT }]);
  expect(clock.pending).toBe(0);
});

test('partitions are added when they have leaders here', async () => {
  const { rooms, clock, tell } = start();
  tell('new', 1);
  const topics = [{ name: 't', count: 2, assignments: null }];
  const request = { topics, timeoutMs: 1_000, validateOnly: false };
  const answer = watch(createPartitionsHandler(rooms)(request, context));
  const late = watch(createPartitionsHandler(rooms)({ ...request, timeoutMs: 10 }, context));
  await settle();
  clock.advance(10);
  await settle();
  expect(late.value?.results).toMatchObject([{ errorCode: ErrorCode.REQUEST_TIMED_OUT }]);
  tell('new', 1, 1);
  await settle();
  expect(answer.value?.results).toMatchObject([{ errorCode: ErrorCode.NONE }]);
});

test('a topic is deleted when nobody hears of it here and its name is free', async () => {
  const { rooms, clock, tell, erase } = start();
  tell('old', 1);
  const request = { topics: [], topicNames: ['t'], timeoutMs: 1_000 };
  const answer = watch(deleteTopicsHandler(rooms)(request, context));
  const late = watch(deleteTopicsHandler(rooms)({ ...request, timeoutMs: 10 }, context));
  await settle();
  clock.advance(10);
  await settle();
  expect(late.value?.responses).toMatchObject([{ errorCode: ErrorCode.REQUEST_TIMED_OUT }]);
  tell('old', -2);
  await settle();
  expect(answer.value).toBeUndefined();
  erase();
  await settle();
  expect(answer.value?.responses).toMatchObject([{ name: 't', errorCode: ErrorCode.NONE }]);
});

test('a deletion that waits for a broker that is away is not waited for', async () => {
  const { rooms, tell, holdUp, erase } = start();
  tell('old', 1);
  const request = { topics: [], topicNames: ['t'], timeoutMs: 1_000 };
  const answer = watch(deleteTopicsHandler(rooms)(request, context));
  await settle();
  expect(answer.value).toBeUndefined();
  holdUp();
  await settle();
  erase();
  await settle();
  expect(answer.value?.responses).toMatchObject([{ name: 't', errorCode: ErrorCode.NONE }]);
});

test('a topic is gone also when another one has taken its name', async () => {
  const { rooms, tell, erase } = start();
  tell('old', 1);
  const request = { topics: [], topicNames: ['t'], timeoutMs: 1_000 };
  const answer = watch(deleteTopicsHandler(rooms)(request, context));
  await settle();
  tell('new', 1);
  await settle();
  erase();
  await settle();
  expect(answer.value?.responses).toMatchObject([{ errorCode: ErrorCode.NONE }]);
});
