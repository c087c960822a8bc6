import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import { Misbehaviour, type FakeBroker } from '../network/testing/fake-broker';
import { deferred } from '../runtime/deferred';
import { ManualClock } from '../runtime/manual-clock';
import { LogTruncationError } from './consumer-errors';
import { ConsumerHarness, read } from './testing/consumer-harness';
import type { FakeLog } from './testing/fake-log';

const { Fetch, ListOffsets, Metadata, OffsetForLeaderEpoch } = apis;
const clicks = { topic: 'clicks', partition: 0 };

let harness: ConsumerHarness;
let broker: FakeBroker;
let second: FakeBroker;
let log: FakeLog;

beforeEach(async () => {
  harness = await ConsumerHarness.start();
  ({ broker, log } = harness);
  second = await harness.addBroker(2);
});
afterEach(() => harness.stop());

const append = (epoch: number, ...values: string[]) => {
  for (const value of values) log.append(clicks, [value], { leaderEpoch: epoch });
};
const moveTo = (nodeId: number) => broker.cluster.moveLeader('clicks', 0, nodeId);
const asked = (node: FakeBroker) =>
  node.received(OffsetForLeaderEpoch).map(({ topics }) => topics[0].partitions[0]);

/** Lets a backoff pass. */
const beat = async (clock: ManualClock) => {
  clock.advance(150);
  await new Promise((resolve) => setImmediate(resolve));
};

/** The second broker leads, without the records from that offset on, and writes others. */
function loseFrom(offset: number, ...instead: string[]): void {
  log.truncate(clicks, offset);
  moveTo(2);
  append(1, ...instead);
}

describe('a new leader', () => {
  test('is asked for the end of the epoch of the last record, then read from', async () => {
    append(0, 'a', 'b');
    const consumer = harness.open();
    await consumer.assign(clicks);
    await read(consumer, 2);
    moveTo(2);
    append(1, 'c');
    expect(await read(consumer, 1)).toEqual(['c']);
    expect(second.received(OffsetForLeaderEpoch)).toHaveLength(1);
    expect(second.received(OffsetForLeaderEpoch)[0].replicaId).toBe(-1);
    expect(asked(second)).toEqual([{ partition: 0, currentLeaderEpoch: 1, leaderEpoch: 0 }]);
    const [fetched] = second.received(Fetch)[0].topics[0].partitions;
    expect(fetched).toMatchObject({ fetchOffset: 2, lastFetchedEpoch: 0, currentLeaderEpoch: 1 });
  });

  test('is not asked when nothing was fetched before, nor about its own records', async () => {
    append(0, 'a');
    const consumer = harness.open();
    await consumer.assign({ ...clicks, offset: 1 });
    await broker.until(Fetch, 1);
    moveTo(2);
    append(1, 'b');
    expect(await read(consumer, 1)).toEqual(['b']);
    await consumer.assign([]);
    await consumer.assign({ ...clicks, offset: 1 });
    expect(await read(consumer, 1)).toEqual(['b']);
    expect(asked(second)).toEqual([]);
  });

  test('that does not know the question is believed', async () => {
    second.limitVersions(OffsetForLeaderEpoch, undefined);
    append(0, 'a');
    const consumer = harness.open();
    await consumer.assign(clicks);
    await read(consumer, 1);
    moveTo(2);
    append(1, 'b');
    expect(await read(consumer, 1)).toEqual(['b']);
  });

  test.each([
    ['FENCED_LEADER_EPOCH', ErrorCode.FENCED_LEADER_EPOCH],
    ['UNKNOWN_LEADER_EPOCH', ErrorCode.UNKNOWN_LEADER_EPOCH],
    ['NOT_LEADER_OR_FOLLOWER', ErrorCode.NOT_LEADER_OR_FOLLOWER],
    ['OFFSET_NOT_AVAILABLE', ErrorCode.OFFSET_NOT_AVAILABLE],
  ])('that answers %s is asked again', async (_, errorCode) => {
    append(0, 'a');
    const consumer = harness.open();
    await consumer.assign(clicks);
    await read(consumer, 1);
    second.once(OffsetForLeaderEpoch, () => ({
      topics: [{ topic: 'clicks', partitions: [{ partition: 0, errorCode }] }],
    }));
    second.once(OffsetForLeaderEpoch, () => Misbehaviour.cut(3));
    second.once(OffsetForLeaderEpoch, () => ({ topics: [] }));
    moveTo(2);
    append(1, 'b');
    expect(await read(consumer, 1)).toEqual(['b']);
    expect(asked(second).length).toBeGreaterThanOrEqual(4);
  });

  test('that is another one before it has answered gives way to that one', async () => {
    append(0, 'a');
    const consumer = harness.open();
    await consumer.assign(clicks);
    await read(consumer, 1);
    second.once(OffsetForLeaderEpoch, () => {
      moveTo(1);
      // What it says counts no more: it says that all is lost.
      return {
        topics: [
          {
            topic: 'clicks',
            partitions: [{ partition: 0, errorCode: ErrorCode.FENCED_LEADER_EPOCH }],
          },
        ],
      };
    });
    moveTo(2);
    append(2, 'b');
    expect(await read(consumer, 1)).toEqual(['b']);
    expect(asked(broker)).toEqual([{ partition: 0, currentLeaderEpoch: 2, leaderEpoch: 0 }]);
  });
});

