import { ZERO_UUID } from '../../client/protocol/schema';
import type { RequestOf } from '../../client/protocol/api';
import { errorFacts } from '../../client/protocol/error-codes';
import type { Fetch } from '../../client/protocol/messages/fetch';
import { oneRecord } from '../log/testing/log-fixture';
import { FetchSessionCache } from '../replication/fetch-session-cache';
import type { Partition } from '../replication/partition';
import { replicaSelector } from '../replication/replica-selector';
import {
  instruction,
  ReplicaFixture,
  settled,
  topicId,
} from '../replication/testing/replica-fixture';
import { fetchHandler } from './fetch';
import type { FetchPartitionResponse, FetchResponse } from './fetch-context';
import { requestContext } from './testing/request-context';

type Request = RequestOf<typeof Fetch>;
type Wanted = Request['topics'][number]['partitions'][number];

const namesById = new Map<string, string>();
let fixture: ReplicaFixture;
let partition: Partition;
let sessions: FetchSessionCache;
let fetch: (request: Request, apiVersion?: number) => FetchResponse | Promise<FetchResponse>;
/** Whether the throttle of replication lets nothing more through. */
let isThrottled: boolean;

beforeEach(async () => {
  namesById.clear();
  namesById.set(topicId, 't');
  isThrottled = false;
  fixture = await ReplicaFixture.open();
  partition = await fixture.obey();
  sessions = new FetchSessionCache({
    slots: 2,
    now: () => fixture.clock.monotonic(),
    random: () => 0.5,
  });
  const racks = new Map([
    [1, 'a'],
    [2, 'b'],
    [3, 'b'],
  ]);
  const handle = fetchHandler({
    replicas: fixture.replicas,
    sessions,
    metadata: {
      topicNameOf: (id) => namesById.get(id),
      broker: (id) => ({
        id,
        epoch: 1,
        rack: racks.get(id) ?? null,
        endpoints: new Map([['PLAINTEXT', { host: 'h', port: id }]]),
      }),
    },
    logger: fixture.logger,
    maxBytes: 1024 * 1024,
    quota: { isThrottled: () => isThrottled, isExceeded: true, record: () => {} },
    selector: replicaSelector('org.apache.kafka.common.replica.RackAwareReplicaSelector'),
  });
  fetch = (request, apiVersion = 12) =>
    handle(request, requestContext({ apiVersion })) as FetchResponse | Promise<FetchResponse>;
});

afterEach(() => fixture.close());

function wanted(changes: Partial<Wanted> = {}): Wanted {
  return {
    partition: 0,
    currentLeaderEpoch: partition.leaderEpoch,
    fetchOffset: 0,
    lastFetchedEpoch: -1,
    logStartOffset: -1,
    partitionMaxBytes: 1024 * 1024,
    replicaDirectoryId: ZERO_UUID,
    ...changes,
  };
}

function request(changes: Partial<Wanted> = {}, rest: Partial<Request> = {}): Request {
  return {
    clusterId: null,
    replicaId: -1,
    replicaState: { replicaId: -1, replicaEpoch: -1 },
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1024 * 1024,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ topic: 't', topicId: ZERO_UUID, partitions: [wanted(changes)] }],
    forgottenTopicsData: [],
    rackId: '',
    ...rest,
  };
}

const follower = (id: number, replicaEpoch = fixture.live.get(id) ?? -1): Partial<Request> => ({
  replicaId: id,
  replicaState: { replicaId: id, replicaEpoch },
});

/** The answer about the one partition asked about, its error by name. */
async function one(
  of: Request,
  apiVersion?: number,
): Promise<FetchPartitionResponse & { error: string }> {
  const response = (await fetch(of, apiVersion)).responses[0]?.partitions[0];
  if (!response) throw new Error('There is no answer about the partition.');
  return { ...response, error: errorFacts(response.errorCode).name };
}

function recordsIn({ records }: FetchPartitionResponse): number {
  return Math.round((records?.length ?? 0) / oneRecord('record 0').length);
}

async function commit(count: number): Promise<void> {
  await fixture.append(partition, count);
  const end = partition.leaderLog().writtenEndOffset;
  for (const id of [2, 3]) fixture.fetch(partition, id, end);
}

