import type { FakeBroker } from '../../network/testing/fake-broker';
import { deferred } from '../../runtime/deferred';
import { apis } from '../../protocol/apis';
import type { Consumer } from '../consumer';
import { ConsumerStateError } from '../consumer-errors';
import type { ConsumerOptions } from '../consumer-options';
import { ConsumerHarness, read } from '../testing/consumer-harness';
import type { FakeLog } from '../testing/fake-log';
import { formatPartition, type TopicPartition } from '../topic-partition';
import { CommitFailedError } from './group-errors';
import type { RebalanceListener } from './subscription';
import { FakeCoordinator } from './testing/fake-coordinator';

const clicks = { topic: 'clicks', partition: 0 };
const other = { topic: 'clicks', partition: 1 };

let harness: ConsumerHarness;
let broker: FakeBroker;
let log: FakeLog;
let coordinator: FakeCoordinator;

beforeEach(async () => {
  harness = await ConsumerHarness.start();
  ({ broker, log } = harness);
  coordinator = new FakeCoordinator(broker);
});
afterEach(() => harness.stop());

/** A member of the group, and what it was told. */
class Recorder implements RebalanceListener {
  readonly told: string[] = [];
  private readonly waiters = new Set<() => void>();

  onPartitionsAssigned = (list: readonly TopicPartition[]) => this.add('+', list);
  onPartitionsRevoked = (list: readonly TopicPartition[]) => this.add('-', list);
  onPartitionsLost = (list: readonly TopicPartition[]) => this.add('!', list);

