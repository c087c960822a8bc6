import { deferred } from '../../../client/runtime/deferred';
import { LogStorageError, type Log } from '../../log';
import { batchOf, readAll } from '../../log/testing/log-fixture';
import { defaultFetcherConfig } from './fetcher-options';
import { FollowerFixture, produce, t0, topicId, turns } from './testing/follower-fixture';

describe('following', () => {
  test('copies what the leader has, byte for byte, and its high watermark', async () => {
    const fixture = new FollowerFixture();
    const [ours, theirs] = [await (await fixture.disk()).log(), await (await fixture.disk()).log()];
    const leader = fixture.leader();
    leader.lead('t', 0, { log: theirs, leaderEpoch: 3, followers: [1] });
    await produce(theirs, 3, 'a', 5);
    fixture.follow(ours, 3);
    await fixture.until(() => ours.highWatermark === 5, 'the first records');
    await produce(theirs, 3, 'b', 2);
    leader.poke();
    await fixture.until(() => ours.highWatermark === 7, 'more records');
    expect(await readAll(ours)).toEqual(await readAll(theirs));
    expect(ours.latestEpoch).toBe(3);
    expect(leader.progressOf('t-0', 1)).toBe(7);
    expect(fixture.logger.events('follower-started')).toHaveLength(1);
    await fixture.fetchers.close();
    expect(fixture.peers.channels).toEqual([]);
    expect(fixture.clock.pending).toBe(1);
  });

  test('an idle round says nothing about its partitions', async () => {
    const fixture = new FollowerFixture();
    const [ours, theirs] = [await fixture.disk(), await fixture.disk()];
    const logs: Log[] = [];
    for (let partition = 0; partition < 20; partition++) {
      const of = { topic: 't', partition };
      const log = await theirs.log(of);
      fixture.leader().lead('t', partition, { log, leaderEpoch: 1, followers: [1] });
      logs.push(await ours.log(of));
    }
    fixture.fetchers.follow(
      logs.map((log) => ({
        topicPartition: log.topicPartition,
        topicId,
        leader: 2,
        leaderEpoch: 1,
        log,
      })),
    );
    const { fetches } = fixture.leader();
    await fixture.until(() => fetches.length >= 4, 'a few rounds');
    expect(fetches[0]).toMatchObject({ sessionId: 0, sessionEpoch: 0, replicaId: 1 });
    expect(fetches[0]?.topics[0]?.partitions).toHaveLength(20);
    for (const idle of fetches.slice(-2)) {
      expect(idle).toMatchObject({ topics: [], forgottenTopicsData: [] });
      expect(idle.sessionId).not.toBe(0);
    }
    expect(fixture.peers.channels).toEqual([2]);
    await fixture.fetchers.close();
  });

  test('what the leader deleted is deleted here', async () => {
    const fixture = new FollowerFixture();
    const [ours, theirs] = [await (await fixture.disk()).log(), await (await fixture.disk()).log()];
    const leader = fixture.leader();
    leader.lead('t', 0, { log: theirs, leaderEpoch: 0, followers: [1] });
    for (const value of 'abcd') await produce(theirs, 0, value);
    fixture.follow(ours, 0);
    await fixture.until(() => ours.highWatermark === 4);
    theirs.deleteRecordsBefore(3);
    leader.poke();
    await fixture.until(() => ours.logStartOffset === 3);
    await fixture.until(() =>
      leader.fetches.some(({ topics }) => topics[0]?.partitions[0]?.logStartOffset === 3),
    );
    await fixture.fetchers.close();
  });
});

