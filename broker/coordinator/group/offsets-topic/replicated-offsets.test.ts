import { ReplicaFixture } from '../../../replication/testing/replica-fixture';
import type { Partition } from '../../../replication/partition';
import { CommitRounds } from './commit-rounds';
import { OffsetsTopicStorage } from './offsets-topic-storage';
import { FakeMembership } from './testing/fake-membership';

/** The storage over partitions as they really are: led, followed, copied by others. */
let fixture: ReplicaFixture;
let partition: Partition;
let storage: OffsetsTopicStorage;

const topicPartition = { topic: '__consumer_offsets', partition: 0 };
const changes = (offset: number) => [
  {
    ...{ topic: 't', partition: 0 },
    committed: {
      ...{ offset, leaderEpoch: 0, metadata: '', commitTimestamp: 1, expireTimestamp: null },
    },
  },
];

beforeEach(async () => {
  fixture = await ReplicaFixture.open({}, { cleanupPolicy: ['compact'] });
  const { replicas, clock, logger } = fixture;
  const rounds = new CommitRounds(clock, queueMicrotask);
  storage = new OffsetsTopicStorage({
    membership: new FakeMembership().storage(),
    allGroups: () => Promise.resolve([]),
    partitionCount: () => Promise.resolve(1),
    leader: () => 1,
    createTopic: () => Promise.resolve(),
    partition: (index) => replicas.find(topicPartition.topic, index),
    onLeadershipChange: (callback) => replicas.onLeadershipChange(callback),
    shard: () => ({
      ...{ commitTimeoutMs: 5000, requiredAcks: -1, compression: 'none', bufferBytes: 1000 },
      ...{ now: () => clock.now(), rounds, logger },
      pause: () => Promise.resolve(),
    }),
    logger,
  });
});
afterEach(async () => {
  await storage.close();
  await fixture.close();
});

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

function followersCatchUp(): void {
  const fetchOffset = partition.leaderLog().writtenEndOffset;
  for (const replicaId of [2, 3]) fixture.fetch(partition, replicaId, fetchOffset);
}

it('acknowledges commits when the replicas in sync have them, and not in time otherwise', async () => {
  await expect(storage.claim('g', { onLost: () => {} })).rejects.toMatchObject({
    code: 'NOT_COORDINATOR',
  });
  partition = await fixture.obey({ topicPartition });
  const claim = await storage.claim('g', { onLost: () => {} });
  const committed = claim.saveOffsets(changes(5));
  await until(() => fixture.replicas.produces.size === 1);
  followersCatchUp();
  await committed;
  const late = claim.saveOffsets(changes(6));
  await until(() => fixture.replicas.produces.size === 1);
  fixture.clock.advance(5000);
  await expect(late).rejects.toMatchObject({ code: 'COORDINATOR_NOT_AVAILABLE' });
});

it('lets go when another broker leads, with what waits, and reads anew when it leads again', async () => {
  partition = await fixture.obey({ topicPartition });
  let lost = 0;
  const claim = await storage.claim('g', { onLost: () => lost++ });
  const waiting = claim.saveOffsets(changes(5));
  await until(() => fixture.replicas.produces.size === 1);
  await fixture.obey({ topicPartition, leader: 2, leaderEpoch: 4, partitionEpoch: 8 });
  await expect(waiting).rejects.toMatchObject({ code: 'NOT_COORDINATOR' });
  expect([lost, claim.isHeld]).toEqual([1, false]);
  // Nobody has cut the log: the commit that nobody was told of is in it.
  await fixture.obey({ topicPartition, leader: 1, leaderEpoch: 5, partitionEpoch: 9 });
  const again = await storage.claim('g', { onLost: () => {} });
  expect(again.snapshot.offsets.get('t')?.get(0)?.offset).toBe(5);
});
