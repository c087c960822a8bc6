import type { ClientOptions } from '../network';
import { Cluster } from '../network';
import { FakeBroker } from '../network/testing/fake-broker';
import { apis } from '../protocol/apis';
import { deferred, type Deferred } from '../runtime/deferred';
import { BufferFullError } from './buffer-full-error';
import { Producer } from './producer';
import type { ProducerOptions } from './producer-options';
import type { SendError } from './send-error';
import { FakeLog } from './testing/fake-log';

const { Produce } = apis;
const value = (i: number): string => String(i).padStart(100, '0');
const values = (count: number): string[] => Array.from({ length: count }, (_, i) => value(i));

let broker: FakeBroker;
let log: FakeLog;
let producer: Producer;
/** Produce is answered once this is resolved. */
let gate: Deferred<void>;

function create(options: ProducerOptions = {}, client: Partial<ClientOptions> = {}): Producer {
  const cluster = new Cluster({ brokers: [broker.address], ...client });
  return (producer = new Producer(cluster, { batchSize: 1000, bufferMemory: 8000, ...options }));
}

beforeEach(async () => {
  broker = await FakeBroker.start(1);
  broker.cluster.addTopic('clicks', 1);
  log = new FakeLog();
  gate = deferred();
  broker.on(Produce, async (body) => {
    await gate.promise;
    return log.answer(body);
  });
});

afterEach(async () => {
  gate.resolve();
  await producer.close({ timeout: 0 });
  await broker.stop();
});

test('more than the buffer holds waits, keeps its order and arrives', async () => {
  create();
  const reports = values(500).map((text) => producer.produce('clicks', text));
  await broker.until(Produce, 1);
  const { recordsWaiting, recordsBuffered, bufferAvailableBytes } = producer.metrics();
  expect(recordsWaiting).toBeGreaterThan(300);
  expect(recordsWaiting + recordsBuffered).toBe(500);
  expect(bufferAvailableBytes).toBeLessThan(1000);
  gate.resolve();
  await Promise.all(reports);
  expect(log.values('clicks')).toEqual(values(500));
  expect(producer.metrics()).toMatchObject({
    recordsDelivered: 500,
    recordsFailed: 0,
    recordsBuffered: 0,
    recordsWaiting: 0,
    requestsInFlight: 0,
    bufferAvailableBytes: 8000,
  });
});

test('one call larger than the buffer', async () => {
  create();
  gate.resolve();
  const messages = values(500).map((text) => ({ value: text }));
  const reports = await producer.send({ topic: 'clicks', messages });
  expect(reports.map(({ offset }) => offset)).toEqual(values(500).map((_, i) => i));
  expect(log.values('clicks')).toEqual(values(500));
});

test('one record larger than the buffer passes when nothing else is there', async () => {
  create();
  gate.resolve();
  await Promise.all(['a', 'b'].map((text) => producer.produce('clicks', text.repeat(20_000))));
  expect(log.values('clicks').map((text) => text?.length)).toEqual([20_000, 20_000]);
});

test('whoever waits too long is told what is full; what is buffered arrives', async () => {
  create({ maxBlockMs: 30 });
  const messages = values(200).map((text) => ({ value: text }));
  const outcome = producer.send({ topic: 'clicks', messages }).catch((thrown: SendError) => thrown);
  const late = await producer.produce('clicks', 'late').catch((thrown: Error) => thrown);
  expect(late).toBeInstanceOf(BufferFullError);
  expect((late as Error).message).toContain('bufferMemory of 8000 bytes');
  gate.resolve();
  const error = (await outcome) as SendError;
  expect(error.code).toBe('BUFFER_FULL');
  expect(error.delivered).toHaveLength(log.values('clicks').length);
  expect(error.failed.length + error.delivered.length).toBe(200);
  expect(error.failed[0].index).toBe(error.delivered.length);
  await expect(producer.produce('clicks', 'again')).resolves.toMatchObject({ partition: 0 });
});

test('the callback variant says when to wait', async () => {
  create();
  await producer.connect();
  gate.resolve();
  let told = 0;
  let waits = 0;
  for (let i = 0; i < 500; i++) {
    const room = producer.produceCallback('clicks', value(i), null, () => told++);
    if (!room) {
      waits++;
      await producer.drained();
      expect(producer.metrics().recordsWaiting).toBe(0);
    }
  }
  await producer.flush();
  expect(told).toBe(500);
  expect(waits).toBeGreaterThan(1);
  expect(log.values('clicks')).toEqual(values(500));
});

test('a topic without metadata does not hold up another', async () => {
  create({ maxBlockMs: 1000 });
  gate.resolve();
  const lost = producer.produce('nowhere', 'a').catch((thrown: Error) => thrown);
  await expect(producer.produce('clicks', 'a')).resolves.toMatchObject({ offset: 0 });
  broker.cluster.addTopic('nowhere', 1);
  await expect(lost).resolves.toMatchObject({ topic: 'nowhere', offset: 0 });
});

test('flush waits for what waits and for what is in flight, not longer', async () => {
  create({ lingerMs: 60_000 });
  const reports = values(300).map((text) => producer.produce('clicks', text));
  let flushed = false;
  const flush = producer.flush().then(() => (flushed = true));
  await broker.until(Produce, 1);
  expect(flushed).toBe(false);
  gate.resolve();
  await flush;
  expect(log.values('clicks')).toEqual(values(300));
  await Promise.all(reports);
});

test('closing with a timeout fails what is left and says so', async () => {
  create();
  const report = producer.produce('clicks', 'a').catch((thrown: Error) => thrown);
  await broker.until(Produce, 1);
  await producer.close({ timeout: 10 });
  await expect(report).resolves.toMatchObject({ code: 'CLIENT_CLOSED' });
  expect(producer.metrics()).toMatchObject({ recordsFailed: 1, bufferAvailableBytes: 8000 });
});

test('buffers are used again, and bytes in flight are never overwritten', async () => {
  create({ batchSize: 500, bufferMemory: 2000 });
  gate.resolve();
  for (let round = 0; round < 20; round++) {
    await Promise.all(values(30).map((text) => producer.produce('clicks', text)));
  }
  expect(log.values('clicks')).toEqual(Array.from({ length: 20 }, () => values(30)).flat());
});
