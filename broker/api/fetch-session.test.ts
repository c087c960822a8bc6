import { ZERO_UUID } from '../../client/protocol/schema';
import { instruction, settled } from '../replication/testing/replica-fixture';
import type { FetchResponse } from './fetch-context';
import { FetchedBroker, type FetchRequest, type WantedPartition } from './testing/fetched-broker';

let broker: FetchedBroker;

beforeEach(async () => {
  broker = await FetchedBroker.open();
});

afterEach(() => broker.close());

describe('a session', () => {
  async function begin(): Promise<number> {
    const { sessionId } = await broker.fetch(broker.request({}, { sessionEpoch: 0 }));
    expect(sessionId).toBeGreaterThan(0);
    return sessionId as number;
  }

  it('remembers what is fetched and tells only what is new', async () => {
    const id = await begin();
    expect(await broker.fetch(broker.inSession(id, 1))).toMatchObject({
      sessionId: id,
      responses: [],
    });
    await broker.commit(1);
    const news = await broker.fetch(broker.inSession(id, 2));
    expect(news.responses[0]?.partitions[0]).toMatchObject({ highWatermark: 1 });
    expect((await broker.fetch(broker.inSession(id, 3, { fetchOffset: 1 }))).responses).toEqual([]);
    await broker.replica.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 });
    const fenced = await broker.fetch(broker.inSession(id, 4));
    expect(fenced.responses[0]?.partitions[0]?.errorCode).toBe(74);
  });

  it('tells again what was an error before', async () => {
    const id = await begin();
    expect(
      (await broker.fetch(broker.inSession(id, 1, { currentLeaderEpoch: 9 }))).responses,
    ).toHaveLength(1);
    expect((await broker.fetch(broker.inSession(id, 2, {}))).responses).toHaveLength(1);
    expect((await broker.fetch(broker.inSession(id, 3))).responses).toHaveLength(0);
  });

  it('goes on with the epoch that follows', async () => {
    const id = await begin();
    expect((await broker.fetch(broker.inSession(id, 2))).errorCode).toBe(71);
    expect((await broker.fetch(broker.inSession(id, 1))).errorCode).toBe(0);
    expect((await broker.fetch(broker.inSession(id, 1))).errorCode).toBe(71);
    expect((await broker.fetch(broker.inSession(id + 1, 1))).errorCode).toBe(70);
  });

  it('ends when its client says so, or drops its last partition', async () => {
    const id = await begin();
    await broker.fetch(broker.request({}, { sessionId: id, sessionEpoch: -1 }));
    expect((await broker.fetch(broker.inSession(id, 1))).errorCode).toBe(70);
    const other = await begin();
    const forgets = { forgottenTopicsData: [{ topic: 't', topicId: ZERO_UUID, partitions: [0] }] };
    expect(await broker.fetch({ ...broker.inSession(other, 1), ...forgets })).toMatchObject({
      sessionId: 0,
    });
    expect(broker.sessions.size).toBe(0);
  });

  it('waits for news of what it has nothing new of, and answers when it is pushed out', async () => {
    const id = await begin();
    const { purgatory } = broker.replica.replicas;
    const waiting = { ...broker.inSession(id, 1), maxWaitMs: 500 };
    const answer = broker.fetch(waiting);
    await settled();
    expect(purgatory.size).toBe(1);
    await broker.commit(1);
    expect((await answer).responses[0]?.partitions[0]).toMatchObject({ highWatermark: 1 });
    const last = broker.fetch({ ...broker.inSession(id, 2, { fetchOffset: 1 }), maxWaitMs: 500 });
    await settled();
    broker.sessions.remove(id);
    expect((await last).responses).toEqual([]);
    expect([purgatory.size, purgatory.watched]).toEqual([0, 0]);
  });

  /** A request that waits until its time is over, or until what happens meanwhile is worth telling. */
  async function waited(of: FetchRequest, meanwhile?: () => unknown): Promise<FetchResponse> {
    const answer = broker.fetch({ ...of, maxWaitMs: 500 });
    await settled();
    await meanwhile?.();
    await settled();
    if (!meanwhile) broker.replica.clock.advance(500);
    return answer;
  }

  it.each<[string, () => unknown]>([
    ['records', () => broker.commit(1)],
    ['another leader', () => broker.replica.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 })],
    ['a directory that has failed', () => broker.partition.goOffline()],
  ])('does not look at what nothing happens to, and tells of %s', async (_what, happen) => {
    const id = await begin();
    expect((await waited(broker.inSession(id, 1))).responses).toEqual([]);
    const looks = jest.spyOn(broker.replica.replicas, 'partition');
    expect((await waited(broker.inSession(id, 2))).responses).toEqual([]);
    expect(looks).not.toHaveBeenCalled();
    await happen();
    expect((await broker.fetch(broker.inSession(id, 3))).responses).toHaveLength(1);
  });

  it('looks again at what its client asks anew', async () => {
    await broker.commit(1);
    const { sessionId: id } = await broker.fetch(
      broker.request({ fetchOffset: 1 }, { sessionEpoch: 0 }),
    );
    expect((await waited(broker.inSession(id as number, 1))).responses).toEqual([]);
    const { responses } = await broker.fetch(broker.inSession(id as number, 2, { fetchOffset: 0 }));
    expect(responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(0);
  });

  it('that was pushed out answers both requests under way', async () => {
    const id = await begin();
    await waited(broker.inSession(id, 1));
    broker.sessions.get(id)!.end();
    const one = broker.fetch({ ...broker.inSession(id, 2), maxWaitMs: 500 });
    const other = broker.fetch({ ...broker.inSession(id, 3), maxWaitMs: 500 });
    await settled();
    await broker.commit(1);
    expect((await one).errorCode).toBe(71);
    expect((await other).responses).toHaveLength(1);
  });

  describe('of a follower', () => {
    let id: number;
    const next = (sessionEpoch: number, changes?: Partial<WantedPartition>): FetchRequest => ({
      ...broker.inSession(id, sessionEpoch, changes),
      ...broker.follower(2),
    });
    const beginAt = async (fetchOffset: number) => {
      const first = broker.request(
        { fetchOffset, logStartOffset: 0 },
        { ...broker.follower(2), sessionEpoch: 0 },
      );
      id = (await broker.fetch(first)).sessionId as number;
    };

    it('counts as a fetch of all that is in it', async () => {
      await beginAt(0);
      for (const epoch of [1, 2, 3]) {
        await waited(next(epoch));
        const [progress] = broker.partition.leading().progress();
        expect(broker.replica.clock.monotonic() - progress!.caughtUpAt).toBe(500);
      }
    });

    it('tells of the high watermark also when its own fetch moves that', async () => {
      await broker.replica.append(broker.partition, 1);
      broker.replica.fetch(broker.partition, 3, 0);
      await beginAt(1);
      await waited(next(1));
      broker.replica.fetch(broker.partition, 2, 0);
      broker.replica.fetch(broker.partition, 3, 1);
      expect(broker.partition.highWatermark).toBe(0);
      const { responses } = await waited(next(2));
      expect(responses[0]?.partitions[0]?.highWatermark).toBe(1);
    });

    it('is answered at once by what comes after the throttle is over', async () => {
      await broker.replica.obey({ isr: [1, 3], partitionEpoch: 8 });
      await beginAt(0);
      broker.isThrottled = true;
      for (const epoch of [1, 2]) await waited(next(epoch));
      broker.isThrottled = false;
      await waited(next(3));
      const { responses } = await waited(next(4), () => broker.replica.append(broker.partition, 1));
      expect(responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(0);
    });

    describe('that is ahead of its leader', () => {
      const ahead = { currentLeaderEpoch: 5, fetchOffset: 2, lastFetchedEpoch: 4 };
      const { topicPartition } = instruction();

      beforeEach(() => beginAt(0));

      it('is answered when that leads', async () => {
        const leads = () => broker.replica.obey({ leaderEpoch: 5, partitionEpoch: 8 });
        expect((await waited(next(1, { currentLeaderEpoch: 5 }), leads)).responses).toEqual([]);
        await broker.replica.append(broker.partition, 1);
        const { responses } = await broker.fetch(next(2));
        expect(responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(0);
      });

      it.each<[string, () => unknown]>([
        ['leads under an older epoch', () => undefined],
        [
          'follows another leader',
          () => broker.replica.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 }),
        ],
        [
          'does nothing at all with the partition',
          () =>
            broker.replica.replicas.stopReplicas([
              { topicPartition, leaderEpoch: -1, deletePartition: false },
            ]),
        ],
      ])('does not ask again and again while that %s', async (_what, happen) => {
        await happen();
        const { purgatory } = broker.replica.replicas;
        const answer = broker.fetch({ ...next(1, ahead), maxWaitMs: 500 });
        await settled();
        expect(purgatory.size).toBe(1);
        broker.replica.clock.advance(500);
        expect((await answer).responses).toEqual([]);
      });
    });
  });

  it('is not given where there is no slot, and all works without', async () => {
    await begin();
    await begin();
    await broker.commit(1);
    const response = await broker.fetch(broker.request({}, { sessionEpoch: 0 }));
    expect(response.sessionId).toBe(0);
    expect(response.responses).toHaveLength(1);
  });

  it('answers a request that was overtaken with an error', async () => {
    const id = await begin();
    const slow = broker.fetch({ ...broker.inSession(id, 1), maxWaitMs: 500 });
    expect((await broker.fetch(broker.inSession(id, 2))).errorCode).toBe(0);
    broker.replica.clock.advance(500);
    expect((await slow).errorCode).toBe(71);
  });
});
