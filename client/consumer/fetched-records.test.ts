import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import type { FakeBroker } from '../network/testing/fake-broker';
import {
  buildEndTransactionBatch,
  compressionTypes,
  RecordBatchBuilder,
  stampBaseOffset,
  type ProducerStamp,
} from '../records';
import { UnreadableRecordsError } from './consumer-errors';
import { ConsumerHarness, read, textsOf } from './testing/consumer-harness';
import type { FakeLog } from './testing/fake-log';

const clicks = { topic: 'clicks', partition: 0 };
const other = { topic: 'clicks', partition: 1 };

let harness: ConsumerHarness;
let broker: FakeBroker;
let log: FakeLog;

beforeEach(async () => {
  harness = await ConsumerHarness.start();
  ({ broker, log } = harness);
});
afterEach(() => harness.stop());

const transactional = (producerId: number): ProducerStamp => ({
  producerId,
  producerEpoch: 0,
  baseSequence: 0,
  isTransactional: true,
});

/** The marker that ends a transaction. */
function end(producerId: number, result: 'COMMIT' | 'ABORT'): void {
  const marker = { producerId, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 1, result };
  const batch = buildEndTransactionBatch(marker);
  stampBaseOffset(batch, 0, log.log(clicks).end);
  log.appendBytes(clicks, batch, 1);
}

/** A batch over three offsets of which compaction has left those given. */
function compacted(at: typeof clicks, ...left: number[]): void {
  const baseOffset = log.log(at).end;
  const builder = new RecordBatchBuilder({ baseOffset, leaderEpoch: 0 });
  for (const delta of left) builder.tryAppendAt(delta, 1, null, `left-${baseOffset + delta}`, []);
  log.appendBytes(at, builder.build(2), 3);
}

describe('batches without records to hand out', () => {
  test('compacted and empty ones are passed over, the position moves behind them', async () => {
    compacted(clicks, 1);
    compacted(clicks);
    const consumer = harness.open({ maxPollRecords: 1 });
    await consumer.assign(clicks);
    expect(await read(consumer, 1)).toEqual(['left-1']);
    expect(await consumer.position(clicks)).toBe(3);
    expect(await consumer.poll(30)).toEqual([]);
    expect(await consumer.position(clicks)).toBe(6);
    compacted(clicks, 2);
    expect(await read(consumer, 1)).toEqual(['left-8']);
  });

  test('a position inside a gap goes on at the next record', async () => {
    compacted(clicks, 0, 2);
    const consumer = harness.open();
    await consumer.assign({ ...clicks, offset: 1 });
    expect(await read(consumer, 1)).toEqual(['left-2']);
  });

  test('control batches are never handed out', async () => {
    log.append(clicks, ['a'], { producer: transactional(7) });
    end(7, 'COMMIT');
    log.append(clicks, ['b']);
    const consumer = harness.open();
    await consumer.assign(clicks);
    expect(await read(consumer, 2)).toEqual(['a', 'b']);
    expect(await consumer.position(clicks)).toBe(3);
  });
});

describe('aborted transactions', () => {
  beforeEach(() => {
    log.append(clicks, ['aborted-7'], { producer: transactional(7) });
    log.append(clicks, ['kept-8'], { producer: transactional(8) });
    log.append(clicks, ['aborted-7-too'], { producer: transactional(7) });
    end(7, 'ABORT');
    log.append(clicks, ['kept-7'], { producer: transactional(7) });
    end(7, 'COMMIT');
    end(8, 'COMMIT');
    log.append(clicks, ['plain']);
    log.onReply = (_at, reply) => {
      reply.abortedTransactions = [{ producerId: 7, firstOffset: 0 }];
    };
  });

  test('are left out when read committed', async () => {
    const consumer = harness.open({ isolationLevel: 'read_committed' });
    await consumer.assign(clicks);
    expect(await read(consumer, 3)).toEqual(['kept-8', 'kept-7', 'plain']);
  });

  test('are read otherwise', async () => {
    const consumer = harness.open();
    await consumer.assign(clicks);
    expect(await read(consumer, 5)).toHaveLength(5);
  });
});

test.each(compressionTypes)('records compressed with %s are read', async (compression) => {
  const values = Array.from({ length: 50 }, (_, n) => `value-${n}`);
  log.append(clicks, values, { compression });
  const consumer = harness.open({ maxPollRecords: 20 });
  await consumer.assign({ ...clicks, offset: 10 });
  expect(await read(consumer, 40)).toEqual(values.slice(10));
});

