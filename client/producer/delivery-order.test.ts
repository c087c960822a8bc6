import type { ClientOptions } from '../network';
import { Cluster } from '../network';
import { FakeBroker, Misbehaviour } from '../network/testing/fake-broker';
import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import { deferred } from '../runtime/deferred';
import { ProduceError } from './produce-error';
import { Producer } from './producer';
import type { ProducerOptions } from './producer-options';
import type { SendError } from './send-error';
import { FakeLog } from './testing/fake-log';

const { Produce } = apis;

let first: FakeBroker;
let second: FakeBroker;
let log: FakeLog;
let producer: Producer;

function create(options: ProducerOptions = {}, client: Partial<ClientOptions> = {}): Producer {
  const cluster = new Cluster({
    brokers: [first.address, second.address],
    retry: { initialRetryTime: 1, maxRetryTime: 2 },
    reconnectBackoff: 1,
    reconnectBackoffMax: 2,
    ...client,
  });
  return (producer = new Producer(cluster, {
    batchSize: 200,
    retryBackoffMs: 1,
    retryBackoffMaxMs: 2,
    ...options,
  }));
}

const padded = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => String(i).padStart(60, '0'));
const messages = (count: number): { value: string }[] => padded(count).map((value) => ({ value }));
const sorted = (values: (string | null)[]): (string | null)[] => [...values].sort();
/** The values without repetitions, each where it first came. */
const distinct = (values: (string | null)[]): (string | null)[] => [...new Set(values)];

beforeEach(async () => {
  first = await FakeBroker.start(1);
  second = await FakeBroker.start(2, first.cluster);
  first.cluster.addTopic('clicks', 1, 1);
  log = new FakeLog();
  log.serve(first);
  log.serve(second);
});

afterEach(async () => {
  await producer.close({ timeout: 0 });
  await Promise.all([first.stop(), second.stop()]);
});

test('not more requests in flight than allowed, and batches form meanwhile', async () => {
  const gate = deferred();
  create({ maxInFlightRequestsPerConnection: 3, batchSize: 16_384 });
  await producer.produce('clicks', 'first');
  first.on(Produce, async (body) => {
    await gate.promise;
    return log.answer(body);
  });
  const reports: Promise<unknown>[] = [];
  for (const value of padded(20)) {
    reports.push(producer.produce('clicks', value));
    await new Promise(setImmediate);
  }
  await first.until(Produce, 2);
  expect(producer.metrics().requestsInFlight).toBe(3);
  gate.resolve();
  await Promise.all(reports);
  expect(log.values('clicks')).toEqual(['first', ...padded(20)]);
  expect(log.batches.length).toBeLessThan(20);
});

test('a refused batch is repeated before anything that came after it', async () => {
  let refusals = 3;
  log.verdict = () => (refusals-- > 0 ? ErrorCode.NOT_ENOUGH_REPLICAS : 0);
  create();
  await producer.send({ topic: 'clicks', messages: messages(40) });
  expect(sorted(log.values('clicks'))).toEqual(padded(40));
  expect(producer.metrics().retries).toBeGreaterThanOrEqual(3);
});

test('order holds when all that is in flight is refused', async () => {
  let refusing = true;
  log.verdict = () => (refusing ? ErrorCode.NOT_ENOUGH_REPLICAS : 0);
  create({ maxInFlightRequestsPerConnection: 5 });
  const reports = producer.send({ topic: 'clicks', messages: messages(40) });
  await first.until(Produce, 8);
  refusing = false;
  await expect(reports).resolves.toHaveLength(40);
  expect(log.values('clicks')).toEqual(padded(40));
});

test('with one request in flight order holds whatever is refused', async () => {
  let turn = 0;
  log.verdict = () => (turn++ % 3 === 1 ? ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND : 0);
  create({ maxInFlightRequestsPerConnection: 1 });
  await producer.send({ topic: 'clicks', messages: messages(40) });
  expect(log.values('clicks')).toEqual(padded(40));
});

test('a leader that has moved is found, and order holds', async () => {
  const wrong = (): number => ErrorCode.NOT_LEADER_OR_FOLLOWER;
  const old = new FakeLog();
  create();
  await producer.produce('clicks', 'first');
  old.verdict = wrong;
  old.serve(first);
  first.cluster.moveLeader('clicks', 0, 2);
  await producer.send({ topic: 'clicks', messages: messages(30) });
  expect(log.values('clicks')).toEqual(['first', ...padded(30)]);
  expect(second.received(Produce).length).toBeGreaterThan(0);
});

test('a leader that dies: what it had not acknowledged goes to the next', async () => {
  create();
  await producer.produce('clicks', 'first');
  first.on(Produce, () => Misbehaviour.silence);
  const reports = producer.send({ topic: 'clicks', messages: messages(30) });
  await first.until(Produce, 3);
  first.cluster.moveLeader('clicks', 0, 2);
  first.cluster.brokers.delete(1);
  await first.stop();
  await expect(reports).resolves.toHaveLength(30);
  expect(log.values('clicks')).toEqual(['first', ...padded(30)]);
});

