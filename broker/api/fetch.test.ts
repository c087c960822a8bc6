import { deferred } from '../../client/runtime/deferred';
import { instruction, settled, topicId } from '../replication/testing/replica-fixture';
import { FetchedBroker, recordsIn, type FetchRequest } from './testing/fetched-broker';

let broker: FetchedBroker;

beforeEach(async () => {
  broker = await FetchedBroker.open();
});

afterEach(() => broker.close());

describe('a consumer', () => {
  it('reads what is committed and nothing else', async () => {
    await broker.commit(2);
    await broker.replica.append(broker.partition, 3);
    const answer = await broker.one(broker.request());
    expect(recordsIn(answer)).toBe(2);
    expect(answer).toMatchObject({ highWatermark: 2, logStartOffset: 0 });
  });

  it('that waits is answered by the high watermark', async () => {
    const answer = broker.one(broker.request({}, { maxWaitMs: 500 }));
    await broker.replica.append(broker.partition, 1);
    await settled();
    expect(broker.replica.replicas.purgatory.size).toBe(1);
    for (const id of [2, 3]) broker.replica.fetch(broker.partition, id, 1);
    expect(recordsIn(await answer)).toBe(1);
  });

  it('that waits is told of a new leader epoch', async () => {
    const answer = broker.one(broker.request({}, { maxWaitMs: 500 }));
    await broker.replica.obey({ leaderEpoch: 4, partitionEpoch: 8 });
    expect((await answer).error).toBe('FENCED_LEADER_EPOCH');
  });

  it('whose first look takes its time is told of a leader epoch that came meanwhile', async () => {
    await broker.commit(1);
    const log = broker.partition.leaderLog();
    const [read, isRead] = [log.read.bind(log), deferred()];
    jest.spyOn(log, 'read').mockImplementationOnce(async (...range) => {
      await isRead.promise;
      return read(...range);
    });
    const answer = broker.one(broker.request({}, { maxWaitMs: 500, minBytes: 100_000 }));
    await settled();
    await broker.replica.obey({ leaderEpoch: 4, partitionEpoch: 8 });
    isRead.resolve();
    expect((await answer).error).toBe('FENCED_LEADER_EPOCH');
  });

  it('that waits is told when the partition goes', async () => {
    const answer = broker.one(broker.request({}, { maxWaitMs: 500 }));
    const { topicPartition } = instruction();
    await broker.replica.replicas.stopReplicas([
      { topicPartition, leaderEpoch: -2, deletePartition: true },
    ]);
    expect((await answer).error).toBe('NOT_LEADER_OR_FOLLOWER');
    expect((await broker.one(broker.request())).error).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });

  it('is told who leads instead', async () => {
    await broker.replica.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 });
    expect(await broker.one(broker.request({ currentLeaderEpoch: 3 }), 10)).toMatchObject({
      error: 'FENCED_LEADER_EPOCH',
      currentLeader: { leaderId: 2, leaderEpoch: 4 },
    });
    expect((await broker.one(broker.request({ currentLeaderEpoch: -1 }), 10)).error).toBe(
      'NOT_LEADER_OR_FOLLOWER',
    );
    expect((await broker.one(broker.request({ currentLeaderEpoch: 5 }))).error).toBe(
      'UNKNOWN_LEADER_EPOCH',
    );
  });

  it('with records of an epoch this leader does not know is not told to cut them', async () => {
    await broker.commit(1);
    expect((await broker.one(broker.request({ lastFetchedEpoch: 9 }))).error).toBe(
      'UNKNOWN_LEADER_EPOCH',
    );
  });

  it.each([-1, 6])('is told that there is no offset %d', async (fetchOffset) => {
    await broker.commit(5);
    expect((await broker.one(broker.request({ fetchOffset }))).error).toBe('OFFSET_OUT_OF_RANGE');
  });

  it('is sent to the replica in its rack that has come farthest', async () => {
    await broker.replica.append(broker.partition, 5);
    broker.replica.fetch(broker.partition, 2, 4);
    broker.replica.fetch(broker.partition, 3, 5);
    const near = await broker.one(broker.request({}, { rackId: 'b' }));
    expect(near).toMatchObject({ preferredReadReplica: 3, records: Buffer.alloc(0) });
    expect(
      (await broker.one(broker.request({}, { rackId: 'a' }))).preferredReadReplica,
    ).toBeUndefined();
    expect(
      (await broker.one(broker.request({}, { rackId: 'c' }))).preferredReadReplica,
    ).toBeUndefined();
    expect(
      (await broker.one(broker.request({}, { rackId: 'b' }), 10)).preferredReadReplica,
    ).toBeUndefined();
  });

  it('is not sent to a replica that lacks the offset, or is not in sync', async () => {
    await broker.replica.append(broker.partition, 5);
    broker.replica.fetch(broker.partition, 2, 4);
    const at5 = broker.request({ fetchOffset: 5 }, { rackId: 'b' });
    expect((await broker.one(at5)).preferredReadReplica).toBeUndefined();
    await broker.replica.obey({ leaderEpoch: 4, isr: [1, 3], partitionEpoch: 8 });
    const at4 = broker.request({ fetchOffset: 4 }, { rackId: 'b' });
    expect((await broker.one(at4)).preferredReadReplica).toBeUndefined();
  });
});