describe('a leader from before the record that was read last', () => {
  test('is not asked: metadata is behind', async () => {
    append(0, 'a', 'b');
    append(3, 'c', 'd');
    const consumer = harness.open();
    await consumer.assign(clicks);
    // As a group has committed it, whose member knew the leader of epoch 3.
    consumer.seek({ ...clicks, offset: 3, leaderEpoch: 3 });
    await broker.until(Metadata, broker.received(Metadata).length + 2);
    expect(await consumer.poll(0)).toEqual([]);
    expect([...asked(broker), ...asked(second)]).toEqual([]);
    broker.cluster.topics.get('clicks')!.partitions[0].leaderEpoch = 2;
    moveTo(2);
    expect(await read(consumer, 1)).toEqual(['d']);
  });

  test('is believed when there is no other for long', async () => {
    const clock = new ManualClock();
    append(0, 'a');
    const consumer = harness.open({}, { clock });
    await consumer.assign(clicks);
    consumer.seek({ ...clicks, offset: 7, leaderEpoch: 3 });
    const reading = read(consumer, 1);
    while (asked(broker).length === 0) await beat(clock);
    expect(clock.monotonic()).toBeGreaterThan(10_000);
    append(0, 'b');
    expect(await reading).toEqual(['b']);
  });
});

describe('the leader epoch of requests', () => {
  test.each([
    ['FENCED_LEADER_EPOCH', 1],
    ['UNKNOWN_LEADER_EPOCH', -1],
  ])('%s makes the consumer ask for metadata', async (_, change) => {
    append(0, 'a');
    const consumer = harness.open();
    const state = broker.cluster.topics.get('clicks')!.partitions[0];
    state.leaderEpoch = 5;
    await consumer.assign(clicks);
    await read(consumer, 1);
    const before = broker.received(Metadata).length;
    state.leaderEpoch += change;
    append(0, 'b');
    await broker.until(Metadata, before + 1);
    state.leaderEpoch = 6;
    expect(await read(consumer, 1)).toEqual(['b']);
  });

  test('metadata of a broker that has not heard the news is not believed', async () => {
    append(0, 'a');
    const consumer = harness.open();
    await consumer.assign(clicks);
    await read(consumer, 1);
    const stale = broker.cluster.metadata({
      topics: [{ name: 'clicks', topicId: '' }],
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    });
    moveTo(2);
    append(1, 'b');
    expect(await read(consumer, 1)).toEqual(['b']);
    const before = broker.received(Metadata).length + second.received(Metadata).length;
    for (const node of [broker, second]) node.on(Metadata, () => stale);
    let left = 2;
    log.onReply = (_at, reply, nodeId) => {
      if (nodeId === 2 && left-- > 0) reply.errorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    };
    append(1, 'c');
    expect(await read(consumer, 1)).toEqual(['c']);
    const after = broker.received(Metadata).length + second.received(Metadata).length;
    expect(after).toBeGreaterThan(before);
    const epochs = second
      .received(Fetch)
      .map(({ topics }) => topics[0].partitions[0].currentLeaderEpoch);
    expect(new Set(epochs)).toEqual(new Set([1]));
  });
});

