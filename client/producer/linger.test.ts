import { Cluster } from '../network';
import { FakeBroker } from '../network/testing/fake-broker';
import { apis } from '../protocol/apis';
import { ManualClock } from '../runtime/manual-clock';
import { Producer } from './producer';
import type { ProducerOptions } from './producer-options';
import { FakeLog } from './testing/fake-log';

const { Produce } = apis;

let broker: FakeBroker;
let log: FakeLog;
let clock: ManualClock;
let producer: Producer;

async function create(options: ProducerOptions): Promise<void> {
  const cluster = new Cluster({ brokers: [broker.address], clock });
  producer = new Producer(cluster, { partitioner: 'roundRobin', ...options });
  await cluster.metadata(['clicks']);
  await Promise.all(
    [0, 1].map(async () => {
      const report = producer.produce('clicks', 'warm');
      await new Promise(setImmediate);
      clock.advance(options.lingerMs ?? 0);
      await report;
    }),
  );
  log.batches.length = 0;
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
}

beforeEach(async () => {
  broker = await FakeBroker.start(1);
  broker.cluster.addTopic('clicks', 2);
  log = new FakeLog();
  log.serve(broker);
  clock = new ManualClock();
});

afterEach(async () => {
  await producer.close();
  await broker.stop();
});

test('batches wait for lingerMs from their first record, on one timer', async () => {
  await create({ lingerMs: 50 });
  const before = clock.pending;
  const sent = broker.received(Produce).length;
  const reports = [producer.produce('clicks', 'a'), producer.produce('clicks', 'b')];
  await settle();
  clock.advance(30);
  reports.push(producer.produce('clicks', 'c'), producer.produce('clicks', 'd'));
  await settle();
  expect(clock.pending - before).toBeLessThanOrEqual(1);
  clock.advance(19);
  await settle();
  expect(broker.received(Produce)).toHaveLength(sent);
  clock.advance(1);
  await Promise.all(reports);
  expect(log.batches).toEqual([2, 2]);
  expect(broker.received(Produce)).toHaveLength(sent + 1);
});

test('a full batch does not wait, nor does what is flushed', async () => {
  await create({ lingerMs: 50, batchSize: 300, partitioner: () => 0 });
  const reports = ['a', 'b', 'c'].map((text) => producer.produce('clicks', text.repeat(100)));
  await expect(reports[0]).resolves.toBeDefined();
  await producer.flush();
  await Promise.all(reports);
  expect(log.batches).toEqual([2, 1]);
});

test('a record carries the time of the call unless it brings its own', async () => {
  await create({ lingerMs: 5 });
  const called = clock.now();
  const report = producer.produce('clicks', 'a');
  const own = producer.produce('clicks', 'b', null, { timestamp: 7 });
  await settle();
  clock.advance(5);
  await expect(report).resolves.toMatchObject({ timestamp: called });
  await expect(own).resolves.toMatchObject({ timestamp: 7 });
});
