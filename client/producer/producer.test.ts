import type { ClientOptions } from '../network';
import { ClientClosedError, Cluster } from '../network';
import { FakeBroker } from '../network/testing/fake-broker';
import { apis } from '../protocol/apis';
import { deferred } from '../runtime/deferred';
import { DeliveryTimeoutError } from './delivery-timeout-error';
import { InvalidRecordError } from './invalid-record-error';
import { ProduceError } from './produce-error';
import { Producer } from './producer';
import type { ProducerOptions } from './producer-options';
import type { DeliveryReport } from './producer-record';
import { SendError } from './send-error';
import { FakeLog } from './testing/fake-log';
import { TopicMetadataError } from './topic-metadata-error';

const { Produce } = apis;

let broker: FakeBroker;
let log: FakeLog;
let producer: Producer;

function create(options: ProducerOptions = {}, client: Partial<ClientOptions> = {}): Producer {
  const cluster = new Cluster({
    brokers: [broker.address],
    retry: { initialRetryTime: 1, maxRetryTime: 2 },
    reconnectBackoff: 1,
    reconnectBackoffMax: 2,
    ...client,
  });
  return (producer = new Producer(cluster, {
    retryBackoffMs: 1,
    retryBackoffMaxMs: 2,
    ...options,
  }));
}

const numbered = (count: number, width = 0): { value: string }[] =>
  Array.from({ length: count }, (_, i) => ({ value: String(i).padStart(width, '0') }));
const valuesOf = (count: number, width = 0): string[] =>
  numbered(count, width).map(({ value }) => value);

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('A failure was expected.');
}

beforeEach(async () => {
  broker = await FakeBroker.start(1);
  broker.cluster.addTopic('clicks', 1);
  log = new FakeLog();
  log.serve(broker);
});

afterEach(async () => {
  await producer.close({ timeout: 0 });
  await broker.stop();
});

describe('sending', () => {
  test('reports where each record has arrived', async () => {
    create();
    const timestamp = 1_700_000_000_123;
    await expect(
      producer.send({
        topic: 'clicks',
        messages: [
          { key: 'anna', value: 'a', timestamp, headers: [{ key: 'h', value: Buffer.from('1') }] },
          { value: Buffer.from('b'), timestamp: timestamp + 1 },
          { value: null, timestamp },
        ],
      }),
    ).resolves.toEqual([
      { topic: 'clicks', partition: 0, offset: 0, timestamp },
      { topic: 'clicks', partition: 0, offset: 1, timestamp: timestamp + 1 },
      { topic: 'clicks', partition: 0, offset: 2, timestamp },
    ]);
    expect(log.partitions.get('clicks-0')).toEqual([
      { key: 'anna', value: 'a', timestamp, headers: [{ key: 'h', value: '1' }] },
      { key: null, value: 'b', timestamp: timestamp + 1, headers: [] },
      { key: null, value: null, timestamp, headers: [] },
    ]);
  });

  test('one record at a time', async () => {
    create();
    await expect(producer.produce('clicks', 'a', 'key')).resolves.toMatchObject({ offset: 0 });
    await expect(producer.produce('clicks', 'b')).resolves.toMatchObject({ offset: 1 });
    expect(log.values('clicks')).toEqual(['a', 'b']);
  });

  test('ranges instead of reports', async () => {
    broker.cluster.addTopic('views', 2);
    create();
    const messages = [0, 0, 1, 1, 1, 0].map((partition, i) => ({ value: `${i}`, partition }));
    await expect(producer.sendBatch({ topic: 'views', messages })).resolves.toMatchObject([
      { topic: 'views', partition: 0, firstIndex: 0, count: 2, baseOffset: 0 },
      { topic: 'views', partition: 1, firstIndex: 2, count: 3, baseOffset: 0 },
      { topic: 'views', partition: 0, firstIndex: 5, count: 1, baseOffset: 2 },
    ]);
  });

  test('callbacks, never during the call', async () => {
    create();
    const told: (DeliveryReport | Error | undefined)[] = [];
    const done = deferred();
    for (const value of ['a', 7 as unknown as string, 'c']) {
      producer.produceCallback('clicks', value, null, (error, report) => {
        told.push(error ?? report);
        if (told.length === 3) done.resolve();
      });
    }
    expect(told).toEqual([]);
    await done.promise;
    expect(told).toContainEqual(expect.objectContaining({ offset: 1 }));
    expect(told).toContainEqual(expect.any(InvalidRecordError));
  });

  test('nothing to send is done at once', async () => {
    create();
    await expect(producer.send({ topic: 'clicks', messages: [] })).resolves.toEqual([]);
    await producer.flush();
    expect(broker.requests).toHaveLength(0);
  });

  test('records produced together travel together', async () => {
    create();
    await producer.produce('clicks', 'first');
    await Promise.all(valuesOf(50).map((value) => producer.produce('clicks', value)));
    expect(log.batches).toEqual([1, 50]);
  });

  test('what is no record is refused, the others go', async () => {
    create();
    const messages = [{ value: 'a' }, {} as { value: string }, { value: 'c' }];
    const error = (await failureOf(producer.send({ topic: 'clicks', messages }))) as SendError;
    expect(error).toBeInstanceOf(SendError);
    expect(error.code).toBe('INVALID_RECORD');
    expect(error.failed.map(({ index }) => index)).toEqual([1]);
    expect(error.delivered).toHaveLength(2);
    expect(log.values('clicks')).toEqual(['a', 'c']);
  });

  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('compression %s', async (compression) => {
    create({ compression });
    await producer.send({ topic: 'clicks', messages: numbered(500, 20) });
    expect(log.values('clicks')).toEqual(valuesOf(500, 20));
    expect(producer.metrics().bytesDelivered).toBeLessThan(500 * 20);
  });

  test.each([
    ['all', -1],
    [-1, -1],
    [1, 1],
  ] as const)('acks %s', async (acks, onTheWire) => {
    create({ acks });
    await producer.produce('clicks', 'a');
    expect(broker.received(Produce)[0]).toMatchObject({ acks: onTheWire, timeoutMs: 30_000 });
  });

  test('acks 0 is not answered and knows no offsets', async () => {
    create({ acks: 0 });
    const reports = await producer.send({ topic: 'clicks', messages: numbered(3000, 100) });
    expect(reports).toHaveLength(3000);
    expect(new Set(reports.map(({ offset }) => offset))).toEqual(new Set([-1]));
    await broker.until(Produce, producer.metrics().requests);
    expect(log.values('clicks')).toEqual(valuesOf(3000, 100));
  });
});