test('records tell who gave them their timestamps', async () => {
  log.append(clicks, ['a'], { timestamp: 5 });
  log.append(clicks, ['b', 'c'], { timestamp: 6, timestampType: 'LogAppendTime' });
  const consumer = harness.open();
  await consumer.assign(clicks);
  const found: unknown[] = [];
  while (found.length < 3) {
    for (const { records } of await consumer.poll(10_000)) {
      found.push(...records.map(({ timestamp, timestampType }) => [timestamp, timestampType]));
    }
  }
  expect(found).toEqual([
    [5, 'CreateTime'],
    [6, 'LogAppendTime'],
    [6, 'LogAppendTime'],
  ]);
});

describe('damage', () => {
  test('is an error that names the place; nothing is passed over until somebody seeks', async () => {
    log.append(clicks, ['a']);
    const damaged = log.append(clicks, ['b', 'c']);
    damaged[damaged.length - 3] ^= 1;
    log.append(clicks, ['d']);
    const consumer = harness.open();
    await consumer.assign(clicks);
    expect(await read(consumer, 1)).toEqual(['a']);
    for (let times = 0; times < 2; times++) {
      const error = await consumer.poll(10_000).catch((thrown: UnreadableRecordsError) => thrown);
      expect(error).toBeInstanceOf(UnreadableRecordsError);
      expect(error).toMatchObject({ code: 'CORRUPT_MESSAGE', offset: 1, nextOffset: undefined });
      expect((error as Error).message).toContain('clicks-0@1');
      expect(await consumer.position(clicks)).toBe(1);
    }
    consumer.seek({ ...clicks, offset: 3 });
    expect(await read(consumer, 1)).toEqual(['d']);
  });

  test('that passes when it is fetched again is just an error', async () => {
    const damaged = log.append(clicks, ['a']);
    damaged[damaged.length - 3] ^= 1;
    const consumer = harness.open();
    await consumer.assign(clicks);
    log.onReply = () => void (damaged[damaged.length - 3] ^= 1);
    await expect(consumer.poll(10_000)).rejects.toThrow(UnreadableRecordsError);
    log.onReply = () => undefined;
    const undamaged = await read(consumer, 1).catch(() => {
      damaged[damaged.length - 3] ^= 1;
      return read(consumer, 1).catch(() => read(consumer, 1));
    });
    expect(undamaged).toEqual(['a']);
  });

  test('of a size says where, after what is before it', async () => {
    log.append(clicks, ['a']);
    log.append(clicks, ['b']).writeInt32BE(3, 8);
    const consumer = harness.open();
    await consumer.assign({ ...clicks, offset: 0 });
    expect(await read(consumer, 1)).toEqual(['a']);
    await expect(consumer.poll(10_000)).rejects.toMatchObject({ offset: 1 });
  });

  test('in one partition does not keep the records of others', async () => {
    const damaged = log.append(clicks, ['b']);
    damaged[damaged.length - 3] ^= 1;
    log.append(other, ['x']);
    const consumer = harness.open();
    await consumer.assign([clicks, other]);
    const outcomes: string[] = [];
    while (!outcomes.includes('x') || !outcomes.includes('clicks-0')) {
      await consumer.poll(10_000).then(
        (batches) => outcomes.push(...textsOf(batches)),
        (error: UnreadableRecordsError) => outcomes.push(`${error.topic}-${error.partition}`),
      );
    }
  });

  test('checksums are not looked at with checkCrcs false', async () => {
    const damaged = log.append(clicks, ['a']);
    damaged.writeUInt32BE(1, 17);
    const consumer = harness.open({ checkCrcs: false });
    await consumer.assign(clicks);
    expect(await read(consumer, 1)).toEqual(['a']);
  });

  test('found by the broker is an error too', async () => {
    log.append(clicks, ['a']);
    log.onReply = (_at, reply) => {
      reply.errorCode = ErrorCode.CORRUPT_MESSAGE;
      reply.records = Buffer.alloc(0);
    };
    const consumer = harness.open();
    await consumer.assign(clicks);
    const wanted = { name: 'UnreadableRecordsError', code: 'CORRUPT_MESSAGE', offset: 0 };
    await expect(consumer.poll(10_000)).rejects.toMatchObject(wanted);
  });

  test('bytes that lead nowhere are an error, not a loop', async () => {
    log.append(clicks, ['a', 'b']);
    log.onReply = (_at, reply) => {
      reply.records = log.log(clicks).batches[0];
      reply.errorCode = ErrorCode.NONE;
    };
    const consumer = harness.open();
    await consumer.assign({ ...clicks, offset: 50 });
    await expect(consumer.poll(10_000)).rejects.toMatchObject({ offset: 50 });
    expect(broker.received(apis.Fetch).length).toBeLessThan(10);
  });
});
