import { ProtocolError } from '../../../../client/protocol/protocol-error';
import { silentLogger } from '../../../../client/runtime/logger';
import { CompactionFixture } from '../../../log/testing/compaction-fixture';
import { defaultLogConfig, type Log, type LogManager } from '../../../log';
import { GroupStorageError } from '../group-storage-error';
import type { ClaimEvents, GroupClaim } from '../group-storage';
import type { CommittedOffset, OffsetChange } from '../stored-group';
import { CommitRounds } from './commit-rounds';
import { partitionOfGroup } from './group-partition';
import { OffsetsShard } from './offsets-shard';
import { OffsetsTopicStorage } from './offsets-topic-storage';
import { FakeMembership } from './testing/fake-membership';
import { FakePartition } from './testing/fake-partition';

const PARTITIONS = 3;
const config = { segmentBytes: 2000, maxMessageBytes: 1000 };

const at = (offset: number, commitTimestamp = 1000): CommittedOffset => ({
  ...{ offset, commitTimestamp, leaderEpoch: 0, metadata: '', expireTimestamp: null },
});
const change = (partition: number, committed: CommittedOffset | null): OffsetChange => ({
  ...{ topic: 't', partition, committed },
});
const offsetsIn = ({ snapshot }: Pick<GroupClaim, 'snapshot'>) =>
  Object.fromEntries(
    [...(snapshot.offsets.get('t') ?? [])].map(([partition, { offset }]) => [partition, offset]),
  );

let fixture: CompactionFixture;
let manager: LogManager;
let membership: FakeMembership;
/** Of broker 1; the logs are the same for whoever leads. */
let partitions: FakePartition[];
let changed: () => void;
let storage: OffsetsTopicStorage;
let topicExists: boolean;
let created: number;
let leaders: (number | undefined)[];

const events = (): ClaimEvents & { lost: number } => {
  const told = { lost: 0, onLost: () => void told.lost++ };
  return told;
};

/** A broker, with the logs as they are on the disk. */
async function start(): Promise<void> {
  ({ manager } = await fixture.open());
  const logs: Log[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const log = await manager.getOrCreateLog({ topic: '__consumer_offsets', partition });
    log.updateHighWatermark(log.logEndOffset);
    logs.push(log);
  }
  partitions = logs.map((log) => new FakePartition(log));
  for (const partition of partitions) partition.takeLead();
  const rounds = new CommitRounds(fixture.clock, (callback) => void setImmediate(callback));
  storage = new OffsetsTopicStorage({
    membership: membership.storage(),
    allGroups: () => Promise.resolve([...membership.groups.keys()]),
    partitionCount: () => Promise.resolve(topicExists ? PARTITIONS : undefined),
    leader: (index) => leaders[index],
    createTopic: () => {
      created++;
      topicExists = true;
      return Promise.resolve();
    },
    partition: (index) => partitions[index],
    onLeadershipChange: (callback) => {
      changed = callback;
      return () => {};
    },
    shard: () => ({
      commitTimeoutMs: 5000,
      requiredAcks: -1,
      compression: 'none',
      bufferBytes: 300,
      now: () => fixture.clock.now(),
      rounds,
      pause: () => Promise.resolve(),
      logger: silentLogger,
    }),
    logger: fixture.logger,
  });
}

beforeEach(async () => {
  fixture = new CompactionFixture({ ...defaultLogConfig, ...config, cleanupPolicy: ['compact'] });
  membership = new FakeMembership();
  topicExists = true;
  created = 0;
  leaders = [1, undefined, 1];
  await start();
});
afterEach(async () => {
  await storage.close();
  await manager.close();
});

it('names the leader of the partition as coordinator, and creates the topic when asked first', async () => {
  topicExists = false;
  const group = 'my-group';
  expect(await storage.coordinatorOf(group)).toBe(leaders[partitionOfGroup(group, 3)]);
  expect(created).toBe(1);
  await storage.coordinatorOf('another');
  expect(created).toBe(1);
});

it('keeps offsets across claims and restarts', async () => {
  const claim = await storage.claim('g', events());
  expect(claim.snapshot).toEqual({ group: null, offsets: new Map() });
  await claim.saveOffsets([change(0, at(10)), change(1, at(20))]);
  await claim.saveOffsets([change(0, at(11)), change(1, null)]);
  await claim.release();
  expect(offsetsIn(await storage.claim('g', events()))).toEqual({ 0: 11 });
  expect(membership.offsets.groupIds).toEqual([]);
  await storage.close();
  await start();
  expect(offsetsIn(await storage.claim('g', events()))).toEqual({ 0: 11 });
});

