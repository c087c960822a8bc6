import { FencedWriter, ConfigStore, TopicDeletionStore, TopicStore } from '../../zk-coordination';
import { StoreFixture } from '../../zk-coordination/stores/store-fixture';
import { MetadataCache } from '../metadata/metadata-cache';
import { reassignedTo } from './reassignment';
import { TopicAdmin, type NewTopic } from './topic-admin';

const node = (id: number, rack: string | null = null) => ({
  id,
  epoch: id,
  rack,
  endpoints: new Map(),
});
const newTopic = (name: string, change: Partial<NewTopic> = {}): NewTopic => ({
  name,
  numPartitions: 2,
  replicationFactor: 2,
  assignments: new Map(),
  configs: {},
  ...change,
});
const refused = (code: string) => expect.objectContaining({ code });

let fixture: StoreFixture;
let topics: TopicStore;
let deletions: TopicDeletionStore;
let configs: ConfigStore;
let metadata: MetadataCache;
let admin: TopicAdmin;
beforeEach(async () => {
  fixture = await StoreFixture.start();
  topics = new TopicStore(fixture.zk);
  deletions = new TopicDeletionStore(fixture.zk);
  configs = new ConfigStore(fixture.zk);
  metadata = new MetadataCache();
  metadata.setBrokers([node(1), node(2), node(3)]);
  let seed = 0;
  admin = new TopicAdmin({
    topics,
    deletions,
    configs,
    metadata,
    numPartitions: () => 1,
    replicationFactor: () => 3,
    deleteTopicEnable: true,
    assertConfigs: () => undefined,
    clock: fixture.clock,
    random: () => (seed = (seed + 0.37) % 1),
  });
});
afterEach(() => fixture.until(fixture.close()));

describe('creating a topic', () => {
  it('places replicas on live brokers and writes it with its configs', async () => {
    fixture.loseNextReply();
    const configured = newTopic('t', { configs: { 'retention.ms': '1' } });
    const created = await fixture.until(admin.create(configured));
    const stored = await topics.get('t');
    expect(stored?.topicId).toBe(created.topicId);
    expect([...stored!.partitions.values()].map(({ replicas }) => replicas.length)).toEqual([2, 2]);
    expect(await configs.get({ type: 'topics', name: 't' })).toEqual({ 'retention.ms': '1' });
    await expect(admin.create(newTopic('t'))).rejects.toThrow(refused('TOPIC_ALREADY_EXISTS'));
  });

  it('does not take over configs of an earlier topic', async () => {
    await configs.alter({ type: 'topics', name: 't' }, () => ({ 'retention.ms': '1' }));
    await admin.create(newTopic('t'));
    expect(await configs.get({ type: 'topics', name: 't' })).toEqual({});
  });

  it('lets only one of those win who create it at once, with its own configs', async () => {
    const outcomes = await Promise.allSettled(
      ['1', '2', '3'].map((value) =>
        admin.create(newTopic('t', { configs: { 'retention.ms': value } })),
      ),
    );
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await configs.get({ type: 'topics', name: 't' })).toEqual({
      'retention.ms': String(won + 1),
    });
  });

  it('checks without writing', async () => {
    const { numPartitions, replicationFactor } = await admin.create(
      newTopic('t', { numPartitions: -1, replicationFactor: -1 }),
      true,
    );
    expect([numPartitions, replicationFactor]).toEqual([1, 3]);
    expect(await topics.list()).toEqual([]);
  });

  it.each([
    ['INVALID_TOPIC_EXCEPTION', newTopic('a/b')],
    ['INVALID_REPLICATION_FACTOR', newTopic('t', { replicationFactor: 4 })],
    ['INVALID_PARTITIONS', newTopic('t', { numPartitions: 0 })],
    ['INVALID_REQUEST', newTopic('t', { assignments: new Map([[0, [1]]]) })],
    [
      'INVALID_REPLICA_ASSIGNMENT',
      newTopic('t', {
        numPartitions: -1,
        replicationFactor: -1,
        assignments: new Map([[0, [9]]]),
      }),
    ],
  ])('is refused with %s', async (code, topic) => {
    await expect(admin.create(topic)).rejects.toThrow(refused(code));
  });

  it('says so when ZooKeeper cannot be reached', async () => {
    fixture.cutOff(fixture.zk);
    await expect(fixture.until(admin.create(newTopic('t')))).rejects.toThrow(
      refused('REQUEST_TIMED_OUT'),
    );
  });
});

