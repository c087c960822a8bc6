import type { Api, RequestInput, ResponseInput, ResponseOf } from '../../client/protocol/api';
import { ErrorCode, type ErrorName } from '../../client/protocol/error-codes';
import type { AlterPartition } from '../../client/protocol/messages/alter-partition';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { deferred, type Deferred } from '../../client/runtime/deferred';
import { silentLogger } from '../../client/runtime/logger';
import { ManualClock } from '../../client/runtime/manual-clock';
import { AlterPartitionManager } from './alter-partition-manager';
import type { IsrChange } from './isr-changer';
import { codeOf, settled, topicId } from './testing/replica-fixture';

type Request = RequestInput<typeof AlterPartition>;
type Response = ResponseInput<typeof AlterPartition>;
type Answer = Response['topics'][number]['partitions'][number];

let clock: ManualClock;
let asked: { request: Request; reply: Deferred<Response> }[];
let manager: AlterPartitionManager;

beforeEach(() => {
  clock = new ManualClock();
  asked = [];
  manager = new AlterPartitionManager({
    brokerId: 1,
    brokerEpoch: () => 100,
    ask: <A extends Api>(_api: A, body: RequestInput<A>) => {
      const reply = deferred<Response>();
      asked.push({ request: body as unknown as Request, reply });
      return reply.promise as unknown as Promise<ResponseOf<A>>;
    },
    clock,
    random: () => 0.5,
    logger: silentLogger,
  });
});

afterEach(() => manager.close());

function change(partition: number, isWanted = () => true): IsrChange {
  return {
    topicPartition: { topic: 't', partition },
    topicId,
    leaderEpoch: 3,
    partitionEpoch: 7,
    newIsr: [
      { brokerId: 1, brokerEpoch: 100 },
      { brokerId: 2, brokerEpoch: -1 },
    ],
    leaderRecoveryState: 'recovered',
    isWanted,
  };
}

function granted(partitionIndex: number): Answer {
  return {
    partitionIndex,
    errorCode: 0,
    leaderId: 1,
    leaderEpoch: 3,
    isr: [1, 2],
    leaderRecoveryState: 0,
    partitionEpoch: 8,
  };
}

async function reply(at: number, partitions: Answer[]): Promise<void> {
  asked[at]?.reply.resolve({ errorCode: 0, topics: [{ topicId, partitions }] });
  await settled();
}

async function replyError(at: number, name: ErrorName): Promise<void> {
  asked[at]?.reply.resolve({ errorCode: ErrorCode[name], topics: [] });
  await settled();
}

test('what is wanted in one turn goes in one request, what comes later in the next', async () => {
  const first = [manager.change(change(0)), manager.change(change(1))];
  clock.advance(0);
  const later = manager.change(change(2));
  clock.advance(10_000);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.request).toMatchObject({
    brokerId: 1,
    brokerEpoch: 100,
    topics: [
      {
        topicId,
        partitions: [
          {
            partitionIndex: 0,
            leaderEpoch: 3,
            partitionEpoch: 7,
            newIsrWithEpochs: [
              { brokerId: 1, brokerEpoch: 100 },
              { brokerId: 2, brokerEpoch: -1 },
            ],
          },
          { partitionIndex: 1 },
        ],
      },
    ],
  });
  await reply(0, [granted(0), granted(1)]);
  expect(await first[0]).toMatchObject({ isr: [1, 2], partitionEpoch: 8, leaderEpoch: 3 });
  expect(await first[1]).toMatchObject({ partitionEpoch: 8 });
  clock.advance(0);
  await reply(1, [granted(2)]);
  expect(await later).toMatchObject({ partitionEpoch: 8 });
});

test('a refusal is the partition’s own, with the state the controller goes by', async () => {
  const outcomes = [manager.change(change(0)), manager.change(change(1))];
  const refused = codeOf(outcomes[0] as Promise<unknown>);
  clock.advance(0);
  const errorCode = ErrorCode.INVALID_UPDATE_VERSION;
  await reply(0, [{ ...granted(0), errorCode, partitionEpoch: 12 }, granted(1)]);
  expect(await refused).toBe('INVALID_UPDATE_VERSION');
  await expect(outcomes[0]).rejects.toMatchObject({ current: { partitionEpoch: 12, isr: [1, 2] } });
  await outcomes[1];
});

test.each(['NOT_CONTROLLER', 'STALE_BROKER_EPOCH', 'UNKNOWN_SERVER_ERROR'] as const)(
  '%s of the whole request: it is asked again after a while',
  async (name) => {
    const outcome = manager.change(change(0));
    clock.advance(0);
    await replyError(0, name);
    expect(asked).toHaveLength(1);
    clock.advance(50);
    expect(asked).toHaveLength(2);
    await reply(1, [granted(0)]);
    expect(await outcome).toMatchObject({ partitionEpoch: 8 });
  },
);

test('so it is when the controller cannot be reached, with growing patience', async () => {
  void manager.change(change(0));
  clock.advance(0);
  let waited = 0;
  for (let attempt = 0; attempt < 10; attempt++) {
    asked[attempt]?.reply.reject(new ProtocolError('NETWORK_EXCEPTION'));
    await settled();
    const before = clock.monotonic();
    while (asked.length === attempt + 1) clock.advance(10);
    waited = clock.monotonic() - before;
  }
  expect(waited).toBe(1000);
});

test('what is not wanted any more is not asked again', async () => {
  let wanted = true;
  void manager.change(change(0, () => wanted));
  clock.advance(0);
  await replyError(0, 'NOT_CONTROLLER');
  wanted = false;
  clock.advance(10_000);
  expect(asked).toHaveLength(1);
  void manager.change(change(1));
  clock.advance(0);
  expect(asked[1]?.request.topics[0]?.partitions).toHaveLength(1);
});

test('a newer wish for the same partition takes the place of one in flight', async () => {
  let wanted = true;
  void manager.change(change(0, () => wanted));
  clock.advance(0);
  wanted = false;
  const newer = manager.change({ ...change(0), leaderEpoch: 4 });
  await reply(0, [{ ...granted(0), errorCode: ErrorCode.FENCED_LEADER_EPOCH }]);
  clock.advance(0);
  expect(asked[1]?.request.topics[0]?.partitions[0]?.leaderEpoch).toBe(4);
  await reply(1, [granted(0)]);
  expect(await newer).toMatchObject({ partitionEpoch: 8 });
});

test('what the answer does not mention is asked again', async () => {
  const outcome = manager.change(change(0));
  clock.advance(0);
  await reply(0, []);
  clock.advance(50);
  await reply(1, [granted(0)]);
  expect(await outcome).toMatchObject({ partitionEpoch: 8 });
});
