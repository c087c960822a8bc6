import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import { deferred } from '../runtime/deferred';
import type { Consumer } from './consumer';
import { ConsumerStateError, PartitionReadError } from './consumer-errors';
import type { ConsumerRecord } from './consumer-record';
import { ConsumerHarness, read } from './testing/consumer-harness';
import type { FakeLog } from './testing/fake-log';

const clicks = { topic: 'clicks', partition: 0 };
const other = { topic: 'clicks', partition: 1 };

let harness: ConsumerHarness;
let log: FakeLog;
let consumer: Consumer;

beforeEach(async () => {
  harness = await ConsumerHarness.start();
  log = harness.log;
  consumer = harness.open();
});
afterEach(() => harness.stop());

async function take(count: number, from: AsyncIterable<ConsumerRecord>): Promise<string[]> {
  const found: string[] = [];
  for await (const { value } of from) {
    found.push(String(value));
    if (found.length === count) break;
  }
  return found;
}

describe('for await', () => {
  test('gives every record in order and moves the position with each', async () => {
    log.append(clicks, ['a', 'b']);
    log.append(clicks, ['c']);
    await consumer.assign(clicks);
    const positions: number[] = [];
    for await (const { offset } of consumer) {
      positions.push(await consumer.position(clicks));
      if (offset === 2) break;
    }
    expect(positions).toEqual([1, 2, 3]);
  });

  test('leaving the loop closes nothing and loses nothing', async () => {
    log.append(clicks, ['a', 'b', 'c', 'd', 'e']);
    await consumer.assign(clicks);
    expect(await take(2, consumer)).toEqual(['a', 'b']);
    expect(await take(1, consumer)).toEqual(['c']);
    expect(await read(consumer, 2)).toEqual(['d', 'e']);
  });

  test('waits for records to come', async () => {
    await consumer.assign(clicks);
    const taken = take(1, consumer);
    await harness.broker.until(apis.Fetch, 2);
    log.append(clicks, ['a']);
    expect(await taken).toEqual(['a']);
  });

  test('follows a seek and a pause inside the loop', async () => {
    log.append(clicks, ['a', 'b', 'c', 'd']);
    log.append(other, ['x']);
    await consumer.assign(clicks);
    const found: string[] = [];
    for await (const { value } of consumer) {
      found.push(String(value));
      if (found.length === 1) consumer.seek({ ...clicks, offset: 2 });
      if (found.length === 2) {
        consumer.pause();
        await consumer.assign([clicks, { ...other, offset: 0 }]);
      }
      if (String(value) === 'x') consumer.resume();
      if (String(value) === 'd') break;
    }
    expect(found).toEqual(['a', 'c', 'x', 'd']);
  });

  test('throws errors, and goes on when it is begun anew', async () => {
    log.append(clicks, ['a']);
    let denied = true;
    log.onReply = (_at, reply) => {
      if (!denied) return;
      denied = false;
      reply.errorCode = ErrorCode.TOPIC_AUTHORIZATION_FAILED;
      reply.records = Buffer.alloc(0);
    };
    await consumer.assign(clicks);
    await expect(take(1, consumer)).rejects.toThrow(PartitionReadError);
    expect(await take(1, consumer)).toEqual(['a']);
  });

  test('ends when the consumer is closed', async () => {
    await consumer.assign(clicks);
    const taken = take(1, consumer);
    await consumer.close();
    expect(await taken).toEqual([]);
  });

  test('needs something assigned', () => {
    expect(() => consumer[Symbol.asyncIterator]()).toThrow(ConsumerStateError);
  });

  test('batches come as they were written', async () => {
    log.append(clicks, ['a', 'b']);
    log.append(clicks, ['c']);
    await consumer.assign(clicks);
    const sizes: number[] = [];
    for await (const { records } of consumer.batches()) {
      if (sizes.push(records.length) === 2) break;
    }
    expect(sizes).toEqual([2, 1]);
  });
});

describe('run', () => {
  test('eachMessage is waited for before the next record', async () => {
    log.append(clicks, ['a', 'b']);
    await consumer.assign(clicks);
    const gate = deferred();
    const second = deferred();
    const seen: string[] = [];
    const running = consumer.run({
      eachMessage: async ({ value }) => {
        seen.push(String(value));
        if (seen.length === 2) second.resolve();
        else await gate.promise;
      },
    });
    await harness.broker.until(apis.Fetch, 3);
    expect(seen).toEqual(['a']);
    await expect(consumer.run({ eachMessage: () => undefined })).rejects.toThrow('running already');
    gate.resolve();
    await second.promise;
    await consumer.close();
    await running;
    expect(seen).toEqual(['a', 'b']);
  });

  test('what a handler could not handle comes again', async () => {
    log.append(clicks, ['a', 'b', 'c']);
    await consumer.assign(clicks);
    const seen: string[] = [];
    const eachMessage = ({ value }: ConsumerRecord): void => {
      seen.push(String(value));
      if (seen.length === 2) throw new Error('not now');
      if (String(value) === 'c') void consumer.close();
    };
    await expect(consumer.run({ eachMessage })).rejects.toThrow('not now');
    expect(await consumer.position(clicks)).toBe(1);
    await consumer.run({ eachMessage });
    expect(seen).toEqual(['a', 'b', 'b', 'c']);
  });

  test('so do batches', async () => {
    log.append(clicks, ['a', 'b']);
    await consumer.assign(clicks);
    let calls = 0;
    const run = (): Promise<void> =>
      consumer.run({
        eachBatch: ({ firstOffset, nextOffset }) => {
          expect([firstOffset, nextOffset]).toEqual([0, 2]);
          if (++calls === 1) return Promise.reject(new Error('not now'));
          return consumer.close();
        },
      });
    await expect(run()).rejects.toThrow('not now');
    await run();
    expect(calls).toBe(2);
  });

  test('a seek of a handler that then fails stands', async () => {
    log.append(clicks, ['a', 'b', 'c']);
    await consumer.assign(clicks);
    const eachMessage = (): void => {
      consumer.seek({ ...clicks, offset: 2 });
      throw new Error('not now');
    };
    await expect(consumer.run({ eachMessage })).rejects.toThrow('not now');
    expect(await read(consumer, 1)).toEqual(['c']);
  });
});

test('a copy of a record has memory of its own', async () => {
  log.append(clicks, ['a'], { timestampType: 'LogAppendTime' });
  await consumer.assign(clicks);
  const [{ records }] = await consumer.poll(10_000);
  const copy = records[0].copy();
  records[0].value?.fill(0);
  expect(copy).toMatchObject({ ...clicks, offset: 0, leaderEpoch: 0, headers: [] });
  expect(copy.timestampType).toBe('LogAppendTime');
  expect([String(copy.key), String(copy.value)]).toEqual(['k', 'a']);
  expect(copy.value?.buffer.byteLength).toBe(2);
});