it('finds them after compaction', async () => {
  const claim = await storage.claim('g', events());
  for (let n = 0; n < 100; n++) await claim.saveOffsets([change(n % 3, at(n))]);
  await claim.saveOffsets([change(2, null)]);
  const log = manager.getLog({ topic: '__consumer_offsets', partition: partitionOfGroup('g', 3) });
  log?.roll();
  const before = log?.sizeInBytes ?? 0;
  await manager.cleanLogs();
  expect(log?.sizeInBytes).toBeLessThan(before / 4);
  await storage.close();
  await start();
  expect(offsetsIn(await storage.claim('g', events()))).toEqual({ 0: 99, 1: 97 });
});

it('writes all commits of one turn together', async () => {
  const claim = await storage.claim('g', events());
  const partition = partitions[partitionOfGroup('g', 3)];
  await Promise.all([0, 1, 2, 3, 4].map((n) => claim.saveOffsets([change(n, at(n))])));
  expect(partition?.appends).toBe(1);
  // Of 1000 bytes a batch some 15 commits go into one.
  await Promise.all(Array.from({ length: 40 }, (_, n) => claim.saveOffsets([change(n, at(n))])));
  expect(partition?.appends).toBeGreaterThan(2);
  expect(partition?.appends).toBeLessThan(8);
  await expect(
    claim.saveOffsets(Array.from({ length: 40 }, (_, n) => change(n, at(n)))),
  ).rejects.toMatchObject({ code: 'INVALID_COMMIT_OFFSET_SIZE' });
});

it.each([
  ['NOT_ENOUGH_REPLICAS', 'COORDINATOR_NOT_AVAILABLE'],
  ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'COORDINATOR_NOT_AVAILABLE'],
  ['REQUEST_TIMED_OUT', 'COORDINATOR_NOT_AVAILABLE'],
  ['NOT_LEADER_OR_FOLLOWER', 'NOT_COORDINATOR'],
  ['KAFKA_STORAGE_ERROR', 'NOT_COORDINATOR'],
  ['RECORD_LIST_TOO_LARGE', 'INVALID_COMMIT_OFFSET_SIZE'],
] as const)('answers an append that fails with %s with %s', async (code, answer) => {
  const claim = await storage.claim('g', events());
  const partition = partitions[partitionOfGroup('g', 3)];
  if (partition) partition.refusal = new ProtocolError(code);
  await expect(claim.saveOffsets([change(0, at(1))])).rejects.toMatchObject({ code: answer });
  await expect(claim.saveOffsets([change(0, at(1))])).rejects.toThrow(GroupStorageError);
});

it('lets go of groups whose partition it does not lead any more', async () => {
  const told = events();
  const claim = await storage.claim('g', told);
  const partition = partitions[partitionOfGroup('g', 3)];
  partition?.loseLead();
  expect(claim.isHeld).toBe(false);
  await expect(claim.saveOffsets([change(0, at(1))])).rejects.toMatchObject({
    code: 'NOT_COORDINATOR',
  });
  changed();
  expect(told.lost).toBe(1);
  expect(membership.owners.size).toBe(0);
  await expect(storage.claim('g', events())).rejects.toMatchObject({ code: 'NOT_COORDINATOR' });
  await claim.release();
  changed();
  expect(told.lost).toBe(1);
});

it('reads the partition anew when the lead comes back', async () => {
  const partition = partitions[partitionOfGroup('g', 3)];
  const first = await storage.claim('g', events());
  await first.saveOffsets([change(0, at(1))]);
  partition?.loseLead();
  changed();
  // Whoever led meanwhile has written.
  await anotherCommits();
  partition?.takeLead();
  expect(offsetsIn(await storage.claim('g', events()))).toEqual({ 0: 2 });
});

