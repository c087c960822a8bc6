import { deferred } from '../../../client/runtime/deferred';
import type { Log } from '../../log';
import { batchOf, readAll } from '../../log/testing/log-fixture';
import { defaultFetcherConfig } from './fetcher-options';
import type { FakePartition } from './testing/fake-leader';
import { FollowerFixture, produce, t0, turns, type FakeDisk } from './testing/follower-fixture';

/** Broker 1 follows, brokers 2 and 3 lead in turn. */
async function three() {
  const fixture = new FollowerFixture();
  const disks = [await fixture.disk(), await fixture.disk(), await fixture.disk()] as const;
  const [one, two, three] = await Promise.all(disks.map((disk) => disk.log()));
  return { fixture, disks, one: one as Log, two: two as Log, three: three as Log };
}

function lead(fixture: FollowerFixture, id: number, log: Log, leaderEpoch: number): FakePartition {
  for (const other of [2, 3]) if (other !== id) fixture.leader(other).resign('t', 0);
  return fixture.leader(id).lead('t', 0, { log, leaderEpoch, followers: [1] });
}

/** Copies what the leader of an epoch wrote, as a replica does that is not of interest here. */
async function replicate(from: Log, to: Log, upTo: number): Promise<void> {
  const { records } = await from.read(to.logEndOffset, 1e6, upTo);
  if (records.length > 0) await to.appendAsFollower(Buffer.from(records)).written;
}

async function same(fixture: FollowerFixture, follower: Log, leader: Log): Promise<void> {
  await fixture.until(
    () =>
      follower.logEndOffset === leader.logEndOffset &&
      follower.highWatermark === leader.highWatermark &&
      leader.highWatermark === leader.logEndOffset,
    'the logs to be the same',
  );
  expect(await readAll(follower)).toEqual(await readAll(leader));
  await fixture.fetchers.close();
}

test('KIP-101, scenario 1: a restarted follower keeps what lies above its old high watermark', async () => {
  const { fixture, disks, one, two } = await three();
  lead(fixture, 2, two, 0);
  await produce(two, 0, 'm1');
  await produce(two, 0, 'm2');
  await replicate(two, one, 2);
  one.updateHighWatermark(1);
  await (disks[0] as FakeDisk).start();
  const restarted = await disks[0].log();
  restarted.updateHighWatermark(1);
  // The leader dies before it answers anything.
  fixture.peers.fate = () => 'request-lost';
  fixture.follow(restarted, 0);
  await turns();
  await fixture.fetchers.unfollow([t0]);
  expect(restarted.logEndOffset).toBe(2);
  expect(fixture.logger.events('follower-truncated')).toEqual([]);
});

test('KIP-101, scenario 2: what another wrote meanwhile at the same offset is cut', async () => {
  const { fixture, one, two, three: other } = await three();
  lead(fixture, 3, other, 0);
  await produce(other, 0, 'm1');
  await replicate(other, one, 1);
  await replicate(other, two, 1);
  // Broker 1 got m2 and lost power with broker 2, which is elected without it and writes m3.
  await produce(other, 0, 'm2');
  await replicate(other, one, 2);
  lead(fixture, 2, two, 1);
  await produce(two, 1, 'm3');
  fixture.follow(one, 1);
  await same(fixture, one, two);
  expect(fixture.logger.events('follower-truncated')).toMatchObject([
    { from: 2, to: 1, why: 'diverging-epoch' },
  ]);
});

test('KIP-279: after fast elections the epochs are compared one after the other', async () => {
  const { fixture, one, two } = await three();
  const state = lead(fixture, 2, two, 1);
  for (const epoch of [0, 0, 1, 1, 4]) await produce(two, epoch, `leader ${epoch}`);
  await replicate(two, one, 2);
  for (const epoch of [2, 2, 3]) await produce(one, epoch, `alone ${epoch}`);
  state.leaderEpoch = 5;
  two.assignLeaderEpoch(5);
  fixture.follow(one, 5);
  await same(fixture, one, two);
  const cuts = fixture.logger.events('follower-truncated');
  expect(cuts[0]).toMatchObject({ from: 5, to: 2 });
  expect(cuts).toHaveLength(1);
});