describe('a consumer at a follower', () => {
  beforeEach(async () => {
    await broker.commit(3);
    await broker.replica.append(broker.partition, 1);
    await broker.replica.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 });
  });

  it('reads what the follower knows to be committed', async () => {
    expect(recordsIn(await broker.one(broker.request({}), 11))).toBe(3);
  });

  it('is answered when the follower hears of more', async () => {
    const answer = broker.one(broker.request({ fetchOffset: 3 }, { maxWaitMs: 500 }));
    await settled();
    const followed = broker.replica.fetchers.followed.get('t-0');
    followed?.log.updateHighWatermark(4);
    followed?.onHighWatermark?.();
    expect(recordsIn(await answer)).toBe(1);
  });

  it('is not told that its history is wrong where the follower only lags', async () => {
    expect((await broker.one(broker.request({ fetchOffset: 9, lastFetchedEpoch: 3 }))).error).toBe(
      'OFFSET_NOT_AVAILABLE',
    );
    const ahead = await broker.one(broker.request({ fetchOffset: 4, lastFetchedEpoch: 4 }));
    expect(ahead).toMatchObject({ error: 'NONE' });
    expect(ahead.divergingEpoch).toBeUndefined();
    expect((await broker.one(broker.request({ fetchOffset: 3, lastFetchedEpoch: 9 }))).error).toBe(
      'OFFSET_NOT_AVAILABLE',
    );
  });
});