describe('closing', () => {
  test('delivers what is buffered first', async () => {
    create({ lingerMs: 60_000 });
    const reports = producer.send({ topic: 'clicks', messages: numbered(10) });
    await producer.close();
    await expect(reports).resolves.toHaveLength(10);
  });

  test('refuses records afterwards', async () => {
    create();
    await producer.close();
    await expect(producer.produce('clicks', 'late')).rejects.toBeInstanceOf(ClientClosedError);
    const error = await failureOf(producer.send({ topic: 'clicks', messages: numbered(2) }));
    expect(error).toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});

describe('topics', () => {
  test('one that does not appear is an error that says what the broker answered', async () => {
    // Long enough for the broker to have answered once, on a busy machine as well.
    create({ maxBlockMs: 1000 });
    const error = await failureOf(producer.produce('nowhere', 'a'));
    expect(error).toBeInstanceOf(TopicMetadataError);
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
    expect(error.message).toContain('nowhere');
  });

  test('a partition that does not exist is an error', async () => {
    create();
    const error = await failureOf(producer.produce('clicks', 'a', null, { partition: 3 }));
    expect(error).toBeInstanceOf(ProduceError);
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION', partition: 3 });
  });

  test('a partition that has just been added is found', async () => {
    create();
    await producer.produce('clicks', 'a');
    broker.cluster.addTopic('clicks', 4);
    await expect(producer.produce('clicks', 'b', null, { partition: 3 })).resolves.toMatchObject({
      partition: 3,
      offset: 0,
    });
  });
});

test('delivery that takes too long ends with the last reason', async () => {
  log.verdict = () => 19;
  create({ deliveryTimeoutMs: 40, requestTimeoutMs: 40 });
  const error = await failureOf(producer.produce('clicks', 'a'));
  expect(error).toBeInstanceOf(DeliveryTimeoutError);
  expect(error.message).toContain('NOT_ENOUGH_REPLICAS');
});