describe('a consumer', () => {
  it('reads what is committed and nothing else', async () => {
    await commit(2);
    await fixture.append(partition, 3);
    const answer = await one(request());
    expect(recordsIn(answer)).toBe(2);
    expect(answer).toMatchObject({ highWatermark: 2, logStartOffset: 0 });
  });

  it('that waits is answered by the high watermark', async () => {
    const answer = one(request({}, { maxWaitMs: 500 }));
    await fixture.append(partition, 1);
    await settled();
    expect(fixture.replicas.purgatory.size).toBe(1);
    for (const id of [2, 3]) fixture.fetch(partition, id, 1);
    expect(recordsIn(await answer)).toBe(1);
  });

  it('that waits is told of a new leader epoch', async () => {
    const answer = one(request({}, { maxWaitMs: 500 }));
    await fixture.obey({ leaderEpoch: 4, partitionEpoch: 8 });
    expect((await answer).error).toBe('FENCED_LEADER_EPOCH');
  });

  it('that waits is told when the partition goes', async () => {
    const answer = one(request({}, { maxWaitMs: 500 }));
    const { topicPartition } = instruction();
    await fixture.replicas.stopReplicas([
      { topicPartition, leaderEpoch: -2, deletePartition: true },
    ]);
    expect((await answer).error).toBe('NOT_LEADER_OR_FOLLOWER');
    expect((await one(request())).error).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });

  it('is told who leads instead', async () => {
    await fixture.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 });
    expect(await one(request({ currentLeaderEpoch: 3 }), 10)).toMatchObject({
      error: 'FENCED_LEADER_EPOCH',
      currentLeader: { leaderId: 2, leaderEpoch: 4 },
    });
    expect((await one(request({ currentLeaderEpoch: -1 }), 10)).error).toBe(
      'NOT_LEADER_OR_FOLLOWER',
    );
    expect((await one(request({ currentLeaderEpoch: 5 }))).error).toBe('UNKNOWN_LEADER_EPOCH');
  });

  it('with records of an epoch this leader does not know is not told to cut them', async () => {
    await commit(1);
    expect((await one(request({ lastFetchedEpoch: 9 }))).error).toBe('UNKNOWN_LEADER_EPOCH');
  });

  it.each([-1, 6])('is told that there is no offset %d', async (fetchOffset) => {
    await commit(5);
    expect((await one(request({ fetchOffset }))).error).toBe('OFFSET_OUT_OF_RANGE');
  });

  it('is sent to the replica in its rack that has come farthest', async () => {
    await fixture.append(partition, 5);
    fixture.fetch(partition, 2, 4);
    fixture.fetch(partition, 3, 5);
    const near = await one(request({}, { rackId: 'b' }));
    expect(near).toMatchObject({ preferredReadReplica: 3, records: Buffer.alloc(0) });
    expect((await one(request({}, { rackId: 'a' }))).preferredReadReplica).toBeUndefined();
    expect((await one(request({}, { rackId: 'c' }))).preferredReadReplica).toBeUndefined();
    expect((await one(request({}, { rackId: 'b' }), 10)).preferredReadReplica).toBeUndefined();
  });

  it('is not sent to a replica that lacks the offset, or is not in sync', async () => {
    await fixture.append(partition, 5);
    fixture.fetch(partition, 2, 4);
    const at5 = request({ fetchOffset: 5 }, { rackId: 'b' });
    expect((await one(at5)).preferredReadReplica).toBeUndefined();
    await fixture.obey({ leaderEpoch: 4, isr: [1, 3], partitionEpoch: 8 });
    const at4 = request({ fetchOffset: 4 }, { rackId: 'b' });
    expect((await one(at4)).preferredReadReplica).toBeUndefined();
  });
});

describe('a consumer at a follower', () => {
  beforeEach(async () => {
    await commit(3);
    await fixture.append(partition, 1);
    await fixture.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 });
  });

  it('reads what the follower knows to be committed', async () => {
    expect(recordsIn(await one(request({}), 11))).toBe(3);
  });

  it('is answered when the follower hears of more', async () => {
    const answer = one(request({ fetchOffset: 3 }, { maxWaitMs: 500 }));
    await settled();
    const followed = fixture.fetchers.followed.get('t-0');
    followed?.log.updateHighWatermark(4);
    followed?.onHighWatermark?.();
    expect(recordsIn(await answer)).toBe(1);
  });

  it('is not told that its history is wrong where the follower only lags', async () => {
    expect((await one(request({ fetchOffset: 9, lastFetchedEpoch: 3 }))).error).toBe(
      'OFFSET_NOT_AVAILABLE',
    );
    const ahead = await one(request({ fetchOffset: 4, lastFetchedEpoch: 4 }));
    expect(ahead).toMatchObject({ error: 'NONE' });
    expect(ahead.divergingEpoch).toBeUndefined();
    expect((await one(request({ fetchOffset: 3, lastFetchedEpoch: 9 }))).error).toBe(
      'OFFSET_NOT_AVAILABLE',
    );
  });
});

