import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';
import { ErrorCode, type ErrorName } from '../../client/protocol/error-codes';
import { LeaderAndIsr } from '../../client/protocol/messages/leader-and-isr';
import { StopReplica } from '../../client/protocol/messages/stop-replica';
import { deferred, type Deferred } from '../../client/runtime/deferred';
import { silentLogger } from '../../client/runtime/logger';
import { ManualClock } from '../../client/runtime/manual-clock';
import { ControlChannel } from './control-channel';
import type { LeadershipEntry } from './control-entry';
import type { TermEvent } from './controller-events';

const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

const lead = (partition: number, leaderEpoch = 0): LeadershipEntry => ({
  topic: 't',
  topicId: TOPIC_ID,
  partition,
  controllerEpoch: 1,
  leader: 2,
  leaderEpoch,
  isr: [2],
  partitionEpoch: 0,
  replicas: [2],
  addingReplicas: [],
  removingReplicas: [],
  isRecovering: false,
  offlineReplicas: [],
  isNew: false,
});

interface Sent {
  readonly api: Api;
  readonly body: { readonly brokerEpoch: number; readonly type?: number };
  readonly answer: Deferred<unknown>;
}

let clock: ManualClock;
let sent: Sent[];
let reported: TermEvent[];
let closed: boolean;
let channel: ControlChannel;

beforeEach(() => {
  clock = new ManualClock();
  sent = [];
  reported = [];
  closed = false;
  channel = new ControlChannel({
    controllerId: 1,
    controllerEpoch: 1,
    brokerId: 2,
    brokerEpoch: 77n,
    channel: {
      send: <A extends Api>(api: A, body: RequestInput<A>) => {
        const answer = deferred<unknown>();
        sent.push({ api, body: body as unknown as Sent['body'], answer });
        return answer.promise as Promise<ResponseOf<A>>;
      },
      close: () => (closed = true),
    },
    timeoutMs: () => 1_000,
    clock,
    logger: silentLogger,
    report: (event) => reported.push(event),
  });
});
afterEach(() => channel.close());

const settle = () => new Promise((resolve) => setImmediate(resolve));
const names = () => sent.map(({ api }) => api.name);

async function answer(response: unknown, request = sent.at(-1)!): Promise<void> {
  request.answer.resolve(response);
  await settle();
}
const done = (...errors: (readonly [number, ErrorName])[]) =>
  answer({
    errorCode: 0,
    topics: [
      {
        topicId: TOPIC_ID,
        partitionErrors: errors.map(([partitionIndex, name]) => ({
          partitionIndex,
          errorCode: ErrorCode[name],
        })),
      },
    ],
  });

test('what it leads first, then what clients are told, to one incarnation', async () => {
  channel.stopReplicas([{ topic: 't', partition: 9, leaderEpoch: 0, deletePartition: false }]);
  channel.updateMetadata([]);
  channel.leaderAndIsr([lead(0)]);
  await settle();
  expect(names()).toEqual(['LeaderAndIsr']);
  expect(sent[0]?.body).toMatchObject({ brokerEpoch: 77, controllerId: 1, type: 2 });
  await done();
  expect(names()).toEqual(['LeaderAndIsr', 'UpdateMetadata', 'StopReplica']);
  await answer({ errorCode: 0, partitionErrors: [] });
  channel.leaderAndIsr([lead(1)]);
  await settle();
  expect(sent).toHaveLength(3);
  await answer({ errorCode: 0 }, sent[1]);
  expect(sent.at(-1)?.body.type).toBe(1);
});

test('of what leaves together only what was not answered is repeated', async () => {
  channel.leaderAndIsr([]);
  channel.updateMetadata([]);
  channel.stopReplicas([{ topic: 't', partition: 9, leaderEpoch: 0, deletePartition: false }]);
  await settle();
  await done();
  sent[1]!.answer.reject(new Error('cut'));
  await answer({ errorCode: 0, partitionErrors: [] }, sent[2]);
  clock.advance(100);
  await settle();
  expect(names().slice(3)).toEqual(['UpdateMetadata']);
});