describe('letting go', () => {
  test('an answer that comes after unfollow is not appended', async () => {
    const { fixture, ours } = await pair(3);
    fixture.peers.fate = () => 'held';
    fixture.follow(ours, 0);
    await fixture.until(() => fixture.peers.held.length === 1);
    await fixture.fetchers.unfollow([t0]);
    fixture.peers.letGo();
    await turns();
    expect(ours.logEndOffset).toBe(0);
    expect(fixture.peers.channels).toEqual([]);
  });

  test('unfollow waits for an append that is under way', async () => {
    const { fixture, ours } = await pair(3);
    const written = deferred();
    delayWrites(ours, written.promise);
    fixture.follow(ours, 0);
    await fixture.until(() => ours.logEndOffset === 3);
    let free = false;
    const unfollowed = fixture.fetchers.unfollow([t0]).then(() => (free = true));
    await turns();
    expect(free).toBe(false);
    written.resolve();
    await unfollowed;
    expect(ours.highWatermark).toBe(0);
  });

  test('whoever follows next begins when the append of his predecessor has ended', async () => {
    const { fixture, ours, theirs } = await pair(3);
    fixture.leader(3).lead('t', 0, { log: theirs, leaderEpoch: 1, followers: [1] });
    const written = deferred();
    delayWrites(ours, written.promise);
    fixture.follow(ours, 0);
    await fixture.until(() => ours.logEndOffset === 3);
    fixture.follow(ours, 1, { leader: 3 });
    await turns();
    fixture.clock.advance(100);
    await turns();
    expect(fixture.leader(3).fetches).toHaveLength(0);
    written.resolve();
    await fixture.until(() => ours.highWatermark === 3);
    expect(fixture.peers.channels).toEqual([3]);
    await fixture.fetchers.close();
  });

  test('an answer of the old leader that comes under the new one is dropped', async () => {
    const { fixture, ours, theirs } = await pair(1);
    fixture.peers.fate = (id) => (id === 2 ? 'held' : 'answered');
    fixture.follow(ours, 0);
    await fixture.until(() => fixture.peers.held.length === 1);
    await produce(theirs, 0, 'never replicated');
    const other = await (await fixture.disk()).log();
    fixture.leader(3).lead('t', 0, { log: other, leaderEpoch: 1, followers: [1] });
    await produce(other, 1, 'of the new leader');
    fixture.follow(ours, 1, { leader: 3 });
    await fixture.until(() => ours.highWatermark === 1);
    fixture.peers.letGo();
    await turns();
    expect(await readAll(ours)).toEqual(await readAll(other));
    await fixture.fetchers.close();
  });

  test('an answer under the old epoch is dropped, and its high watermark is said again', async () => {
    const { fixture, ours, theirs, leader } = await pair(2);
    let requests = 0;
    fixture.peers.fate = () => (++requests === 2 ? 'held' : 'answered');
    fixture.follow(ours, 0);
    await fixture.until(() => fixture.peers.held.length === 1, 'an answer with the high watermark');
    expect([ours.logEndOffset, ours.highWatermark]).toEqual([2, 0]);
    leader.lead('t', 0, { log: theirs, leaderEpoch: 1, followers: [1] });
    fixture.follow(ours, 1);
    fixture.peers.letGo();
    await fixture.until(() => ours.highWatermark === 2);
    expect(leader.fetches[2]).toMatchObject({ sessionId: 1, sessionEpoch: -1 });
    await fixture.fetchers.close();
  });

  test('close ends in the middle of anything', async () => {
    const { fixture, ours } = await pair(3);
    const written = deferred();
    delayWrites(ours, written.promise);
    fixture.follow(ours, 0);
    await fixture.until(() => ours.logEndOffset === 3);
    const closed = fixture.fetchers.close();
    written.resolve();
    await closed;
    fixture.follow(ours, 5);
    expect(fixture.fetchers.size).toBe(0);
  });
});

describe('an instruction', () => {
  test('said twice, or late, changes nothing', async () => {
    const { fixture, ours } = await pair(3);
    fixture.follow(ours, 4);
    fixture.follow(ours, 4);
    fixture.follow(ours, 3, { leader: 3 });
    expect(fixture.logger.events('follower-started')).toHaveLength(1);
    expect(fixture.peers.channels).toEqual([2]);
    await fixture.fetchers.close();
  });

  test('that failed halfway is not taken for a repetition', async () => {
    const { fixture, ours } = await pair(3);
    const open = fixture.peers.open.bind(fixture.peers);
    fixture.peers.open = () => {
      throw new Error('no more files');
    };
    expect(() => fixture.follow(ours, 0)).toThrow('no more files');
    fixture.peers.open = open;
    fixture.follow(ours, 0);
    await fixture.until(() => ours.highWatermark === 3);
    await fixture.fetchers.close();
  });
});

