import { Cluster } from '../network';
import { BackoffClock } from '../network/testing/backoff-clock';
import { FakeBroker } from '../network/testing/fake-broker';
import { ErrorCode } from '../protocol/error-codes';
import { silentLogger } from '../runtime/logger';
import { Producer } from './producer';
import type { ProducerOptions } from './producer-options';
import { FakeLog } from './testing/fake-log';

let broker: FakeBroker;
let log: FakeLog;
let producer: Producer;
let warnings: string[];
beforeEach(async () => {
  warnings = [];
  broker = await FakeBroker.start(1);
  broker.cluster.addTopic('solo', 1);
  log = new FakeLog();
  log.serve(broker);
});
afterEach(async () => {
  await producer.close({ timeout: 0 });
  await broker.stop();
});

const warn = (_fields: object, message: string) => void warnings.push(message);
function create(options: ProducerOptions = {}, brokers = [broker.address]): Producer {
  const logger = { ...silentLogger, warn };
  const cluster = new Cluster({
    ...{ brokers, logger, clock: new BackoffClock(500) },
    ...{ reconnectBackoffMax: 400, retry: { maxRetryTime: 400 } },
  });
  return (producer = new Producer(cluster, { retryBackoffMaxMs: 400, ...options }));
}
const about = (text: string) => warnings.filter((line) => line.includes(text));

test('a partition without a leader is told of now and then, and in the final error', async () => {
  broker.cluster.addTopic('solo', 3, -1);
  create();
  const sent = [0, 1, 2].map((partition) => producer.produce('solo', 'a', null, { partition }));
  const cause = 'LEADER_NOT_AVAILABLE: solo-0 has no known leader.';
  await expect(Promise.any(sent)).rejects.toMatchObject({
    errors: [
      {
        code: 'DELIVERY_TIMED_OUT',
        message: expect.stringContaining(`120000 ms. It was never sent. The last time: ${cause}`),
      },
      expect.anything(),
      expect.anything(),
    ],
  });
  const told = about(cause);
  expect(told).toHaveLength(4);
  expect(told[0]).toMatch(/^Sending to solo-0 and 2 more partitions has not succeeded in 3 s and/);
});

test('a refusal that is repeated is told of, until it is over', async () => {
  log.verdict = () => (about('Sending to').length < 2 ? ErrorCode.NOT_ENOUGH_REPLICAS : 0);
  create();
  await expect(producer.produce('solo', 'a')).resolves.toMatchObject({ offset: 0 });
  expect(about('Sending to solo-0 has not succeeded')).toHaveLength(2);
  expect(about('NOT_ENOUGH_REPLICAS')).toHaveLength(2);
});

test('a broker that went away is told of, and in the final error', async () => {
  create({ deliveryTimeoutMs: 40_000, retries: 100_000 });
  await producer.produce('solo', 'a');
  await broker.stop();
  await expect(producer.produce('solo', 'b')).rejects.toMatchObject({
    code: 'DELIVERY_TIMED_OUT',
    message: expect.stringMatching(/The last time: \w+: .*127\.0\.0\.1/),
  });
  expect(about('Sending to solo-0').length).toBeGreaterThanOrEqual(3);
});

test('no broker at all is told of now and then', async () => {
  const { address } = broker;
  await broker.stop();
  create({}, [address]);
  await expect(producer.produce('solo', 'a')).rejects.toMatchObject({
    code: 'NO_BROKER_REACHABLE',
  });
  expect(about('Looking for topic "solo" has not succeeded in')).toHaveLength(3);
});

test('what failed is told before flush and close are over', async () => {
  const { address } = broker;
  await broker.stop();
  for (const end of ['flush', 'close'] as const) {
    create({}, [address]);
    const told: string[] = [];
    producer.produceCallback('solo', 'a', null, () => told.push('failed'));
    await producer[end]();
    told.push(end);
    expect(told).toEqual(['failed', end]);
  }
});