describe('a follower', () => {
  it('reads all there is, and what it asks for is what it has', async () => {
    await fixture.append(partition, 3);
    expect(recordsIn(await one(request({}, follower(2))))).toBe(3);
    expect(partition.highWatermark).toBe(0);
    await one(request({ fetchOffset: 3 }, follower(3)));
    const answer = await one(request({ fetchOffset: 2, lastFetchedEpoch: 3 }, follower(2)));
    expect(partition.highWatermark).toBe(2);
    expect(answer.highWatermark).toBe(2);
  });

  it('that waits is answered by what is written', async () => {
    const answer = one(request({}, { ...follower(2), maxWaitMs: 500 }));
    await fixture.append(partition, 1);
    expect(recordsIn(await answer)).toBe(1);
  });

  it.each([
    ['of an older epoch', { currentLeaderEpoch: 2 }, 2, 'FENCED_LEADER_EPOCH'],
    ['of a newer epoch', { currentLeaderEpoch: 4 }, 2, 'UNKNOWN_LEADER_EPOCH'],
    ['of no epoch', { currentLeaderEpoch: -1 }, 2, 'UNKNOWN_LEADER_EPOCH'],
    ['that is no replica', {}, 4, 'UNKNOWN_LEADER_EPOCH'],
    ['beyond the log', { fetchOffset: 4 }, 2, 'OFFSET_OUT_OF_RANGE'],
  ])('%s is not heard', async (_what, changes, id, error) => {
    await fixture.append(partition, 3);
    fixture.fetch(partition, 3, 3);
    expect(await one(request({ fetchOffset: 3, ...changes }, follower(id)))).toMatchObject({
      error,
    });
    expect(partition.highWatermark).toBe(0);
  });

  it('in a former life is not heard', async () => {
    await fixture.append(partition, 3);
    fixture.fetch(partition, 3, 3);
    const answer = await one(request({ fetchOffset: 3 }, follower(2, 199)));
    expect(answer.error).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(partition.highWatermark).toBe(0);
  });

  it('whose log parts from the leader’s is told where, and not believed', async () => {
    await fixture.append(partition, 3);
    await fixture.obey({ leaderEpoch: 5, partitionEpoch: 8 });
    fixture.fetch(partition, 3, 3);
    await fixture.append(partition, 3);
    const longer = request({ fetchOffset: 5, lastFetchedEpoch: 3 }, follower(2));
    expect((await one(longer)).divergingEpoch).toEqual({ epoch: 3, endOffset: 3 });
    const between = request({ fetchOffset: 3, lastFetchedEpoch: 4 }, follower(2));
    expect((await one(between)).divergingEpoch).toEqual({ epoch: 3, endOffset: 3 });
    const newer = request({ fetchOffset: 3, lastFetchedEpoch: 9 }, follower(2));
    expect((await one(newer)).divergingEpoch).toEqual({ epoch: 5, endOffset: 6 });
    expect(partition.highWatermark).toBe(0);
    const fits = request({ fetchOffset: 3, lastFetchedEpoch: 3 }, follower(2));
    expect(recordsIn(await one(fits))).toBe(3);
    expect(partition.highWatermark).toBe(3);
  });

  it('finds its caught-up state in the first read only, not when it has waited', async () => {
    const waits = one(request({}, { ...follower(2), maxWaitMs: 500 }));
    const before = [...partition.leading().progress()][0]?.caughtUpAt;
    fixture.clock.advance(100);
    await fixture.append(partition, 1);
    await waits;
    expect([...partition.leading().progress()][0]?.caughtUpAt).toBe(before);
  });
});