test('repeats after 100 ms what was not answered, with what has come since', async () => {
  channel.leaderAndIsr([lead(0)]);
  await settle();
  sent[0]!.answer.reject(new Error('cut'));
  channel.leaderAndIsr([lead(1)]);
  await settle();
  clock.advance(99);
  await settle();
  expect(sent).toHaveLength(1);
  clock.advance(1);
  await settle();
  expect(sent[1]?.body).toMatchObject({
    type: 2,
    topicStates: [{ partitionStates: [{ partitionIndex: 1 }, { partitionIndex: 0 }] }],
  });
  await done();
  clock.advance(10_000);
  await settle();
  expect(sent).toHaveLength(2);
});

test('reports failed disks, and asks again where another try may help', async () => {
  channel.leaderAndIsr([lead(0), lead(1), lead(2)]);
  await settle();
  await done([0, 'KAFKA_STORAGE_ERROR'], [1, 'UNKNOWN_SERVER_ERROR'], [2, 'NONE']);
  expect(reported).toEqual([
    {
      type: 'leader-and-isr-answered',
      brokerId: 2,
      brokerEpoch: 77n,
      results: [
        { topic: 't', partition: 0, error: 'KAFKA_STORAGE_ERROR' },
        { topic: 't', partition: 1, error: 'UNKNOWN_SERVER_ERROR' },
      ],
    },
  ]);
  clock.advance(1_000);
  await settle();
  expect(sent[1]?.body).toMatchObject({
    type: 1,
    topicStates: [{ partitionStates: [{ partitionIndex: 1 }] }],
  });
});

test('does not ask again for what has been decided otherwise', async () => {
  channel.leaderAndIsr([lead(0), lead(1)]);
  await settle();
  channel.leaderAndIsr([lead(0, 1)]);
  await done([0, 'UNKNOWN_SERVER_ERROR'], [1, 'UNKNOWN_SERVER_ERROR']);
  await done();
  channel.stopReplicas([{ topic: 't', partition: 1, leaderEpoch: 0, deletePartition: true }]);
  await settle();
  await answer({ errorCode: 0, partitionErrors: [] });
  clock.advance(5_000);
  await settle();
  expect(names()).toEqual(['LeaderAndIsr', 'LeaderAndIsr', 'StopReplica']);
});

test('reports what was deleted and what was not', async () => {
  const stop = { topic: 't', leaderEpoch: -2 };
  channel.stopReplicas([
    { ...stop, partition: 0, deletePartition: true },
    { ...stop, partition: 1, deletePartition: true },
    { ...stop, partition: 2, deletePartition: false },
  ]);
  await settle();
  expect(sent[0]?.api).toBe(StopReplica);
  const errorCode = ErrorCode.UNKNOWN_SERVER_ERROR;
  await answer({
    errorCode: 0,
    partitionErrors: [{ topicName: 't', partitionIndex: 1, errorCode }],
  });
  expect(reported).toMatchObject([
    {
      type: 'stop-replica-answered',
      results: [
        { partition: 0, error: null },
        { partition: 1, error: 'UNKNOWN_SERVER_ERROR' },
      ],
    },
  ]);
});

test('ends when the broker knows a later controller, which is reported', async () => {
  channel.leaderAndIsr([lead(0)]);
  await settle();
  await answer({ errorCode: ErrorCode.STALE_CONTROLLER_EPOCH, topics: [] });
  expect(reported).toEqual([{ type: 'called-superseded', brokerId: 2 }]);
  channel.leaderAndIsr([lead(1)]);
  await settle();
  expect([closed, sent.length]).toEqual([true, 1]);
});

test('ends when the broker is in another life', async () => {
  channel.leaderAndIsr([lead(0)]);
  channel.updateMetadata([]);
  await settle();
  await answer({ errorCode: ErrorCode.STALE_BROKER_EPOCH, topics: [] });
  clock.advance(1_000);
  await settle();
  expect([closed, names(), reported]).toEqual([true, ['LeaderAndIsr'], []]);
});

test('another refusal of a whole request is tried again', async () => {
  channel.leaderAndIsr([lead(0)]);
  await settle();
  await answer({ errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, topics: [] });
  clock.advance(100);
  await settle();
  expect(sent.map(({ api, body }) => [api, body.type])).toEqual([
    [LeaderAndIsr, 2],
    [LeaderAndIsr, 2],
  ]);
});

test('once closed, sends and reports nothing more', async () => {
  channel.leaderAndIsr([lead(0)]);
  await settle();
  channel.close();
  await done([0, 'KAFKA_STORAGE_ERROR']);
  clock.advance(10_000);
  await settle();
  expect([sent.length, reported, clock.pending]).toEqual([1, [], 0]);
});
