import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import { Misbehaviour, type FakeBroker } from '../network/testing/fake-broker';
import { PartitionReadError } from './consumer-errors';
import { ConsumerHarness, read, textsOf } from './testing/consumer-harness';
import type { FakeLog } from './testing/fake-log';

const { Fetch, ListOffsets, Metadata } = apis;
const clicks = { topic: 'clicks', partition: 0 };
const other = { topic: 'clicks', partition: 1 };
const KIB = 1024;

let harness: ConsumerHarness;
let broker: FakeBroker;
let log: FakeLog;

beforeEach(async () => {
  harness = await ConsumerHarness.start();
  ({ broker, log } = harness);
});
afterEach(() => harness.stop());

/** Appends that many batches of one record of about 1 KiB. */
function fill(at: typeof clicks, batches: number): void {
  for (let n = 0; n < batches; n++) log.append(at, [String(n).padEnd(KIB, '.')]);
}

const asked = (index: number) => broker.received(Fetch)[index].topics[0].partitions;
const offsetsAsked = (): number[] =>
  broker.received(Fetch).map(({ topics }) => topics[0].partitions[0].fetchOffset);

/** Gives what is on its way time to arrive: nothing more is expected to be sent. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
}

describe('fetching ahead', () => {
  test('goes on before anything was polled, up to twice maxPartitionFetchBytes', async () => {
    fill(clicks, 100);
    const consumer = harness.open({ maxPartitionFetchBytes: 10 * KIB });
    await consumer.assign({ ...clicks, offset: 0 });
    await broker.until(Fetch, 2);
    await settled();
    expect(offsetsAsked()).toEqual([0, 9]);
    expect(await read(consumer, 100)).toHaveLength(100);
    expect(await consumer.position(clicks)).toBe(100);
  });

  test('stops at maxBufferedBytes over all partitions', async () => {
    broker.cluster.addTopic('many', 10);
    for (let partition = 0; partition < 10; partition++) {
      fill({ topic: 'many', partition }, 20);
    }
    let served = 0;
    log.onReply = (_at, reply) => void (served += reply.records?.length ?? 0);
    const consumer = harness.open({
      maxPartitionFetchBytes: 10 * KIB,
      maxBufferedBytes: 50 * KIB,
    });
    await consumer.assign({ topic: 'many' });
    await consumer.position({ topic: 'many', partition: 9 });
    await broker.until(Fetch, 1);
    await settled();
    expect(served).toBeLessThanOrEqual(50 * KIB);
    expect(served).toBeGreaterThan(30 * KIB);
    expect(await read(consumer, 200)).toHaveLength(200);
  });

  test('a batch larger than all bounds still comes', async () => {
    log.append(clicks, ['small']);
    log.append(clicks, ['x'.repeat(300 * KIB)]);
    log.append(clicks, ['after']);
    const consumer = harness.open({
      maxPartitionFetchBytes: KIB,
      fetchMaxBytes: KIB,
      maxBufferedBytes: 2 * KIB,
    });
    await consumer.assign(clicks);
    expect((await read(consumer, 3)).map(({ length }) => length)).toEqual([5, 300 * KIB, 5]);
  });

  test('an idle partition does not hold up a busy one whose buffer was full', async () => {
    fill(clicks, 300);
    const consumer = harness.open({ maxPartitionFetchBytes: KIB, fetchMaxWaitMs: 9_000 });
    await consumer.assign([clicks, other]);
    expect(await read(consumer, 300)).toHaveLength(300);
    for (const { maxWaitMs, topics } of broker.received(Fetch)) {
      const hasBoth = topics[0].partitions.length === 2;
      expect(maxWaitMs).toBe(hasBoth ? 9_000 : 0);
    }
  });

  test('ten partitions are read evenly', async () => {
    broker.cluster.addTopic('many', 10);
    for (let partition = 0; partition < 10; partition++) {
      fill({ topic: 'many', partition }, 40);
    }
    const consumer = harness.open({
      maxPartitionFetchBytes: 4 * KIB,
      fetchMaxBytes: 8 * KIB,
      maxPollRecords: 10,
    });
    await consumer.assign({ topic: 'many' });
    const counts = new Array<number>(10).fill(0);
    for (let total = 0; total < 200;) {
      for (const { partition, records } of await consumer.poll(10_000)) {
        counts[partition] += records.length;
        total += records.length;
      }
    }
    for (const count of counts) expect(count).toBeGreaterThan(10);
  });
});

describe('paused partitions', () => {
  test('keep what was fetched, are not fetched, and go on where they were', async () => {
    fill(clicks, 3);
    fill(other, 1);
    const consumer = harness.open({ maxPollRecords: 1 });
    await consumer.assign(clicks);
    await read(consumer, 1);
    consumer.pause([clicks]);
    expect(consumer.paused()).toEqual([clicks]);
    await consumer.assign([clicks, other]);
    const [batch] = await consumer.poll(10_000);
    expect(batch).toMatchObject(other);
    const before = broker.received(Fetch).length;
    await broker.until(Fetch, before + 2);
    expect(asked(before + 1).map(({ partition }) => partition)).toEqual([1]);
    expect(await consumer.poll(0)).toEqual([]);
    consumer.resume();
    expect(await read(consumer, 2)).toHaveLength(2);
    expect(await consumer.position(clicks)).toBe(3);
  });

  test('do not keep others from being read when they fill the buffers', async () => {
    fill(clicks, 10);
    const consumer = harness.open({
      maxPartitionFetchBytes: 10 * KIB,
      maxBufferedBytes: 10 * KIB,
    });
    await consumer.assign(clicks);
    await broker.until(Fetch, 1);
    await consumer.position(clicks);
    await settled();
    consumer.pause([clicks]);
    fill(other, 20);
    await consumer.assign([clicks, other]);
    for (let left = 20; left > 0;) {
      for (const { partition, records } of await consumer.poll(10_000)) {
        expect(partition).toBe(1);
        left -= records.length;
      }
    }
    consumer.resume([clicks]);
    expect(await read(consumer, 10)).toHaveLength(10);
  });
});

describe('failures', () => {
  test('a leader that moves is followed', async () => {
    const second = await harness.addBroker(2);
    log.append(clicks, ['a']);
    const consumer = harness.open();
    await consumer.assign(clicks);
    expect(await read(consumer, 1)).toEqual(['a']);
    broker.cluster.moveLeader('clicks', 0, 2);
    log.append(clicks, ['b']);
    expect(await read(consumer, 1)).toEqual(['b']);
    const fetched = second.received(Fetch)[0].topics[0].partitions[0];
    expect(fetched).toMatchObject({ fetchOffset: 1, currentLeaderEpoch: 1 });
  });

  test('a partition without a leader is waited for', async () => {
    log.append(clicks, ['a']);
    broker.cluster.moveLeader('clicks', 0, -1);
    const consumer = harness.open();
    await consumer.assign(clicks);
    const polled = consumer.poll(10_000);
    await broker.until(Metadata, 5);
    broker.cluster.moveLeader('clicks', 0, 1);
    expect(textsOf(await polled)).toEqual(['a']);
  });

  test.each([
    ['without an answer', 0],
    ['in the middle of a frame', 50],
  ])('a connection that breaks %s is made again', async (_name, bytes) => {
    log.append(clicks, ['a']);
    broker.once(Fetch, () => Misbehaviour.cut(bytes));
    const consumer = harness.open();
    await consumer.assign(clicks);
    expect(await read(consumer, 1)).toEqual(['a']);
  });

  test('a broker that was away is found again', async () => {
    log.append(clicks, ['a']);
    const consumer = harness.open();
    await consumer.assign(clicks);
    expect(await read(consumer, 1)).toEqual(['a']);
    await broker.stop();
    const polled = consumer.poll(10_000);
    log.append(clicks, ['b']);
    await broker.restart();
    expect(textsOf(await polled)).toEqual(['b']);
  });

  test('nonsense from the broker ends the connection, not the reading', async () => {
    log.append(clicks, ['a']);
    broker.once(Fetch, () => Misbehaviour.raw(Buffer.from('\0\0\0\x04oops')));
    const consumer = harness.open();
    await consumer.assign(clicks);
    expect(await read(consumer, 1)).toEqual(['a']);
  });

  test.each(['UNKNOWN_TOPIC_OR_PARTITION', 'KAFKA_STORAGE_ERROR', 'UNKNOWN_SERVER_ERROR'] as const)(
    '%s is repeated until it passes',
    async (name) => {
      let left = 3;
      log.append(clicks, ['a']);
      log.onReply = (_at, reply) => {
        if (left-- <= 0) return;
        reply.errorCode = ErrorCode[name];
        reply.records = Buffer.alloc(0);
      };
      const consumer = harness.open();
      await consumer.assign(clicks);
      expect(await read(consumer, 1)).toEqual(['a']);
      expect(left).toBeLessThanOrEqual(0);
    },
  );

  test('what does not pass is thrown, and tried again by the next poll', async () => {
    let denied = true;
    log.append(clicks, ['a']);
    log.append(other, ['b']);
    log.onReply = ({ partition }, reply) => {
      if (partition === 1 || !denied) return;
      reply.errorCode = ErrorCode.TOPIC_AUTHORIZATION_FAILED;
      reply.records = Buffer.alloc(0);
    };
    const consumer = harness.open();
    await consumer.assign([clicks, other]);
    const outcomes: string[] = [];
    for (let n = 0; n < 2; n++) {
      await consumer.poll(10_000).then(
        (batches) => outcomes.push(...textsOf(batches)),
        (error: PartitionReadError) => outcomes.push(`${error.code} ${error.partition}`),
      );
    }
    expect(outcomes.sort()).toEqual(['TOPIC_AUTHORIZATION_FAILED 0', 'b']);
    denied = false;
    // A fetch from before may still bring the error once.
    const found = await read(consumer, 1).catch(() => read(consumer, 1));
    expect(found).toEqual(['a']);
  });

  test('a position that may not be looked up is an error of its partition alone', async () => {
    log.append(other, ['b']);
    broker.once(ListOffsets, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: partitionIndex === 0 ? ErrorCode.TOPIC_AUTHORIZATION_FAILED : 0,
          offset: 0,
        })),
      })),
    }));
    const consumer = harness.open();
    await consumer.assign([clicks, other]);
    await expect(consumer.position(clicks)).rejects.toThrow(PartitionReadError);
    expect(await read(consumer, 1)).toEqual(['b']);
    expect(await consumer.position(clicks)).toBe(0);
  });

  test('an answer to a fetch from before a seek is dropped', async () => {
    log.append(clicks, ['a', 'b', 'c']);
    const consumer = harness.open({ fetchMaxWaitMs: 500 });
    log.onReply = () => {
      log.onReply = () => undefined;
      consumer.seek({ ...clicks, offset: 2 });
    };
    await consumer.assign({ ...clicks, offset: 0 });
    expect(await read(consumer, 1)).toEqual(['c']);
  });
});

test('a replica nearby is read from when the leader says so (KIP-392)', async () => {
  const second = await harness.addBroker(2);
  log.append(clicks, ['a']);
  log.onReply = (_at, reply, nodeId) => {
    reply.errorCode = ErrorCode.NONE;
    reply.records = Buffer.alloc(0);
    if (nodeId === 1) reply.preferredReadReplica = 2;
    else reply.records = log.log(clicks).batches[0];
  };
  const consumer = harness.open({ clientRack: 'here' });
  await consumer.assign({ ...clicks, offset: 0 });
  expect(textsOf(await consumer.poll(10_000))).toEqual(['a']);
  expect(broker.received(Fetch)[0].rackId).toBe('here');
  expect(second.received(Fetch).length).toBeGreaterThan(0);
});

test('the request carries what the options say', async () => {
  const consumer = harness.open({
    fetchMinBytes: 7,
    fetchMaxWaitMs: 33,
    maxPartitionFetchBytes: 4096,
    isolationLevel: 'read_committed',
  });
  await consumer.assign({ ...clicks, offset: 0 });
  await broker.until(Fetch, 1);
  expect(broker.received(Fetch)[0]).toMatchObject({
    replicaId: -1,
    minBytes: 7,
    maxWaitMs: 33,
    maxBytes: 4096,
    isolationLevel: 1,
    sessionEpoch: -1,
  });
});
