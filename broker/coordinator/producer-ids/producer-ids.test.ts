import type { ResponseOf } from '../../../client/protocol/api';
import type { AllocateProducerIds } from '../../../client/protocol/messages/allocate-producer-ids';
import { deferred, type Deferred } from '../../../client/runtime/deferred';
import { silentLogger } from '../../../client/runtime/logger';
import { ManualClock } from '../../../client/runtime/manual-clock';
import { ProducerIds } from './producer-ids';

type Answer = ResponseOf<typeof AllocateProducerIds>;

let clock: ManualClock;
let asked: { body: object; answer: Deferred<Answer> }[];
let ids: ProducerIds;

beforeEach(() => {
  clock = new ManualClock();
  asked = [];
  ids = new ProducerIds({
    brokerId: 3,
    brokerEpoch: () => 77,
    ask: (_api, body) => {
      const answer = deferred<Answer>();
      asked.push({ body, answer });
      return answer.promise;
    },
    clock,
    random: () => 0.5,
    logger: silentLogger,
  });
});

const settled = () => new Promise(setImmediate);
const block = (producerIdStart: number, producerIdLen = 10, errorCode = 0): Answer => ({
  ...{ throttleTimeMs: 0, errorCode, producerIdStart, producerIdLen },
});
async function answer(index: number, with_: Answer): Promise<void> {
  asked[index].answer.resolve(with_);
  await settled();
}
const take = (count: number) => Promise.all(Array.from({ length: count }, () => ids.next()));
const PATIENCE_MS = 5_000;

test('whoever comes before the controller has given some waits; it is asked once', async () => {
  const taken = take(3);
  expect(asked.map(({ body }) => body)).toEqual([{ brokerId: 3, brokerEpoch: 77 }]);
  await answer(0, block(4000));
  expect(await taken).toEqual([4000, 4001, 4002]);
  expect(clock.pending).toBe(0);
});

test('nobody waits for ever: the producer is told to come again', async () => {
  const taken = expect(ids.next()).rejects.toThrow(
    expect.objectContaining({ code: 'COORDINATOR_LOAD_IN_PROGRESS' }),
  );
  clock.advance(PATIENCE_MS);
  await taken;
  await answer(0, block(4000));
  expect(await ids.next()).toBe(4000);
  expect(asked).toHaveLength(1);
});

test('the next block is asked for when nine tenths are used, and begun when all are', async () => {
  const first = take(8);
  await answer(0, block(0));
  await first;
  expect(asked).toHaveLength(1);
  expect(await ids.next()).toBe(8);
  expect(asked).toHaveLength(2);
  await answer(1, block(5000));
  expect(await take(3)).toEqual([9, 5000, 5001]);
  expect(asked).toHaveLength(2);
});

test('a block used up before the next has come is waited for', async () => {
  const first = take(10);
  await answer(0, block(0));
  await first;
  const eleventh = ids.next();
  expect(asked).toHaveLength(2);
  await answer(1, block(100));
  expect(await eleventh).toBe(100);
});

test.each([
  ['a refusal', (a: Deferred<Answer>) => a.resolve(block(-1, 0, 41))],
  ['a broken connection', (a: Deferred<Answer>) => a.reject(new Error('gone'))],
  ['an answer that cannot be', (a: Deferred<Answer>) => a.resolve(block(-1, 1000))],
  ['an empty block', (a: Deferred<Answer>) => a.resolve(block(5, 0))],
])('after %s the controller is asked again, after a while', async (_what, fail) => {
  const taken = ids.next();
  fail(asked[0].answer);
  await settled();
  expect(asked).toHaveLength(1);
  clock.advance(50);
  await settled();
  expect(asked).toHaveLength(2);
  await answer(1, block(7));
  expect(await taken).toBe(7);
});