describe('a follower', () => {
  it('reads all there is, and what it asks for is what it has', async () => {
    await broker.replica.append(broker.partition, 3);
    expect(recordsIn(await broker.one(broker.request({}, broker.follower(2))))).toBe(3);
    expect(broker.partition.highWatermark).toBe(0);
    await broker.one(broker.request({ fetchOffset: 3 }, broker.follower(3)));
    const answer = await broker.one(
      broker.request({ fetchOffset: 2, lastFetchedEpoch: 3 }, broker.follower(2)),
    );
    expect(broker.partition.highWatermark).toBe(2);
    expect(answer.highWatermark).toBe(2);
  });

  it('that waits is answered by what is written', async () => {
    const answer = broker.one(broker.request({}, { ...broker.follower(2), maxWaitMs: 500 }));
    await broker.replica.append(broker.partition, 1);
    expect(recordsIn(await answer)).toBe(1);
  });

  it.each([
    ['of an older epoch', { currentLeaderEpoch: 2 }, 2, 'FENCED_LEADER_EPOCH'],
    ['of a newer epoch', { currentLeaderEpoch: 4 }, 2, 'UNKNOWN_LEADER_EPOCH'],
    ['of no epoch', { currentLeaderEpoch: -1 }, 2, 'UNKNOWN_LEADER_EPOCH'],
    ['that is no replica', {}, 4, 'UNKNOWN_LEADER_EPOCH'],
    ['beyond the log', { fetchOffset: 4 }, 2, 'OFFSET_OUT_OF_RANGE'],
  ])('%s is not heard', async (_what, changes, id, error) => {
    await broker.replica.append(broker.partition, 3);
    broker.replica.fetch(broker.partition, 3, 3);
    expect(
      await broker.one(broker.request({ fetchOffset: 3, ...changes }, broker.follower(id))),
    ).toMatchObject({
      error,
    });
    expect(broker.partition.highWatermark).toBe(0);
  });

  it('in a former life is not heard', async () => {
    await broker.replica.append(broker.partition, 3);
    broker.replica.fetch(broker.partition, 3, 3);
    const answer = await broker.one(broker.request({ fetchOffset: 3 }, broker.follower(2, 199)));
    expect(answer.error).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(broker.partition.highWatermark).toBe(0);
  });

  it('whose log parts from the leader’s is told where, and not believed', async () => {
    await broker.replica.append(broker.partition, 3);
    await broker.replica.obey({ leaderEpoch: 5, partitionEpoch: 8 });
    broker.replica.fetch(broker.partition, 3, 3);
    await broker.replica.append(broker.partition, 3);
    const longer = broker.request({ fetchOffset: 5, lastFetchedEpoch: 3 }, broker.follower(2));
    expect((await broker.one(longer)).divergingEpoch).toEqual({ epoch: 3, endOffset: 3 });
    const between = broker.request({ fetchOffset: 3, lastFetchedEpoch: 4 }, broker.follower(2));
    expect((await broker.one(between)).divergingEpoch).toEqual({ epoch: 3, endOffset: 3 });
    const newer = broker.request({ fetchOffset: 3, lastFetchedEpoch: 9 }, broker.follower(2));
    expect((await broker.one(newer)).divergingEpoch).toEqual({ epoch: 5, endOffset: 6 });
    expect(broker.partition.highWatermark).toBe(0);
    const fits = broker.request({ fetchOffset: 3, lastFetchedEpoch: 3 }, broker.follower(2));
    expect(recordsIn(await broker.one(fits))).toBe(3);
    expect(broker.partition.highWatermark).toBe(3);
  });

  it('finds its caught-up state in the first read only, not when it has waited', async () => {
    const waits = broker.one(broker.request({}, { ...broker.follower(2), maxWaitMs: 500 }));
    const before = [...broker.partition.leading().progress()][0]?.caughtUpAt;
    broker.replica.clock.advance(100);
    await broker.replica.append(broker.partition, 1);
    await waits;
    expect([...broker.partition.leading().progress()][0]?.caughtUpAt).toBe(before);
  });
});

describe('topics by their ids', () => {
  const other = 'AAAAAAAAAAAAAAAAAAAAAg';
  const byId = (id: string, rest: Partial<FetchRequest> = {}) =>
    broker.fetch(
      broker.request(
        {},
        { topics: [{ topic: '', topicId: id, partitions: [broker.wanted()] }], ...rest },
      ),
      13,
    );

  it('are found, and answered by their ids', async () => {
    await broker.replica.append(broker.partition, 1);
    const { responses } = await byId(topicId);
    expect(responses).toMatchObject([
      { topicId, partitions: [{ partitionIndex: 0, errorCode: 0 }] },
    ]);
  });

  it('are told when nobody knows the id, or when the partition here is of another topic', async () => {
    expect((await byId(other)).responses[0].partitions[0].errorCode).toBe(100);
    broker.namesById.set(other, 't');
    expect((await byId(other)).responses[0].partitions[0].errorCode).toBe(103);
  });

  it('are looked for again with each request of a session', async () => {
    broker.namesById.clear();
    const { sessionId, responses } = await byId(topicId, { sessionEpoch: 0 });
    expect(responses[0]).toMatchObject({ topicId, partitions: [{ errorCode: 100 }] });
    broker.namesById.set(topicId, 't');
    const next = await broker.fetch(
      broker.request({}, { sessionId, sessionEpoch: 1, topics: [] }),
      13,
    );
    expect(next.responses[0]).toMatchObject({ topicId, partitions: [{ errorCode: 0 }] });
  });

  it('do not mix with names in one session', async () => {
    const { sessionId } = await byId(topicId, { sessionEpoch: 0 });
    const mixed = await broker.fetch(
      broker.request({}, { sessionId, sessionEpoch: 1, topics: [] }),
      12,
    );
    expect(mixed).toMatchObject({ errorCode: 106, responses: [] });
  });
});