  async until(entry: string, times = 1): Promise<void> {
    while (this.told.filter((one) => one === entry).length < times) {
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  private add(sign: string, list: readonly TopicPartition[]): void {
    this.told.push(`${sign}${list.map(({ partition }) => partition).join()}`);
    for (const wake of this.waiters) wake();
    this.waiters.clear();
  }
}

const open = (options: ConsumerOptions = {}): Consumer =>
  harness.open({
    groupId: 'g',
    heartbeatIntervalMs: 5,
    autoCommitIntervalMs: 100_000,
    ...options,
  });

async function subscribed(options: ConsumerOptions = {}): Promise<[Consumer, Recorder]> {
  const consumer = open(options);
  const recorder = new Recorder();
  await consumer.subscribe({ topics: ['clicks'] }, recorder);
  return [consumer, recorder];
}

/** Keeps asking, as an application does; what was read comes to the list. */
function reading(consumer: Consumer): string[] {
  const seen: string[] = [];
  void (async () => {
    for await (const { records } of consumer.batches()) {
      seen.push(...records.map(({ value }) => String(value)));
    }
  })();
  return seen;
}

const offsets = () =>
  Object.fromEntries([...coordinator.offsets].map(([name, { offset }]) => [name, offset]));

describe('alone', () => {
  test('a member gets everything, and commits on close what it has finished', async () => {
    log.append(clicks, ['a', 'b']);
    log.append(other, ['c']);
    const [consumer, recorder] = await subscribed();
    expect((await read(consumer, 3)).sort()).toEqual(['a', 'b', 'c']);
    expect(recorder.told).toEqual(['+0,1']);
    expect(consumer.assignment()).toEqual([clicks, other]);
    expect(consumer.groupMetadata()).toMatchObject({ groupId: 'g', generationId: 1 });
    await consumer.poll(0);
    await consumer.close();
    expect(offsets()).toEqual({ 'clicks-0': 2, 'clicks-1': 1 });
    expect(recorder.told).toEqual(['+0,1', '-0,1']);
    expect(coordinator.left).toEqual(['member-1']);
  });

  test('what the last poll handed out is not committed unless the application says so', async () => {
    log.append(clicks, ['a']);
    const [consumer] = await subscribed();
    await read(consumer, 1);
    await consumer.close();
    expect(offsets()['clicks-0'] ?? 0).toBe(0);
    const [next] = await subscribed();
    expect(await read(next, 1)).toEqual(['a']);
    await next.commit();
    expect(offsets()).toMatchObject({ 'clicks-0': 1 });
  });

  test('reading goes on where the group has got to', async () => {
    log.append(clicks, ['a', 'b', 'c']);
    coordinator.offsets.set('clicks-0', { offset: 2, leaderEpoch: -1, metadata: '' });
    const [consumer] = await subscribed();
    expect(await read(consumer, 1)).toEqual(['c']);
    expect(await consumer.lag([clicks])).toEqual([
      { ...clicks, position: 3, endOffset: 3, lag: 0 },
    ]);
  });

  test('fromBeginning decides where nothing is committed', async () => {
    log.append(clicks, ['a']);
    const consumer = open({ autoOffsetReset: 'none' });
    await consumer.subscribe({ topics: [/^clicks/], fromBeginning: true });
    expect(await read(consumer, 1)).toEqual(['a']);
    expect(consumer.subscription()).toEqual(['clicks']);
  });

  test('a seek in the listener stands', async () => {
    log.append(clicks, ['a', 'b', 'c']);
    const consumer = open();
    await consumer.subscribe(
      { topics: ['clicks'] },
      { onPartitionsAssigned: () => consumer.seek({ ...clicks, offset: 2 }) },
    );
    expect(await read(consumer, 1)).toEqual(['c']);
  });

  test('run commits what handlers have finished, one after the other', async () => {
    log.append(clicks, ['a', 'b', 'c']);
    const [consumer] = await subscribed({ autoCommitIntervalMs: 2 });
    const gate = deferred();
    const reached = deferred();
    const committed = deferred();
    consumer.on('commit', ({ offsets: list }) => {
      if (list.some(({ offset }) => offset === 1)) committed.resolve();
    });
    const running = consumer.run({
      eachMessage: async ({ value }) => {
        if (String(value) !== 'b') return;
        reached.resolve();
        await gate.promise;
      },
    });
    await reached.promise;
    await committed.promise;
    expect(offsets()).toMatchObject({ 'clicks-0': 1 });
    const closed = consumer.close();
    gate.resolve();
    await Promise.all([running, closed]);
    expect(offsets()).toMatchObject({ 'clicks-0': 2 });
  });

  test('partitions are handled at the same time, each in its order', async () => {
    for (const value of ['a', 'b', 'c']) log.append(clicks, [value]);
    log.append(other, ['x']);
    const [consumer] = await subscribed();
    const gate = deferred();
    const done = deferred();
    const seen: string[] = [];
    const running = consumer.run({
      partitionsConsumedConcurrently: 2,
      eachMessage: async ({ value }) => {
        if (String(value) === 'x') await gate.promise;
        seen.push(String(value));
        if (seen.length === 3) gate.resolve();
        if (seen.length === 4) done.resolve();
      },
    });
    await done.promise;
    expect(seen).toEqual(['a', 'b', 'c', 'x']);
    await consumer.close();
    await running;
    expect(offsets()).toEqual({ 'clicks-0': 3, 'clicks-1': 1 });
  });

  test('a handler that fails at one partition lets the others finish', async () => {
    log.append(clicks, ['a']);
    log.append(other, ['x']);
    const [consumer] = await subscribed();
    const gate = deferred();
    let finished = 0;
    const crashes: unknown[] = [];
    consumer.on('crash', ({ error }) => crashes.push(error));
    const running = consumer.run({
      partitionsConsumedConcurrently: 2,
      eachBatch: async ({ partition }) => {
        if (partition === 0) {
          await gate.promise;
          throw new Error('not now');
        }
        gate.resolve();
        await Promise.resolve();
        finished++;
      },
    });
    await expect(running).rejects.toThrow('not now');
    expect([finished, crashes.length]).toEqual([1, 1]);
    await consumer.close();
    expect(offsets()).toEqual({ 'clicks-0': 0, 'clicks-1': 1 });
  });

  test('offsets given by the application, with what it wants to keep with them', async () => {
    const [consumer] = await subscribed({ enableAutoCommit: false });
    await consumer.poll(20);
    while (consumer.assignment().length === 0) await consumer.poll(20);
    await consumer.commit([{ ...clicks, offset: 7, metadata: 'm' }]);
    expect(await consumer.committed()).toEqual([
      { ...clicks, offset: 7, leaderEpoch: -1, metadata: 'm' },
      { ...other, offset: null, leaderEpoch: -1, metadata: '' },
    ]);
    await expect(consumer.commit([{ ...clicks, offset: -1 }])).rejects.toThrow(ConsumerStateError);
  });

  test('assigned by hand, positions come from the group all the same', async () => {
    log.append(clicks, ['a', 'b']);
    coordinator.offsets.set('clicks-0', { offset: 1, leaderEpoch: -1, metadata: '' });
    const consumer = open();
    await consumer.assign(clicks);
    expect(await read(consumer, 1)).toEqual(['b']);
    await expect(consumer.subscribe({ topics: ['clicks'] })).rejects.toThrow('either');
    await consumer.poll(0);
    await consumer.close();
    expect(offsets()).toEqual({ 'clicks-0': 2 });
    expect(broker.received(apis.JoinGroup)).toEqual([]);
  });

  test('unsubscribing leaves; another subscription joins anew', async () => {
    const [consumer, recorder] = await subscribed();
    const seen = reading(consumer);
    await recorder.until('+0,1');
    await consumer.unsubscribe();
    expect(coordinator.left).toEqual(['member-1']);
    expect(consumer.assignment()).toEqual([]);
    log.append(clicks, ['a']);
    await consumer.subscribe({ topics: ['clicks'] }, recorder);
    while (seen.length < 1) await new Promise(setImmediate);
    expect(seen).toEqual(['a']);
  });

  test('without a group there is nothing to subscribe with', async () => {
    const consumer = harness.open();
    await expect(consumer.subscribe({ topics: ['clicks'] })).rejects.toThrow('no group');
    await expect(open().subscribe({ topics: [] })).rejects.toThrow('no topic');
  });
});

describe('together', () => {
  test('eager members share, and take over what one leaves', async () => {
    const [first, one] = await subscribed();
    const seen = reading(first);
    await one.until('+0,1');
    const [second, two] = await subscribed();
    const others = reading(second);
    await two.until('+1');
    await one.until('+0');
    expect(one.told).toEqual(['+0,1', '-0,1', '+0']);
    log.append(clicks, ['a']);
    log.append(other, ['b']);
    while (seen.length + others.length < 2) await new Promise(setImmediate);
    expect([seen, others]).toEqual([['a'], ['b']]);
    await second.close();
    await one.until('+0,1', 2);
    log.append(other, ['c']);
    while (seen.length < 2) await new Promise(setImmediate);
    expect(seen).toEqual(['a', 'c']);
  });

  test('cooperative members give up only what moves, and go on with the rest', async () => {
    const partitionAssignors = ['cooperative-sticky'] as const;
    const [first, one] = await subscribed({ partitionAssignors });
    log.append(clicks, ['a']);
    const seen = reading(first);
    await one.until('+0,1');
    while (seen.length < 1) await new Promise(setImmediate);
    const [second, two] = await subscribed({ partitionAssignors });
    reading(second);
    await two.until('+1');
    expect(one.told.filter((entry) => entry !== '+')).toEqual(['+0,1', '-1']);
    log.append(clicks, ['b']);
    while (seen.length < 2) await new Promise(setImmediate);
    expect(seen).toEqual(['a', 'b']);
    // Each member has asked once: what is kept is not asked for again.
    await broker.until(apis.OffsetFetch, 2);
    expect(broker.received(apis.OffsetFetch)).toHaveLength(2);
  });

  test('what is in hand is finished and committed before it goes', async () => {
    const partitionAssignors = ['cooperative-sticky'] as const;
    const [first, one] = await subscribed({ partitionAssignors });
    log.append(other, ['a']);
    const gate = deferred();
    const reached = deferred();
    const running = first.run({
      eachMessage: async () => {
        reached.resolve();
        await gate.promise;
      },
    });
    await reached.promise;
    const [second, two] = await subscribed({ partitionAssignors });
    const others = reading(second);
    await two.until('+');
    expect(one.told).not.toContain('-1');
    gate.resolve();
    await two.until('+1');
    expect(offsets()).toMatchObject({ 'clicks-1': 1 });
    log.append(other, ['b']);
    while (others.length < 1) await new Promise(setImmediate);
    expect(others).toEqual(['b']);
    await first.close();
    await running;
  });

  test('a commit that comes up while the member waits for its assignment is made before it gives up anything', async () => {
    const partitionAssignors = ['cooperative-sticky'] as const;
    const [first] = await subscribed({ partitionAssignors });
    log.append(other, ['a']);
    expect(await read(first, 1)).toEqual(['a']);
    const assigns = deferred();
    coordinator.mayAssign = assigns.promise;
    const [second, two] = await subscribed({ partitionAssignors });
    reading(second);
    await broker.until(apis.SyncGroup, 3);
    const committed = first.commit([{ ...other, offset: 1 }]);
    assigns.resolve();
    await committed;
    reading(first);
    await two.until('+1');
    expect(offsets()).toMatchObject({ 'clicks-1': 1 });
  });

  test('a member taken for dead is told that its partitions are lost, and joins again', async () => {
    const [consumer, recorder] = await subscribed();
    log.append(clicks, ['a']);
    expect(await read(consumer, 1)).toEqual(['a']);
    const { memberId } = consumer.groupMetadata();
    coordinator.expire(memberId);
    await expect(consumer.commit([{ ...clicks, offset: 1 }])).rejects.toThrow(CommitFailedError);
    const seen = reading(consumer);
    await recorder.until('+0,1', 2);
    expect(recorder.told).toEqual(['+0,1', '!0,1', '+0,1']);
    while (seen.length < 1) await new Promise(setImmediate);
    expect(seen).toEqual(['a']);
  });

  test('who asks for nothing for too long leaves, and comes back when he asks', async () => {
    const [consumer, recorder] = await subscribed({ maxPollIntervalMs: 20 });
    log.append(clicks, ['a']);
    expect(await read(consumer, 1)).toEqual(['a']);
    await broker.until(apis.LeaveGroup, 1);
    expect(recorder.told).toEqual(['+0,1']);
    const seen = reading(consumer);
    await recorder.until('+0,1', 2);
    expect(recorder.told).toEqual(['+0,1', '!0,1', '+0,1']);
    while (seen.length < 1) await new Promise(setImmediate);
    expect(seen).toEqual(['a']);
  });

  test('another coordinator takes over, and nobody gives up anything', async () => {
    const second = await harness.addBroker(2);
    coordinator = new FakeCoordinator(broker, second);
    const [consumer, recorder] = await subscribed();
    log.append(clicks, ['a']);
    const seen = reading(consumer);
    await recorder.until('+0,1');
    while (seen.length < 1) await new Promise(setImmediate);
    coordinator.nodeId = 2;
    await second.until(apis.Heartbeat, 2);
    await consumer.commit();
    expect(offsets()).toMatchObject({ 'clicks-0': 1 });
    expect(consumer.groupMetadata().generationId).toBe(1);
    expect(recorder.told).toEqual(['+0,1']);
  });

  test('a static member that comes back finds its partitions, without a rebalance', async () => {
    const [first, one] = await subscribed({ groupInstanceId: 'i' });
    reading(first);
    await one.until('+0,1');
    await first.close();
    expect(coordinator.left).toEqual([]);
    const [second, two] = await subscribed({ groupInstanceId: 'i' });
    reading(second);
    await two.until('+0,1');
    expect(coordinator.generation).toBe(1);
  });
});

describe('topics that come', () => {
  test('new partitions are shared out', async () => {
    const consumer = harness.open(
      { groupId: 'g', heartbeatIntervalMs: 5, fetchMaxWaitMs: 5 },
      { metadataMaxAge: 10 },
    );
    const recorder = new Recorder();
    await consumer.subscribe({ topics: ['clicks'] }, recorder);
    reading(consumer);
    await recorder.until('+0,1');
    broker.cluster.addTopic('clicks', 3);
    await recorder.until('+0,1,2');
  });

  test('and so are topics that match', async () => {
    const consumer = harness.open(
      { groupId: 'g', heartbeatIntervalMs: 5, fetchMaxWaitMs: 5 },
      { metadataMaxAge: 10 },
    );
    await consumer.subscribe({ topics: [/^cl/], fromBeginning: true });
    const seen = reading(consumer);
    log.append(clicks, ['a']);
    while (seen.length < 1) await new Promise(setImmediate);
    broker.cluster.addTopic('clocks');
    log.append({ topic: 'clocks', partition: 0 }, ['b']);
    while (seen.length < 2) await new Promise(setImmediate);
    expect(seen).toEqual(['a', 'b']);
    expect(consumer.assignment().map(formatPartition)).toContain('clocks-0');
  });
});