describe('a session', () => {
  const inSession = (
    sessionId: number,
    sessionEpoch: number,
    changes?: Partial<Wanted>,
  ): Request => ({
    ...request(changes),
    sessionId,
    sessionEpoch,
    topics: changes ? request(changes).topics : [],
  });

  async function begin(): Promise<number> {
    const { sessionId } = await fetch(request({}, { sessionEpoch: 0 }));
    expect(sessionId).toBeGreaterThan(0);
    return sessionId as number;
  }

  it('remembers what is fetched and tells only what is new', async () => {
    const id = await begin();
    expect(await fetch(inSession(id, 1))).toMatchObject({ sessionId: id, responses: [] });
    await commit(1);
    const news = await fetch(inSession(id, 2));
    expect(news.responses[0]?.partitions[0]).toMatchObject({ highWatermark: 1 });
    expect((await fetch(inSession(id, 3, { fetchOffset: 1 }))).responses).toEqual([]);
    await fixture.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 });
    const fenced = await fetch(inSession(id, 4));
    expect(fenced.responses[0]?.partitions[0]?.errorCode).toBe(74);
  });

  it('tells again what was an error before', async () => {
    const id = await begin();
    expect((await fetch(inSession(id, 1, { currentLeaderEpoch: 9 }))).responses).toHaveLength(1);
    expect((await fetch(inSession(id, 2, {}))).responses).toHaveLength(1);
    expect((await fetch(inSession(id, 3))).responses).toHaveLength(0);
  });

  it('goes on with the epoch that follows', async () => {
    const id = await begin();
    expect((await fetch(inSession(id, 2))).errorCode).toBe(71);
    expect((await fetch(inSession(id, 1))).errorCode).toBe(0);
    expect((await fetch(inSession(id, 1))).errorCode).toBe(71);
    expect((await fetch(inSession(id + 1, 1))).errorCode).toBe(70);
  });

  it('ends when its client says so, or drops its last partition', async () => {
    const id = await begin();
    await fetch(request({}, { sessionId: id, sessionEpoch: -1 }));
    expect((await fetch(inSession(id, 1))).errorCode).toBe(70);
    const other = await begin();
    const forgets = { forgottenTopicsData: [{ topic: 't', topicId: ZERO_UUID, partitions: [0] }] };
    expect(await fetch({ ...inSession(other, 1), ...forgets })).toMatchObject({ sessionId: 0 });
    expect(sessions.size).toBe(0);
  });

  it('waits for news of what it has nothing new of, and answers when it is pushed out', async () => {
    const id = await begin();
    const { purgatory } = fixture.replicas;
    const waiting = { ...inSession(id, 1), maxWaitMs: 500 };
    const answer = fetch(waiting);
    await settled();
    expect(purgatory.size).toBe(1);
    await commit(1);
    expect((await answer).responses[0]?.partitions[0]).toMatchObject({ highWatermark: 1 });
    const last = fetch({ ...inSession(id, 2, { fetchOffset: 1 }), maxWaitMs: 500 });
    await settled();
    sessions.remove(id);
    expect((await last).responses).toEqual([]);
    expect([purgatory.size, purgatory.watched]).toEqual([0, 0]);
  });

  /** A request that waits until its time is over, or until what happens meanwhile is worth telling. */
  async function waited(of: Request, meanwhile?: () => unknown): Promise<FetchResponse> {
    const answer = fetch({ ...of, maxWaitMs: 500 });
    await settled();
    await meanwhile?.();
    await settled();
    if (!meanwhile) fixture.clock.advance(500);
    return answer;
  }

  it.each<[string, () => unknown]>([
    ['records', () => commit(1)],
    ['another leader', () => fixture.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 })],
    ['a directory that has failed', () => partition.goOffline()],
  ])('does not look at what nothing happens to, and tells of %s', async (_what, happen) => {
    const id = await begin();
    expect((await waited(inSession(id, 1))).responses).toEqual([]);
    const looks = jest.spyOn(fixture.replicas, 'partition');
    expect((await waited(inSession(id, 2))).responses).toEqual([]);
    expect(looks).not.toHaveBeenCalled();
    await happen();
    expect((await fetch(inSession(id, 3))).responses).toHaveLength(1);
  });

  it('looks again at what its client asks anew', async () => {
    await commit(1);
    const { sessionId: id } = await fetch(request({ fetchOffset: 1 }, { sessionEpoch: 0 }));
    expect((await waited(inSession(id as number, 1))).responses).toEqual([]);
    const { responses } = await fetch(inSession(id as number, 2, { fetchOffset: 0 }));
    expect(responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(0);
  });

  it('that was pushed out answers both requests under way', async () => {
    const id = await begin();
    await waited(inSession(id, 1));
    sessions.get(id)!.end();
    const one = fetch({ ...inSession(id, 2), maxWaitMs: 500 });
    const other = fetch({ ...inSession(id, 3), maxWaitMs: 500 });
    await settled();
    await commit(1);
    expect((await one).errorCode).toBe(71);
    expect((await other).responses).toHaveLength(1);
  });

  describe('of a follower', () => {
    let id: number;
    const next = (sessionEpoch: number, changes?: Partial<Wanted>): Request => ({
      ...inSession(id, sessionEpoch, changes),
      ...follower(2),
    });
    const beginAt = async (fetchOffset: number) => {
      const first = request(
        { fetchOffset, logStartOffset: 0 },
        { ...follower(2), sessionEpoch: 0 },
      );
      id = (await fetch(first)).sessionId as number;
    };

    it('counts as a fetch of all that is in it', async () => {
      await beginAt(0);
      for (const epoch of [1, 2, 3]) {
        await waited(next(epoch));
        const [progress] = partition.leading().progress();
        expect(fixture.clock.monotonic() - progress!.caughtUpAt).toBe(500);
      }
    });

    it('tells of the high watermark also when its own fetch moves that', async () => {
      await fixture.append(partition, 1);
      fixture.fetch(partition, 3, 0);
      await beginAt(1);
      await waited(next(1));
      fixture.fetch(partition, 2, 0);
      fixture.fetch(partition, 3, 1);
      expect(partition.highWatermark).toBe(0);
      const { responses } = await waited(next(2));
      expect(responses[0]?.partitions[0]?.highWatermark).toBe(1);
    });

    it('is answered at once by what comes after the throttle is over', async () => {
      await fixture.obey({ isr: [1, 3], partitionEpoch: 8 });
      await beginAt(0);
      isThrottled = true;
      for (const epoch of [1, 2]) await waited(next(epoch));
      isThrottled = false;
      await waited(next(3));
      const { responses } = await waited(next(4), () => fixture.append(partition, 1));
      expect(responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(0);
    });
  });

  it('of a follower that is ahead of its leader is answered when that leads', async () => {
    const id = (await fetch(request({}, { ...follower(2), sessionEpoch: 0 }))).sessionId as number;
    const ahead = {
      ...inSession(id, 1, { currentLeaderEpoch: 4 }),
      ...follower(2),
      maxWaitMs: 500,
    };
    const answer = fetch(ahead);
    await settled();
    expect(fixture.replicas.purgatory.size).toBe(1);
    await fixture.obey({ leaderEpoch: 4, partitionEpoch: 8 });
    expect((await answer).responses).toEqual([]);
    await fixture.append(partition, 1);
    const next = await fetch({ ...inSession(id, 2), ...follower(2) });
    expect(next.responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(0);
  });

  it('is not given where there is no slot, and all works without', async () => {
    await begin();
    await begin();
    await commit(1);
    const response = await fetch(request({}, { sessionEpoch: 0 }));
    expect(response.sessionId).toBe(0);
    expect(response.responses).toHaveLength(1);
  });

  it('answers a request that was overtaken with an error', async () => {
    const id = await begin();
    const slow = fetch({ ...inSession(id, 1), maxWaitMs: 500 });
    expect((await fetch(inSession(id, 2))).errorCode).toBe(0);
    fixture.clock.advance(500);
    expect((await slow).errorCode).toBe(71);
  });
});

describe('topics by their ids', () => {
  const other = 'AAAAAAAAAAAAAAAAAAAAAg';
  const byId = (id: string, rest: Partial<Request> = {}) =>
    fetch(
      request({}, { topics: [{ topic: '', topicId: id, partitions: [wanted()] }], ...rest }),
      13,
    );

  it('are found, and answered by their ids', async () => {
    await fixture.append(partition, 1);
    const { responses } = await byId(topicId);
    expect(responses).toMatchObject([
      { topicId, partitions: [{ partitionIndex: 0, errorCode: 0 }] },
    ]);
  });

  it('are told when nobody knows the id, or when the partition here is of another topic', async () => {
    expect((await byId(other)).responses[0].partitions[0].errorCode).toBe(100);
    namesById.set(other, 't');
    expect((await byId(other)).responses[0].partitions[0].errorCode).toBe(103);
  });

  it('are looked for again with each request of a session', async () => {
    namesById.clear();
    const { sessionId, responses } = await byId(topicId, { sessionEpoch: 0 });
    expect(responses[0]).toMatchObject({ topicId, partitions: [{ errorCode: 100 }] });
    namesById.set(topicId, 't');
    const next = await fetch(request({}, { sessionId, sessionEpoch: 1, topics: [] }), 13);
    expect(next.responses[0]).toMatchObject({ topicId, partitions: [{ errorCode: 0 }] });
  });

  it('do not mix with names in one session', async () => {
    const { sessionId } = await byId(topicId, { sessionEpoch: 0 });
    const mixed = await fetch(request({}, { sessionId, sessionEpoch: 1, topics: [] }), 12);
    expect(mixed).toMatchObject({ errorCode: 106, responses: [] });
  });
});