describe('records that are lost', () => {
  test('after they were read: reading goes on where the logs part', async () => {
    append(0, 'a', 'b', 'c');
    const consumer = harness.open({ autoOffsetReset: 'latest' });
    await consumer.assign({ ...clicks, offset: 0 });
    await read(consumer, 3);
    loseFrom(1, 'B', 'C', 'D');
    expect(await read(consumer, 3)).toEqual(['B', 'C', 'D']);
    expect(await consumer.position(clicks)).toBe(4);
    expect(second.received(ListOffsets)).toEqual([]);
  });

  test('a log that does not tell where: reading goes on by the policy', async () => {
    append(3, 'a', 'b');
    const consumer = harness.open({ autoOffsetReset: 'earliest' });
    broker.cluster.topics.get('clicks')!.partitions[0].leaderEpoch = 3;
    await consumer.assign(clicks);
    await read(consumer, 2);
    log.truncate(clicks, 0);
    moveTo(2);
    append(4, 'A');
    expect(await read(consumer, 1)).toEqual(['A']);
    expect(second.received(ListOffsets)).toHaveLength(1);
  });

  test('without a policy it is an error, until somebody seeks', async () => {
    append(0, 'a', 'b', 'c');
    const consumer = harness.open({ autoOffsetReset: 'none' });
    await consumer.assign({ ...clicks, offset: 0 });
    await read(consumer, 3);
    loseFrom(1, 'B', 'C', 'D');
    for (let times = 0; times < 2; times++) {
      const error = await consumer.poll(10_000).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(LogTruncationError);
      expect(error).toMatchObject({
        code: 'LOG_TRUNCATION',
        retriable: false,
        ...clicks,
        offset: 3,
        divergentOffset: 1,
      });
    }
    expect(await consumer.position(clicks)).toBe(3);
    consumer.seek({ ...clicks, offset: 1 });
    expect(await read(consumer, 3)).toEqual(['B', 'C', 'D']);
  });

  test('after they were fetched ahead: what was read stands, the rest is fetched anew', async () => {
    append(0, 'a', 'b', 'c');
    const consumer = harness.open({ autoOffsetReset: 'none', maxPollRecords: 1 });
    await consumer.assign({ ...clicks, offset: 0 });
    expect(await read(consumer, 1)).toEqual(['a']);
    loseFrom(1, 'B');
    await second.until(OffsetForLeaderEpoch, 2);
    expect(await read(consumer, 1)).toEqual(['B']);
    expect(asked(second).map(({ leaderEpoch }) => leaderEpoch)).toEqual([0, 0]);
  });

  test('a fetch may bring the news', async () => {
    append(0, 'a', 'b', 'c');
    const consumer = harness.open({ autoOffsetReset: 'none' });
    await consumer.assign({ ...clicks, offset: 0 });
    await read(consumer, 3);
    log.onReply = (_at, reply) => {
      reply.records = Buffer.alloc(0);
      reply.divergingEpoch = { epoch: 0, endOffset: 2 };
    };
    append(0, 'd');
    await expect(consumer.poll(10_000)).rejects.toMatchObject({ divergentOffset: 2 });
    log.onReply = () => undefined;
    consumer.seek({ ...clicks, offset: 2, leaderEpoch: 0 });
    expect(await read(consumer, 2)).toEqual(['c', 'd']);
  });

  test('a place sought with its epoch is validated', async () => {
    append(0, 'a', 'b');
    moveTo(2);
    const consumer = harness.open({ autoOffsetReset: 'none' });
    await consumer.assign({ ...clicks, offset: 0 });
    consumer.seek({ ...clicks, offset: 7, leaderEpoch: 0 });
    await expect(consumer.poll(10_000)).rejects.toMatchObject({ offset: 7, divergentOffset: 2 });
  });

  test.each([
    ['before the new one has confirmed the place', true],
    ['when the new one is read from already', false],
  ])('an answer of the former leader, %s, is dropped', async (_, comesEarly) => {
    append(0, 'a');
    const stale = log.append(clicks, ['b'], { leaderEpoch: 0 });
    log.truncate(clicks, 1);
    const late = deferred();
    const consumer = harness.open({ fetchMaxWaitMs: 5_000 }, { metadataMaxAge: 5 });
    let fetches = 0;
    broker.on(Fetch, async () => {
      if (++fetches > 1) await late.promise;
      const records = fetches > 1 ? stale : log.log(clicks).batches[0];
      const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 2, records };
      return { responses: [{ topic: 'clicks', partitions: [partition] }] };
    });
    await consumer.assign({ ...clicks, offset: 0 });
    expect(await read(consumer, 1)).toEqual(['a']);
    await broker.until(Fetch, 2);
    moveTo(2);
    if (comesEarly) {
      second.once(OffsetForLeaderEpoch, async () => {
        late.resolve();
        await broker.until(Metadata, broker.received(Metadata).length + 2);
        const end = { partition: 0, errorCode: 0, leaderEpoch: 0, endOffset: 1 };
        return { topics: [{ topic: 'clicks', partitions: [end] }] };
      });
    }
    await second.until(Fetch, 1);
    const reading = read(consumer, 1);
    late.resolve();
    await broker.until(Metadata, broker.received(Metadata).length + 2);
    append(1, 'B');
    expect(await reading).toEqual(['B']);
  });
});