it('reads a partition as soon as it leads it', async () => {
  const read = () => fixture.logger.events('offsets-loaded').map(({ partition }) => partition);
  expect(read()).toEqual([]);
  partitions[1]?.loseLead();
  changed();
  while (read().length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(read()).toEqual([0, 2]);
  partitions[1]?.takeLead();
  changed();
  while (read().length < 3) await new Promise((resolve) => setImmediate(resolve));
  expect(read()).toEqual([0, 2, 1]);
});

it('tells of a claim in ZooKeeper that is lost, once', async () => {
  const told = events();
  const claim = await storage.claim('g', told);
  membership.owners.get('g')?.lose();
  expect(told.lost).toBe(1);
  expect(claim.isHeld).toBe(false);
  changed();
  await claim.release();
  expect(told.lost).toBe(1);
});

it('moves offsets from ZooKeeper when their group is claimed; what was committed later wins', async () => {
  const first = await storage.claim('g', events());
  await first.saveOffsets([change(0, at(10, 500)), change(1, at(20, 500))]);
  await first.release();
  membership.offsets.apply('g', change(0, at(7, 400)));
  membership.offsets.apply('g', change(1, at(21, 600)));
  membership.offsets.apply('g', change(2, at(30, 100)));
  const read = await storage.read('g');
  expect(offsetsIn({ snapshot: read })).toEqual({ 0: 10, 1: 21, 2: 30 });
  expect(offsetsIn(await storage.claim('g', events()))).toEqual({ 0: 10, 1: 21, 2: 30 });
  expect(membership.offsets.groupIds).toEqual([]);
  await storage.close();
  await start();
  expect(offsetsIn(await storage.claim('g', events()))).toEqual({ 0: 10, 1: 21, 2: 30 });
});

it('keeps members in ZooKeeper, and removes a group from both', async () => {
  const claim = await storage.claim('g', events());
  const group = {
    ...({ state: 'Empty', generation: 3, protocolType: 'consumer', protocol: null } as const),
    ...{ leader: null, since: 1, members: [] },
  };
  await claim.saveGroup(group);
  await claim.saveOffsets([change(0, at(1))]);
  expect(membership.groups.get('g')).toEqual(group);
  await claim.remove();
  expect(membership.groups.size).toBe(0);
  expect((await storage.claim('g', events())).snapshot).toEqual({
    group: null,
    offsets: new Map(),
  });
});

it('lists the groups of the partitions it leads', async () => {
  const groups = ['a', 'b', 'c', 'd', 'e'];
  for (const groupId of groups) {
    const claim = await storage.claim(groupId, events());
    await claim.saveOffsets([change(0, at(1))]);
    await claim.release();
  }
  membership.groups.delete('b');
  membership.groups.set('f', null);
  membership.groups.set('h', {
    ...({ state: 'Empty', generation: 1, protocolType: null, protocol: null } as const),
    ...{ leader: null, since: 1, members: [] },
  });
  partitions[0]?.loseLead();
  const expected = [...groups, 'h'].filter((groupId) => partitionOfGroup(groupId, 3) !== 0);
  expect((await storage.list()).sort()).toEqual(expected);
});

it('creates the topic to list groups that are in ZooKeeper only, and none before it is led', async () => {
  topicExists = false;
  expect(await storage.list()).toEqual([]);
  expect(created).toBe(0);
  membership.groups.set('h', {
    ...({ state: 'Empty', generation: 1, protocolType: null, protocol: null } as const),
    ...{ leader: null, since: 1, members: [] },
  });
  const led = leaders;
  leaders = [];
  await expect(storage.list()).rejects.toMatchObject({ code: 'COORDINATOR_NOT_AVAILABLE' });
  expect(created).toBe(1);
  leaders = led;
  expect(await storage.list()).toEqual(['h']);
  expect(created).toBe(1);
});

/** Another broker leads the partition for a while, and commits. */
async function anotherCommits(): Promise<void> {
  const log = manager.getLog({ topic: '__consumer_offsets', partition: partitionOfGroup('g', 3) });
  if (!log) return;
  const another = new FakePartition(log);
  another.takeLead();
  const shard = await OffsetsShard.load(another, {
    ...({ commitTimeoutMs: 1, requiredAcks: -1, compression: 'gzip', bufferBytes: 100 } as const),
    ...{ now: () => 1, pause: () => Promise.resolve(), logger: silentLogger },
    rounds: new CommitRounds(fixture.clock, (callback) => callback()),
  });
  await shard.write('g', [change(0, at(2))]);
}
