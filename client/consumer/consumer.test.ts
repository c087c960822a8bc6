import { apis } from '../protocol/apis';
import type { FakeBroker } from '../network/testing/fake-broker';
import type { Consumer } from './consumer';
import { ConsumerStateError, OffsetOutOfRangeError, WakeupError } from './consumer-errors';
import type { ConsumerOptions } from './consumer-options';
import { ConsumerHarness, read as readFrom, textsOf } from './testing/consumer-harness';
import type { FakeLog } from './testing/fake-log';

const clicks = { topic: 'clicks', partition: 0 };
const other = { topic: 'clicks', partition: 1 };

let harness: ConsumerHarness;
let broker: FakeBroker;
let log: FakeLog;
let consumer: Consumer;

beforeEach(async () => {
  harness = await ConsumerHarness.start();
  ({ broker, log } = harness);
});
afterEach(() => harness.stop());

const open = (options?: ConsumerOptions): Consumer => (consumer = harness.open(options));
const read = (count: number): Promise<string[]> => readFrom(consumer, count);

describe('positions', () => {
  test('records come in order, with everything that is known of them', async () => {
    log.append(clicks, ['a', 'b']);
    log.append(clicks, ['c']);
    await open().assign(clicks);
    const [batch] = await consumer.poll(10_000);
    expect(batch).toMatchObject({ ...clicks, firstOffset: 0, lastOffset: 1, lag: 1 });
    expect({ ...batch.records[1] }).toEqual({
      ...clicks,
      offset: 1,
      timestamp: 1000,
      leaderEpoch: 0,
      key: Buffer.from('k'),
      value: Buffer.from('b'),
    });
    expect(batch.records[1].headers).toEqual([]);
    expect(await consumer.position(clicks)).toBe(3);
    expect(consumer.currentLag(clicks)).toBe(0);
  });

  test.each([
    ['earliest', 0],
    ['latest', 4],
    [1, 1],
    [{ timestamp: 1002 }, 2],
    [{ timestamp: 9999 }, 4],
  ] as const)('begins at %j', async (offset, expected) => {
    for (const value of ['a', 'b', 'c', 'd']) log.append(clicks, [value]);
    await open({ autoOffsetReset: 'none' }).assign({ ...clicks, offset });
    expect(await consumer.position(clicks)).toBe(expected);
  });

  test('a whole topic is all its partitions; without an offset the policy decides', async () => {
    log.append(clicks, ['a']);
    log.append(other, ['b']);
    await open({ autoOffsetReset: 'latest' }).assign({ topic: 'clicks' });
    expect(consumer.assignment()).toEqual([clicks, other]);
    expect(await consumer.position(other)).toBe(1);
    log.append(other, ['new']);
    expect(await read(1)).toEqual(['new']);
  });

  test('a batch that begins before the position is cut to it', async () => {
    log.append(clicks, ['a', 'b', 'c']);
    await open().assign({ ...clicks, offset: 2 });
    expect(await read(1)).toEqual(['c']);
  });

  test('seeking drops what was fetched', async () => {
    log.append(clicks, ['a', 'b', 'c']);
    await open({ maxPollRecords: 1 }).assign(clicks);
    expect(await read(1)).toEqual(['a']);
    consumer.seek({ ...clicks, offset: 2 });
    expect(await consumer.position(clicks)).toBe(2);
    expect(await read(1)).toEqual(['c']);
    consumer.seekToBeginning();
    expect(await read(2)).toEqual(['a', 'b']);
    consumer.seekToEnd([clicks]);
    expect(await consumer.position(clicks)).toBe(3);
  });

  test('partitions that stay assigned keep their position', async () => {
    log.append(clicks, ['a', 'b']);
    log.append(other, ['x']);
    await open({ maxPollRecords: 1 }).assign(clicks);
    expect(await read(1)).toEqual(['a']);
    await consumer.assign([clicks, other]);
    expect((await read(2)).sort()).toEqual(['b', 'x']);
    await consumer.assign(other);
    expect(consumer.assignment()).toEqual([other]);
    await expect(consumer.position(clicks)).rejects.toThrow(ConsumerStateError);
  });

  test('offsets of any partition can be asked for', async () => {
    log.append(clicks, ['a']);
    log.append(clicks, ['b', 'c']);
    log.log(other).start = log.log(other).end = 7;
    open();
    const both = [clicks, other];
    const offsets = (list: { offset: number }[]): number[] => list.map(({ offset }) => offset);
    expect(offsets(await consumer.beginningOffsets(both))).toEqual([0, 7]);
    expect(offsets(await consumer.endOffsets(both))).toEqual([3, 7]);
    const times = both.map((at) => ({ ...at, timestamp: 1001 }));
    expect(await consumer.offsetsForTimes(times)).toEqual([
      { ...clicks, offset: 1, timestamp: 1001, leaderEpoch: -1 },
      { ...other, offset: null, timestamp: -1, leaderEpoch: -1 },
    ]);
  });

  test('a partition that does not exist cannot be assigned', async () => {
    open();
    await expect(consumer.assign({ topic: 'clicks', partition: 2 })).rejects.toThrow('which has 2');
    await expect(consumer.poll()).rejects.toThrow(ConsumerStateError);
  });
});