describe('extending a topic', () => {
  it('keeps what is there', async () => {
    await admin.create(newTopic('t'));
    const before = await topics.get('t');
    fixture.loseNextReply();
    await fixture.until(admin.extend('t', 4, null));
    const after = await topics.get('t');
    expect(after?.topicId).toBe(before?.topicId);
    expect(after?.partitions.size).toBe(4);
    expect([...after!.partitions].slice(0, 2)).toEqual([...before!.partitions]);
    await expect(admin.extend('t', 4, null)).rejects.toThrow(refused('INVALID_PARTITIONS'));
    await expect(admin.extend('u', 4, null)).rejects.toThrow(refused('UNKNOWN_TOPIC_OR_PARTITION'));
    await expect(admin.extend('t', 5, [[1]])).rejects.toThrow(
      refused('INVALID_REPLICA_ASSIGNMENT'),
    );
    await admin.extend('t', 5, [[3, 1]], true);
    expect((await topics.get('t'))?.partitions.size).toBe(4);
  });

  it('looks again when somebody else was quicker', async () => {
    await admin.create(newTopic('t'));
    await Promise.all([admin.extend('t', 4, null), admin.extend('t', 5, null)]).catch(() => {});
    expect((await topics.get('t'))?.partitions.size).toBeGreaterThanOrEqual(4);
    await admin.extend('t', 8, null);
    expect((await topics.get('t'))?.partitions.size).toBe(8);
  });

  it('is refused while partitions are being reassigned, or the topic deleted', async () => {
    await admin.create(newTopic('t'));
    const stored = (await topics.get('t'))!;
    const [first] = stored.partitions.get(0)!.replicas;
    const moving = reassignedTo(stored.partitions.get(0)!, [first === 1 ? 2 : 1]);
    const partitions = new Map(stored.partitions).set(0, moving);
    await topics.setAssignment('t', { ...stored, partitions }, stored.version);
    await expect(admin.extend('t', 4, null)).rejects.toThrow(refused('REASSIGNMENT_IN_PROGRESS'));

    await admin.create(newTopic('u'));
    await admin.delete('u');
    await expect(admin.extend('u', 4, null)).rejects.toThrow(refused('INVALID_TOPIC_EXCEPTION'));
  });
});

describe('deleting a topic', () => {
  it('names the topic that is meant', async () => {
    const { topicId } = await admin.create(newTopic('t'));
    expect((await admin.delete('t')).topicId).toBe(topicId);
    expect(await deletions.getMany(['t'])).toEqual([{ topic: 't', topicId }]);
    await expect(admin.delete('u')).rejects.toThrow(refused('UNKNOWN_TOPIC_OR_PARTITION'));
    await expect(admin.delete('../u')).rejects.toThrow(refused('UNKNOWN_TOPIC_OR_PARTITION'));
  });

  it('ends when the name is free', async () => {
    await admin.create(newTopic('t'));
    const deleted = await admin.delete('t');
    let over = false;
    const waiting = admin.untilErased(deleted, 10_000).then(() => (over = true));
    await fixture.settle();
    expect(over).toBe(false);
    const version = (await fixture.zk.get('/brokers')).stat.version;
    await deletions.complete('t', new FencedWriter(fixture.zk, { path: '/brokers', version }));
    await waiting;
    await admin.create(newTopic('t'));
    await admin.untilErased(deleted, 10_000);
  });

  it('is not waited for without the brokers it needs, nor for ever', async () => {
    await admin.create(newTopic('t', { replicationFactor: 3 }));
    const deleted = await admin.delete('t');
    const waiting = admin.untilErased(deleted, 10_000);
    await fixture.settle();
    metadata.setBrokers([node(1), node(2)]);
    await waiting;
    metadata.setBrokers([node(1), node(2), node(3)]);
    await fixture.until(admin.untilErased(deleted, 10_000));
  });
});