test('KIP-279: more than one round', async () => {
  const { fixture, one, two } = await three();
  const state = lead(fixture, 2, two, 0);
  for (const epoch of [0, 2, 4]) await produce(two, epoch, `leader ${epoch}`);
  await replicate(two, one, 1);
  for (const epoch of [1, 3, 5]) await produce(one, epoch, `alone ${epoch}`);
  state.leaderEpoch = 6;
  fixture.follow(one, 6);
  await same(fixture, one, two);
  const cuts = fixture.logger.events('follower-truncated');
  expect(cuts.map(({ from, to }) => [from, to])).toEqual(
    [
      [4, 3],
      [3, 2],
      [2, 1],
    ].slice(0, cuts.length),
  );
  expect(cuts.at(-1)).toMatchObject({ to: 1 });
});

test('an epoch led without writing does not stand in the way (KAFKA-7415)', async () => {
  const { fixture, one, two } = await three();
  await produce(two, 3, 'a');
  await produce(two, 4, 'b');
  await replicate(two, one, 2);
  await produce(two, 4, 'c');
  // Broker 1 led under epoch 5 and wrote nothing; broker 2 never heard of it, and leads again.
  one.assignLeaderEpoch(5);
  lead(fixture, 2, two, 6);
  await produce(two, 6, 'd');
  fixture.follow(one, 6);
  await same(fixture, one, two);
  expect([3, 4, 5, 6].map((epoch) => one.epochEndOffset(epoch)?.endOffset)).toEqual(
    [3, 4, 5, 6].map((epoch) => two.epochEndOffset(epoch)?.endOffset),
  );
});

test('a follower that was away too long begins anew where the leader begins', async () => {
  const { fixture, one, two } = await three();
  lead(fixture, 2, two, 0);
  for (const value of 'abcdef') await produce(two, 0, value);
  await replicate(two, one, 2);
  two.updateHighWatermark(6);
  two.deleteRecordsBefore(4);
  fixture.follow(one, 0);
  await same(fixture, one, two);
  expect(one.logStartOffset).toBe(4);
  expect(fixture.logger.events('follower-truncated')).toMatchObject([
    { from: 2, to: 4, why: 'before-leader-start' },
  ]);
});

test('a leader whose log starts inside a batch is copied from the beginning of the batch', async () => {
  const { fixture, one, two } = await three();
  lead(fixture, 2, two, 0);
  await produce(two, 0, 'batch', 10);
  await produce(two, 0, 'next', 2);
  two.updateHighWatermark(12);
  two.deleteRecordsBefore(5);
  fixture.follow(one, 0);
  await fixture.until(() => one.highWatermark === 12);
  expect([one.logStartOffset, one.logEndOffset]).toEqual([5, 12]);
  expect(await readAll(one)).toEqual(await readAll(two));
  await fixture.fetchers.close();
});

test('a follower that has more than an uncleanly elected leader, and no epochs, is cut to its end', async () => {
  const { fixture, one, two } = await three();
  const epochless = batchOf([{ value: Buffer.from('x') }]);
  for (let offset = 0; offset < 3; offset++) {
    const copy = Buffer.from(epochless);
    copy.writeBigInt64BE(BigInt(offset), 0);
    await one.appendAsFollower(copy).written;
  }
  expect(one.latestEpoch).toBeUndefined();
  one.updateHighWatermark(3);
  lead(fixture, 2, two, 1);
  fixture.follow(one, 1);
  await same(fixture, one, two);
  expect(fixture.logger.events('follower-truncated')).toMatchObject([
    { from: 3, to: 0, why: 'beyond-leader-end', highWatermark: 3 },
  ]);
  expect(fixture.logger.lines.find(({ fields }) => 'why' in fields)?.level).toBe('warn');
});

test('without epochs what is not committed goes first', async () => {
  const { fixture, one, two } = await three();
  await one.appendAsFollower(batchOf([{ value: Buffer.from('x') }])).written;
  lead(fixture, 2, two, 1);
  await produce(two, 1, 'a');
  fixture.follow(one, 1);
  await same(fixture, one, two);
  expect(fixture.logger.events('follower-truncated')).toMatchObject([
    { from: 1, to: 0, why: 'epochs-unknown' },
  ]);
});