describe('an offset that is not there', () => {
  test('is replaced by what the policy says', async () => {
    log.append(clicks, ['a', 'b']);
    await open().assign({ ...clicks, offset: 99 });
    expect(await read(2)).toEqual(['a', 'b']);
  });

  test('is an error with the policy none, until somebody seeks', async () => {
    log.append(clicks, ['a', 'b']);
    await open({ autoOffsetReset: 'none' }).assign({ ...clicks, offset: 99 });
    for (let times = 0; times < 2; times++) {
      const error = await consumer.poll(10_000).catch((thrown: OffsetOutOfRangeError) => thrown);
      expect(error).toBeInstanceOf(OffsetOutOfRangeError);
      expect(error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE', offset: 99, ...clicks });
    }
    consumer.seek({ ...clicks, offset: 1 });
    expect(await read(1)).toEqual(['b']);
  });

  test('no position at all is an error with the policy none', async () => {
    await open({ autoOffsetReset: 'none' }).assign(clicks);
    const wanted = { code: 'NO_OFFSET_FOR_PARTITION', offset: undefined };
    await expect(consumer.poll(10_000)).rejects.toMatchObject(wanted);
    await expect(consumer.position(clicks)).rejects.toMatchObject(wanted);
    consumer.seek({ ...clicks, offset: 0 });
    expect(await consumer.position(clicks)).toBe(0);
  });
});

describe('waiting', () => {
  test('a poll waits for records to come', async () => {
    await open({ fetchMaxWaitMs: 10_000 }).assign(clicks);
    const polled = consumer.poll(10_000);
    await broker.until(apis.Fetch, 1);
    log.append(clicks, ['a']);
    expect(textsOf(await polled)).toEqual(['a']);
  });

  test('and comes back without any when its time is over', async () => {
    await open().assign(clicks);
    expect(await consumer.poll(5)).toEqual([]);
    expect(await consumer.poll(0)).toEqual([]);
  });

  test('wakeup ends it with an error, at once or the next time', async () => {
    await open().assign(clicks);
    const polled = consumer.poll(10_000);
    consumer.wakeup();
    await expect(polled).rejects.toThrow(WakeupError);
    consumer.wakeup();
    await expect(consumer.poll(10_000)).rejects.toThrow(WakeupError);
    log.append(clicks, ['a']);
    expect(await read(1)).toEqual(['a']);
  });

  test('close ends it without records; afterwards nothing can be done', async () => {
    await open({ fetchMaxWaitMs: 10_000 }).assign(clicks);
    const polled = consumer.poll(10_000);
    await consumer.close();
    expect(await polled).toEqual([]);
    await consumer.close();
    await expect(consumer.poll()).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await expect(consumer.assign(clicks)).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    expect(() => consumer.seek({ ...clicks, offset: 0 })).toThrow('closed');
  });

  test('only one may wait', async () => {
    await open().assign(clicks);
    const first = consumer.poll(10_000);
    await expect(consumer.poll(10_000)).rejects.toThrow(ConsumerStateError);
    log.append(clicks, ['a']);
    expect(textsOf(await first)).toEqual(['a']);
  });
});