describe('faults', () => {
  test.each(['request-lost', 'reply-lost'] as const)('%s: a new session goes on', async (fate) => {
    const { fixture, ours, theirs, leader } = await pair(1);
    let requests = 0;
    fixture.peers.fate = () => (++requests % 2 === 0 ? fate : 'answered');
    fixture.follow(ours, 0);
    for (let i = 0; i < 6; i++) {
      await produce(theirs, 0, `v${i}`);
      leader.poke();
      await fixture.until(() => ours.highWatermark === 2 + i);
    }
    expect(await readAll(ours)).toEqual(await readAll(theirs));
    expect(fixture.logger.events('replica-fetcher-failed').length).toBeGreaterThan(0);
    await fixture.fetchers.close();
  });

  test('a leader that is away is reported once, asked less and less, and found again', async () => {
    const { fixture, ours } = await pair(1);
    let asked = 0;
    fixture.peers.fate = () => {
      asked++;
      return 'request-lost';
    };
    fixture.follow(ours, 0);
    for (let i = 0; i < 100; i++) {
      await turns(3);
      fixture.clock.advance(100);
    }
    expect(asked).toBeLessThan(18);
    expect(asked).toBeGreaterThan(10);
    expect(fixture.logger.events('replica-fetcher-failed')).toHaveLength(1);
    fixture.peers.fate = () => 'answered';
    await fixture.until(() => ours.highWatermark === 1);
    expect(fixture.logger.events('replica-fetcher-recovered')).toHaveLength(1);
    await fixture.fetchers.close();
  });

  test('a leader that restarts does not know the session: it is made anew at once', async () => {
    const { fixture, ours, theirs, leader } = await pair(1);
    fixture.follow(ours, 0);
    await fixture.until(() => ours.highWatermark === 1);
    leader.forgetAll();
    await produce(theirs, 0, 'b');
    leader.poke();
    await fixture.until(() => ours.highWatermark === 2);
    expect(fixture.logger.events('replica-fetcher-failed')).toHaveLength(0);
    await fixture.fetchers.close();
  });

  test('a leader without sessions gets full requests', async () => {
    const { fixture, ours, theirs, leader } = await pair(1);
    leader.sessionsAllowed = false;
    fixture.follow(ours, 0);
    await produce(theirs, 0, 'b');
    await fixture.until(() => ours.highWatermark === 2);
    expect(leader.fetches.every(({ topics }) => topics.length === 1)).toBe(true);
    await fixture.fetchers.close();
  });

  test.each<[string, (records: Buffer) => Buffer]>([
    ['a wrong bit', (records) => flipped(records, records.length - 1)],
    ['an impossible size', (records) => flipped(records, 8)],
    ['a leader epoch from the future', (records) => flipped(records, 12)],
    ['only a part of a batch', (records) => records.subarray(0, records.length - 1)],
  ])('%s in the records does not get into the log', async (_, damage) => {
    const { fixture, ours, theirs, state } = await pair(1);
    let damaged = 0;
    state.tamper = (data) => {
      const records = data.records as Buffer;
      if (records.length === 0 || damaged++ > 0) return data;
      return { ...data, records: damage(Buffer.from(records)) };
    };
    fixture.follow(ours, 0);
    await fixture.until(() => damaged === 1);
    await turns();
    expect(ours.logEndOffset).toBe(0);
    expect(fixture.fetchers.failedPartitions).toBe(1);
    expect(fixture.logger.events('follower-fetch-failed')).toHaveLength(1);
    await fixture.until(() => ours.highWatermark === 1);
    expect(await readAll(ours)).toEqual(await readAll(theirs));
    expect(fixture.fetchers.failedPartitions).toBe(0);
    await fixture.fetchers.close();
  });

  test('a partition that is answered twice is appended once', async () => {
    const { fixture, ours, theirs, leader } = await pair(2);
    const { fetch } = leader;
    leader.fetch = async (request) => {
      const response = await fetch.call(leader, request);
      return { ...response, responses: [...response.responses, ...response.responses] };
    };
    fixture.follow(ours, 0);
    await fixture.until(() => ours.highWatermark === 2);
    expect(await readAll(ours)).toEqual(await readAll(theirs));
    expect(fixture.logger.events('follower-fetch-failed')).toEqual([]);
    await fixture.fetchers.close();
  });

  test('an error of one partition does not hold up the others', async () => {
    const fixture = new FollowerFixture();
    const [ours, theirs] = [await fixture.disk(), await fixture.disk()];
    const t1 = { topic: 't', partition: 1 };
    const [good, bad] = [await theirs.log(), await theirs.log(t1)];
    const leader = fixture.leader();
    leader.lead('t', 0, { log: good, leaderEpoch: 0, followers: [1] });
    const state = leader.lead('t', 1, {
      log: bad,
      leaderEpoch: 0,
      followers: [1],
      error: 'UNKNOWN_SERVER_ERROR',
    });
    await produce(bad, 0, 'b');
    const [ourGood, ourBad] = [await ours.log(), await ours.log(t1)];
    fixture.follow(ourGood, 0);
    fixture.follow(ourBad, 0);
    for (let i = 1; i <= 5; i++) {
      await produce(good, 0, 'g');
      leader.poke();
      await fixture.until(() => ourGood.highWatermark === i);
    }
    expect(fixture.logger.events('follower-fetch-failed')).toHaveLength(1);
    delete state.error;
    await fixture.until(() => ourBad.highWatermark === 1);
    await fixture.fetchers.close();
  });

  test('nor does a listener that throws', async () => {
    const { fixture, ours, theirs, leader } = await pair(1);
    const t1 = { topic: 't', partition: 1 };
    const other = await (await fixture.disk()).log(t1);
    leader.lead('t', 1, { log: theirs, leaderEpoch: 0, followers: [1] });
    const onHighWatermark = () => {
      throw new Error('unexpected');
    };
    fixture.follow(ours, 0, { onHighWatermark });
    fixture.follow(other, 0);
    await fixture.until(() => other.highWatermark === 1 && ours.highWatermark === 1);
    expect(fixture.logger.events('replica-fetcher-failed')).toEqual([]);
    expect(fixture.logger.events('follower-fetch-failed')).toHaveLength(1);
    await fixture.fetchers.close();
  });

  test('an election that reaches the follower first costs a moment, not the whole backoff', async () => {
    const { fixture, ours, theirs, leader } = await pair(1);
    fixture.follow(ours, 1);
    await fixture.until(() => leader.fetches.length === 1);
    await turns();
    leader.lead('t', 0, { log: theirs, leaderEpoch: 1, followers: [1] });
    const before = fixture.clock.monotonic();
    await fixture.until(() => ours.highWatermark === 1);
    expect(fixture.clock.monotonic() - before).toBeLessThan(200);
    await fixture.fetchers.close();
  });

  test('an election that reaches the leader first stops the follower until it is told', async () => {
    const { fixture, ours, leader, theirs } = await pair(1);
    leader.lead('t', 0, { log: theirs, leaderEpoch: 1, followers: [1] });
    fixture.follow(ours, 0);
    await fixture.until(() => fixture.fetchers.failedPartitions === 1);
    expect(fixture.logger.events('follower-stopped')).toHaveLength(1);
    fixture.follow(ours, 1);
    await fixture.until(() => ours.highWatermark === 1);
    expect(fixture.fetchers.failedPartitions).toBe(0);
    await fixture.fetchers.close();
  });

  test('a disk that fails stops the partition; a write that fails leaves no trace', async () => {
    const { fixture, ours } = await pair(1);
    ours.truncateTo = () => Promise.reject(new Error('unexpected'));
    ours.appendAsFollower = () => {
      throw new LogStorageError('The log directory has failed.', '');
    };
    ours.estimateBytes = () => {
      throw new LogStorageError('The log directory has failed.', '');
    };
    fixture.follow(ours, 0);
    await fixture.until(() => fixture.logger.events('follower-stopped').length === 1);
    expect(fixture.fetchers.failedPartitions).toBe(1);
    expect(ours.highWatermark).toBe(0);
    await fixture.fetchers.close();
  });

  test('a full disk is waited for', async () => {
    const { fixture, ours } = await pair(1);
    const { appendAsFollower } = ours;
    let refused = 0;
    ours.appendAsFollower = (records) => {
      if (refused++ < 2) throw new LogStorageError('The disk is almost full.', '');
      return appendAsFollower.call(ours, records);
    };
    fixture.follow(ours, 0);
    await fixture.until(() => ours.highWatermark === 1);
    expect(fixture.logger.events('follower-fetch-failed')).toHaveLength(1);
    await fixture.fetchers.close();
  });

  test('the fetch offset is the end of what is written: appends of a lost leadership are waited for', async () => {
    const { fixture, ours, theirs, leader } = await pair(0);
    leader.lead('t', 0, { log: theirs, leaderEpoch: 1, followers: [1] });
    await produce(theirs, 1, 'of the new leader');
    const own = batchOf([{ value: Buffer.from('never replicated') }]);
    const { written } = ours.appendAsLeader(own, 0);
    fixture.follow(ours, 1);
    await Promise.all([written, fixture.until(() => ours.highWatermark === 1)]);
    expect(await readAll(ours)).toEqual(await readAll(theirs));
    expect(leader.fetches[0]?.topics[0]?.partitions[0]).toMatchObject({ fetchOffset: 1 });
    await fixture.fetchers.close();
  });
});