test('the high watermark does not move before the log is cut (KAFKA-14704)', async () => {
  const { fixture, one, two } = await three();
  await produce(two, 0, 'a');
  await replicate(two, one, 1);
  for (let i = 0; i < 5; i++) await produce(one, 1, 'own');
  for (let i = 0; i < 9; i++) await produce(two, 2, 'new');
  lead(fixture, 2, two, 2);
  two.updateHighWatermark(10);
  const seen: [number, number][] = [];
  const { truncateTo } = one;
  one.truncateTo = async (offset) => {
    seen.push([one.highWatermark, offset]);
    return truncateTo.call(one, offset);
  };
  fixture.follow(one, 2);
  await same(fixture, one, two);
  expect(seen).toEqual([[0, 1]]);
});

/** One has a record of its own after the first, where two, which leads, has another. */
async function parted() {
  const { fixture, one, two } = await three();
  await produce(two, 0, 'a');
  await replicate(two, one, 1);
  await produce(one, 1, 'own');
  await produce(two, 2, 'new');
  lead(fixture, 2, two, 2);
  return { fixture, one, two };
}

test('a truncation that fails is tried again from the beginning', async () => {
  const { fixture, one, two } = await parted();
  const { truncateTo } = one;
  let failures = 2;
  one.truncateTo = (offset) => {
    if (failures-- > 0) return Promise.reject(new Error('not now'));
    return truncateTo.call(one, offset);
  };
  fixture.follow(one, 2);
  await same(fixture, one, two);
});

test('unfollow waits for a truncation; what was to follow it does not happen', async () => {
  const { fixture, one } = await parted();
  const { truncateTo } = one;
  let begun = false;
  let release = () => {};
  one.truncateTo = async (offset) => {
    begun = true;
    await new Promise<void>((resolve) => (release = resolve));
    return truncateTo.call(one, offset);
  };
  fixture.follow(one, 2);
  await fixture.until(() => begun);
  let free = false;
  const unfollowed = fixture.fetchers.unfollow([t0]).then(() => (free = true));
  await turns();
  expect(free).toBe(false);
  release();
  await unfollowed;
  expect(one.logEndOffset).toBe(1);
  await turns();
  expect(one.logEndOffset).toBe(1);
});

test('the others are fetched while a log is cut, and it comes back at once', async () => {
  const { fixture, one, two } = await parted();
  const [ours, theirs] = [await fixture.disk(), await fixture.disk()];
  const other = { topic: 't', partition: 1 };
  const [from, to] = [await theirs.log(other), await ours.log(other)];
  fixture.leader().lead('t', 1, { log: from, leaderEpoch: 2, followers: [1] });
  const { truncateTo } = one;
  const free = deferred();
  one.truncateTo = async (offset) => {
    await free.promise;
    return truncateTo.call(one, offset);
  };
  fixture.follow(one, 2);
  fixture.follow(to, 2);
  for (let end = 1; end <= 3; end++) {
    await produce(from, 2, 'other');
    fixture.leader().poke();
    await fixture.until(() => to.highWatermark === end, 'the other partition');
  }
  expect(one.logEndOffset).toBe(2);
  const last = fixture.leader().fetches.at(-1);
  expect(last?.maxWaitMs).toBeLessThan(defaultFetcherConfig.waitMaxMs);
  free.resolve();
  await same(fixture, one, two);
});

test('unfollow while the log starts anew: the batch it is for is not appended', async () => {
  const { fixture, one, two } = await three();
  lead(fixture, 2, two, 0);
  await produce(two, 0, 'batch', 10);
  two.updateHighWatermark(10);
  two.deleteRecordsBefore(5);
  await one.truncateFullyAndStartAt(5);
  const { truncateFullyAndStartAt } = one;
  let release: (() => void) | undefined;
  one.truncateFullyAndStartAt = async (offset) => {
    await new Promise<void>((resolve) => (release = resolve));
    return truncateFullyAndStartAt.call(one, offset);
  };
  fixture.follow(one, 0);
  await fixture.until(() => release !== undefined);
  const unfollowed = fixture.fetchers.unfollow([t0]);
  release?.();
  await unfollowed;
  await turns();
  expect([one.logStartOffset, one.logEndOffset]).toEqual([0, 0]);
});