test('cut connections lose nothing; without idempotence records may come twice', async () => {
  let count = 0;
  first.on(Produce, (body) => {
    const answer = log.answer(body);
    // Appended, but nobody learns of it.
    return ++count % 4 === 0 ? Misbehaviour.cut() : answer;
  });
  create({ enableIdempotence: false });
  await expect(producer.send({ topic: 'clicks', messages: messages(60) })).resolves.toHaveLength(
    60,
  );
  expect(distinct(log.values('clicks'))).toEqual(padded(60));
  expect(log.values('clicks').length).toBeGreaterThan(60);
});

test('a request that is not answered is repeated', async () => {
  first.once(Produce, () => Misbehaviour.silence);
  create({ requestTimeoutMs: 30, maxInFlightRequestsPerConnection: 1 }, { requestTimeout: 60 });
  await producer.send({ topic: 'clicks', messages: messages(3) });
  expect(distinct(log.values('clicks'))).toEqual(padded(3));
  expect(producer.metrics().retries).toBeGreaterThan(0);
});

test('a batch too large for the broker is split until it fits', async () => {
  log.verdict = (_topic, _partition, values) =>
    values.length > 3 ? ErrorCode.MESSAGE_TOO_LARGE : 0;
  create({ batchSize: 2000, compression: 'gzip' });
  const reports = await producer.send({ topic: 'clicks', messages: messages(50) });
  expect(log.values('clicks')).toEqual(padded(50));
  expect(reports.map(({ offset }) => offset)).toEqual(padded(50).map((_, i) => i));
  expect(producer.metrics().splits).toBeGreaterThan(0);
  expect(Math.max(...log.batches)).toBeLessThanOrEqual(3);
});

test('a single record too large for the broker fails, its neighbours do not', async () => {
  log.verdict = (_topic, _partition, values) =>
    values.includes('big') ? ErrorCode.MESSAGE_TOO_LARGE : 0;
  create();
  const batch = ['a', 'b', 'big', 'c'].map((value) => ({ value }));
  const error = await producer
    .send({ topic: 'clicks', messages: batch })
    .catch((thrown: SendError) => thrown);
  expect(error).toMatchObject({ code: 'MESSAGE_TOO_LARGE', failed: [{ index: 2 }] });
  expect(log.values('clicks')).toEqual(['a', 'b', 'c']);
});

test('a record above maxRequestSize is refused without asking', async () => {
  create({ maxRequestSize: 1000 });
  const error: unknown = await producer
    .produce('clicks', 'x'.repeat(1000))
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProduceError);
  expect(error).toMatchObject({ code: 'MESSAGE_TOO_LARGE', attempts: 0 });
  expect(first.received(Produce)).toHaveLength(0);
  await producer.produce('clicks', 'small');
});

test('a final error is told at once, with the code of the broker', async () => {
  log.verdict = () => ErrorCode.TOPIC_AUTHORIZATION_FAILED;
  create();
  await expect(producer.produce('clicks', 'a')).rejects.toMatchObject({
    code: 'TOPIC_AUTHORIZATION_FAILED',
    topic: 'clicks',
    partition: 0,
    attempts: 1,
    retriable: false,
  });
});

test('repetitions end after as many as were asked for', async () => {
  log.verdict = () => ErrorCode.NOT_ENOUGH_REPLICAS;
  create({ retries: 2 });
  await expect(producer.produce('clicks', 'a')).rejects.toMatchObject({
    code: 'NOT_ENOUGH_REPLICAS',
    attempts: 3,
  });
});

test('a broker that leaves a partition out of its answer is not believed', async () => {
  first.on(Produce, () => ({ responses: [] }));
  create();
  await expect(producer.produce('clicks', 'a')).rejects.toMatchObject({
    code: 'UNKNOWN_SERVER_ERROR',
  });
});

test('partitions of several topics share requests', async () => {
  first.cluster.addTopic('views', 4, 1);
  create({ lingerMs: 60_000 });
  await producer.connect();
  const warm = Promise.all(
    ['clicks', 'views'].map((topic) => producer.produce(topic, 'warm', null, { partition: 0 })),
  );
  await producer.flush();
  await warm;
  const before = first.received(Produce).length;
  const sent = Promise.all([
    ...[0, 1, 2, 3].map((partition) => producer.produce('views', 'v', null, { partition })),
    producer.produce('clicks', 'c'),
  ]);
  await producer.flush();
  await sent;
  const [request] = first.received(Produce).slice(before);
  expect(request.topicData.flatMap(({ partitionData }) => partitionData)).toHaveLength(5);
});

test('requests stay below maxRequestSize', async () => {
  first.cluster.addTopic('views', 8, 1);
  create({ maxRequestSize: 1000, batchSize: 600 });
  const list = padded(400).map((value, i) => ({ value, partition: i % 8 }));
  await producer.send({ topic: 'views', messages: list });
  for (const { topicData } of first.received(Produce)) {
    const sizes = topicData.flatMap(({ partitionData }) =>
      partitionData.map(({ records }) => records?.length ?? 0),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1000);
  }
  expect(sorted(log.allValues('views'))).toEqual(padded(400));
});