test('a partition over its allowance is left out while it is behind', async () => {
  let allowance = 0;
  const bytes: number[] = [];
  const fixture = new FollowerFixture({
    allowance: () => allowance,
    onBytesIn: (_, count) => bytes.push(count),
  });
  const { ours, leader } = await pair(2, fixture);
  fixture.follow(ours, 0);
  for (let i = 0; i < 10; i++) {
    await turns();
    fixture.clock.advance(1000);
  }
  expect(leader.fetches).toHaveLength(0);
  allowance = 1000;
  await fixture.until(() => ours.highWatermark === 2);
  expect(bytes).toEqual([ours.sizeInBytes]);
  expect(fixture.fetchers.maxLag).toBe(0);
  await fixture.fetchers.close();
});

test('several fetchers share the partitions of a leader', async () => {
  const config = { ...defaultFetcherConfig, fetchersPerBroker: 3 };
  const fixture = new FollowerFixture({ config });
  const ours = await fixture.disk();
  const theirs = await fixture.disk();
  const logs: Log[] = [];
  for (let partition = 0; partition < 9; partition++) {
    const of = { topic: 't', partition };
    const log = await theirs.log(of);
    await produce(log, 0, 'v');
    fixture.leader().lead('t', partition, { log, leaderEpoch: 0, followers: [1] });
    logs.push(await ours.log(of));
  }
  for (const log of logs) fixture.follow(log, 0);
  expect(fixture.peers.channels).toEqual([2, 2, 2]);
  await fixture.until(() => logs.every(({ highWatermark }) => highWatermark === 1));
  await fixture.fetchers.unfollow(logs.map(({ topicPartition }) => topicPartition));
  expect(fixture.peers.channels).toEqual([]);
});

/** A leader with some records, and an empty log that is to follow it. */
async function pair(records: number, fixture = new FollowerFixture()) {
  const [ours, theirs] = [await (await fixture.disk()).log(), await (await fixture.disk()).log()];
  const leader = fixture.leader();
  const state = leader.lead('t', 0, { log: theirs, leaderEpoch: 0, followers: [1] });
  for (let i = 0; i < records; i++) await produce(theirs, 0, `v${i}`);
  return { fixture, ours, theirs, leader, state };
}

/** Appends are queued, but their promise waits. */
function delayWrites(log: Log, until: Promise<void>): void {
  const { appendAsFollower } = log;
  log.appendAsFollower = (records) => {
    const info = appendAsFollower.call(log, records);
    return { ...info, written: info.written.then(() => until) };
  };
}

function flipped(records: Buffer, at: number): Buffer {
  records[at] = (records[at] ?? 0) ^ 0x41;
  return records;
}
