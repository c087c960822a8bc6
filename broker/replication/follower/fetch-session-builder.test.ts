import fc from 'fast-check';
import { FetchSessionBuilder, type SessionRequest } from './fetch-session-builder';
import type { FetchPosition } from './follower-position';

const at = (fetchOffset: number): FetchPosition => ({
  fetchOffset,
  currentLeaderEpoch: 0,
  lastFetchedEpoch: -1,
  logStartOffset: 0,
  partitionMaxBytes: 100,
});
const entry = (partition: number, offset: number, owner = 'a') => ({
  topicPartition: { topic: 't', partition },
  owner,
  position: at(offset),
});
const ok = (sessionId: number) => ({ errorCode: 0, sessionId });

function told({ topics }: SessionRequest): number[][] {
  return topics.flatMap((of) => of.partitions.map((p) => [p.partition, p.fetchOffset]));
}

test('says everything once, then what has changed', () => {
  const session = new FetchSessionBuilder<string>();
  session.set(entry(0, 0));
  session.set(entry(1, 5));
  const first = session.next();
  expect([first.sessionId, first.sessionEpoch]).toEqual([0, 0]);
  expect(told(first)).toEqual([
    [0, 0],
    [1, 5],
  ]);
  expect(session.received(ok(7))).toBe('accepted');

  session.set(entry(0, 0));
  const idle = session.next();
  expect(idle).toEqual({ sessionId: 7, sessionEpoch: 1, topics: [], forgottenTopicsData: [] });
  session.received(ok(7));

  session.set(entry(1, 6));
  session.remove({ topic: 't', partition: 0 });
  const changed = session.next();
  expect(changed.sessionEpoch).toBe(2);
  expect(told(changed)).toEqual([[1, 6]]);
  expect(changed.forgottenTopicsData).toEqual([{ topic: 't', partitions: [0] }]);
});

test('without a session every request is full, whoever was served last at the end', () => {
  const session = new FetchSessionBuilder<string>();
  session.set(entry(0, 0));
  session.set(entry(1, 0));
  session.next();
  session.received(ok(0));
  session.set(entry(0, 3));
  const second = session.next();
  expect([second.sessionId, second.sessionEpoch]).toEqual([0, 0]);
  expect(told(second)).toEqual([
    [1, 0],
    [0, 3],
  ]);
});

test('after a lost request the old session is closed and a new one begun', () => {
  const session = new FetchSessionBuilder<string>();
  session.set(entry(0, 0));
  session.next();
  session.received(ok(7));
  session.set(entry(0, 9));
  session.next();
  session.failed();
  const next = session.next();
  expect([next.sessionId, next.sessionEpoch]).toEqual([7, -1]);
  expect(told(next)).toEqual([[0, 9]]);
  session.received(ok(8));
  expect(session.next()).toMatchObject({ sessionId: 8, sessionEpoch: 1, topics: [] });
});

test('a response of another session is refused', () => {
  const session = new FetchSessionBuilder<string>();
  session.set(entry(0, 0));
  session.next();
  session.received(ok(7));
  session.next();
  expect(session.received(ok(6))).toBe('refused');
  expect(session.next()).toMatchObject({ sessionId: 7, sessionEpoch: -1 });
});

test('a partition that comes back before the leader knew it was gone has everything said again', () => {
  const session = new FetchSessionBuilder<string>();
  session.set(entry(0, 4));
  session.next();
  session.received(ok(7));
  session.remove({ topic: 't', partition: 0 });
  expect(session.entry('t', 0)).toBeUndefined();
  session.set(entry(0, 4, 'b'));
  expect(session.entry('t', 0)?.owner).toBe('b');
  expect(session.next()).toMatchObject({ sessionId: 7, sessionEpoch: -1 });
});

test('the session epoch goes round', () => {
  const session = new FetchSessionBuilder<string>();
  session.set(entry(0, 0));
  session.next();
  session.received(ok(7));
  (session as unknown as { epoch: number }).epoch = 0x7fff_ffff;
  session.next();
  session.received(ok(7));
  expect(session.next().sessionEpoch).toBe(1);
});

/** What the leader makes of the requests: KIP-227, the other half. */
class Mirror {
  id = 0;
  private epoch = 0;
  readonly partitions = new Map<number, number>();

  handle(request: SessionRequest): number {
    if (request.sessionEpoch <= 0) {
      this.partitions.clear();
      this.id++;
      this.epoch = 1;
    } else {
      expect([request.sessionId, request.sessionEpoch]).toEqual([this.id, this.epoch++]);
    }
    for (const [partition = 0, offset = 0] of told(request)) this.partitions.set(partition, offset);
    for (const { partitions } of request.forgottenTopicsData) {
      for (const partition of partitions) this.partitions.delete(partition);
    }
    return this.id;
  }
}

test('whatever happens, the leader knows what is wanted', () => {
  const step = fc.oneof(
    fc.record({ set: fc.nat(4), offset: fc.nat(3) }),
    fc.record({ remove: fc.nat(4) }),
    fc.constantFrom({ fetch: 'answered' }, { fetch: 'request-lost' }, { fetch: 'reply-lost' }),
    fc.constant({ restart: true }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const session = new FetchSessionBuilder<string>();
      const leader = new Mirror();
      const wanted = new Map<number, number>();
      for (const action of [...steps, { fetch: 'answered' }]) {
        if ('set' in action) {
          session.set(entry(action.set, action.offset));
          wanted.set(action.set, action.offset);
        } else if ('remove' in action) {
          session.remove({ topic: 't', partition: action.remove });
          wanted.delete(action.remove);
        } else if ('restart' in action) {
          session.restart();
        } else {
          const request = session.next();
          if (action.fetch === 'request-lost') {
            session.failed();
            continue;
          }
          const id = leader.handle(request);
          expect(new Map([...leader.partitions].sort())).toEqual(new Map([...wanted].sort()));
          if (action.fetch === 'reply-lost') session.failed();
          else session.received(ok(id));
        }
      }
      expect(session.size).toBe(wanted.size);
    }),
    { numRuns: 500 },
  );
});