describe('a replica nearby (KIP-392)', () => {
  /** The leader sends its reader to broker 2, which answers with these errors first. */
  const redirect = (errors: number[] = []) => {
    log.followers.add(2);
    log.onReply = (_at, reply, nodeId) => {
      if (nodeId === 1) reply.preferredReadReplica = 2;
      else reply.errorCode = errors.shift() ?? reply.errorCode;
      if (nodeId === 1 || reply.errorCode !== 0) reply.records = Buffer.alloc(0);
    };
  };

  test('is given up for the leader when the metadata is old', async () => {
    const clock = new ManualClock();
    append(0, 'a');
    redirect();
    const consumer = harness.open({ clientRack: 'here' }, { clock, metadataMaxAge: 1000 });
    await consumer.assign({ ...clicks, offset: 0 });
    expect(await read(consumer, 1)).toEqual(['a']);
    const before = second.received(Fetch).length;
    await second.until(Fetch, before + 2);
    expect(broker.received(Fetch)).toHaveLength(1);
    clock.advance(1001);
    await broker.until(Fetch, 2);
    append(0, 'b');
    expect(await read(consumer, 1)).toEqual(['b']);
  });

  test('that is not known yet is looked for, without asking the leader in a tight loop', async () => {
    const clock = new ManualClock();
    append(0, 'a');
    redirect();
    let hidden = true;
    broker.on(Metadata, (body) => {
      const reply = broker.cluster.metadata(body);
      if (hidden) reply.brokers = reply.brokers.filter(({ nodeId }) => nodeId === 1);
      return reply;
    });
    const consumer = harness.open({ clientRack: 'here' }, { clock });
    await consumer.assign({ ...clicks, offset: 0 });
    const before = broker.received(Metadata).length;
    await broker.until(Fetch, 1);
    await broker.until(Metadata, before + 1);
    hidden = false;
    for (let fetches = 1; second.received(Fetch).length === 0;) {
      expect(broker.received(Fetch).length).toBeLessThanOrEqual(fetches);
      await Promise.race([broker.until(Fetch, fetches + 1), second.until(Fetch, 1), beat(clock)]);
      fetches = broker.received(Fetch).length;
    }
    expect(broker.received(Fetch).length).toBeLessThanOrEqual(3);
    expect(await read(consumer, 1)).toEqual(['a']);
  });

  test.each([
    ['OFFSET_OUT_OF_RANGE', ErrorCode.OFFSET_OUT_OF_RANGE],
    ['OFFSET_NOT_AVAILABLE', ErrorCode.OFFSET_NOT_AVAILABLE],
    ['NOT_LEADER_OR_FOLLOWER', ErrorCode.NOT_LEADER_OR_FOLLOWER],
  ])('is given up for the leader when it answers %s', async (_, errorCode) => {
    append(0, 'a');
    redirect([errorCode]);
    const consumer = harness.open({ clientRack: 'here', autoOffsetReset: 'none' });
    await consumer.assign({ ...clicks, offset: 0 });
    expect(await read(consumer, 1)).toEqual(['a']);
    expect(broker.received(Fetch).length).toBeGreaterThanOrEqual(2);
  });

  test('that parts from what was fetched is not believed, the leader is asked', async () => {
    append(0, 'a');
    redirect();
    let parted = false;
    const { onReply } = log;
    log.onReply = (at, reply, nodeId) => {
      onReply(at, reply, nodeId);
      if (nodeId !== 2 || parted) return;
      parted = true;
      reply.records = Buffer.alloc(0);
      reply.divergingEpoch = { epoch: 0, endOffset: 0 };
    };
    const consumer = harness.open({ clientRack: 'here', autoOffsetReset: 'none' });
    await consumer.assign({ ...clicks, offset: 0 });
    expect(await read(consumer, 1)).toEqual(['a']);
    expect(broker.received(Fetch).length).toBeGreaterThanOrEqual(2);
  });
});
