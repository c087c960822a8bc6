import { FencedWriter } from '../client/fenced-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ANY_VERSION } from '../multi';
import { assigned, decodeTopic, encodeTopic } from './partition-assignment';
import { StoreFixture } from './store-fixture';
import { TopicDeletionStore } from './topic-deletion-store';
import { type StoredTopic, TopicStore } from './topic-store';

const topicId = 'FPrtPryFSXSH1E4mOwvJoQ';
const assignment = (...replicas: number[][]) => ({
  topicId,
  partitions: new Map(replicas.map((list, partition) => [partition, assigned(list)])),
});

describe('the assignment of a topic', () => {
  it('is written as version 3', () => {
    expect(String(encodeTopic(assignment([1, 2], [2, 3])))).toBe(
      `{"version":3,"topic_id":"${topicId}","partitions":{"0":[1,2],"1":[2,3]},` +
        '"adding_replicas":{},"removing_replicas":{}}',
    );
    const moving = { replicas: [3, 1], adding: [3], removing: [1] };
    const partitions = new Map([
      [1, moving],
      [0, assigned([1])],
    ]);
    const bytes = encodeTopic({ topicId: null, partitions });
    expect(String(bytes)).toBe(
      '{"version":3,"partitions":{"0":[1],"1":[3,1]},' +
        '"adding_replicas":{"1":[3]},"removing_replicas":{"1":[1]}}',
    );
    expect(decodeTopic('t', bytes)).toEqual({ topicId: null, partitions });
  });

  it('is read in versions 1 and 2 too', () => {
    const version1 = decodeTopic('t', Buffer.from('{"version":1,"partitions":{"0":[1]}}'));
    expect(version1).toEqual({ topicId: null, partitions: new Map([[0, assigned([1])]]) });
    const version2 = decodeTopic(
      't',
      Buffer.from('{"version":2,"partitions":{"10":[1,2]},"adding_replicas":{"10":[2]}}'),
    );
    expect(version2.partitions.get(10)).toEqual({ replicas: [1, 2], adding: [2], removing: [] });
  });

  it.each([
    ['{"partitions":{"x":[1]}}', '"x" is no partition number'],
    ['{"partitions":{"0":["1"]}}', 'field "partitions.0" is not a list of integers: ["1"]'],
    ['{"partitions":[]}', 'field "partitions" is not an object: []'],
    ['{"partitions":{},"topic_id":7}', 'field "topic_id" is not a string or null: 7'],
  ])('says what is wrong with %s', (json, problem) => {
    expect(() => decodeTopic('t', Buffer.from(json))).toThrow(problem);
  });
});

describe('TopicStore', () => {
  let fixture: StoreFixture;
  let zk: ZooKeeperClient;
  let store: TopicStore;
  beforeEach(async () => {
    fixture = await StoreFixture.start();
    zk = fixture.zk;
    store = new TopicStore(zk);
  });
  afterEach(() => fixture.until(fixture.close()));

  it('creates, reads, extends and deletes', async () => {
    fixture.loseNextReply();
    await fixture.until(store.create('t', assignment([1])));
    await expect(store.create('t', assignment([1]))).rejects.toMatchObject({ code: 'NODE_EXISTS' });
    expect(await store.get('t')).toMatchObject({ name: 't', version: 0, ...assignment([1]) });
    expect(await store.get('u')).toBeNull();

    fixture.loseNextReply();
    const extended = assignment([1], [2]);
    expect(await fixture.until(store.setAssignment('t', extended, 0))).toBe(1);
    await expect(store.setAssignment('t', extended, 0)).rejects.toMatchObject({
      code: 'BAD_VERSION',
    });
    expect((await store.get('t'))?.partitions.size).toBe(2);

    await zk.create('/brokers/topics/t/partitions', null);
    await zk.create('/brokers/topics/t/partitions/0', null);
    await zk.create('/brokers/topics/t/partitions/0/state', null);
    fixture.loseNextReply();
    await fixture.until(store.delete('t'));
    expect(await store.list()).toEqual([]);
    await store.delete('t');
  });

  it('lists and reads many, leaving out the malformed', async () => {
    await store.create('b', assignment([1]));
    await store.create('a', assignment([1]));
    await zk.create('/brokers/topics/bad', Buffer.from('?'));
    expect(await store.list()).toEqual(['a', 'b', 'bad']);
    const many = await store.getMany(['a', 'bad', 'b', 'none']);
    expect([...many.keys()]).toEqual(['a', 'b']);
    await expect(store.get('bad')).rejects.toMatchObject({ code: 'MALFORMED_ZNODE' });
  });

  it('tells topics and their changes', async () => {
    const lists: (string[] | null)[] = [];
    const topics: (StoredTopic | null)[] = [];
    store.observeList(({ next }) => lists.push(next));
    store.observe('t', ({ next }) => topics.push(next));
    await fixture.settle();
    await store.create('t', assignment([1]));
    await fixture.settle();
    await store.setAssignment('t', assignment([1], [2]), 0);
    await fixture.settle();
    await zk.set('/brokers/topics/t', Buffer.from('damaged'), ANY_VERSION);
    await fixture.settle();
    await store.delete('t');
    await fixture.settle();
    expect(lists).toEqual([[], ['t'], []]);
    expect(topics.map((topic) => topic?.partitions.size)).toEqual([undefined, 1, 2, undefined]);
  });

  it('writes under a fence', async () => {
    await zk.create('/controller_epoch', Buffer.from('1'));
    const fenced = new FencedWriter(zk, { path: '/controller_epoch', version: 0 });
    await store.create('t', assignment([1]), fenced);
    await zk.set('/controller_epoch', Buffer.from('2'), 0);
    await expect(store.setAssignment('t', assignment([2]), 0, fenced)).rejects.toMatchObject({
      code: 'CONTROLLER_FENCED',
    });
    await expect(store.delete('t', fenced)).rejects.toMatchObject({ code: 'CONTROLLER_FENCED' });
    expect(await store.list()).toEqual(['t']);
  });
});

describe('TopicDeletionStore', () => {
  let fixture: StoreFixture;
  let store: TopicDeletionStore;
  beforeEach(async () => {
    fixture = await StoreFixture.start();
    store = new TopicDeletionStore(fixture.zk);
  });
  afterEach(() => fixture.until(fixture.close()));

  it('marks, tells and unmarks', async () => {
    const seen: (string[] | null)[] = [];
    store.observe(({ next }) => seen.push(next));
    await fixture.settle();
    fixture.loseNextReply();
    await fixture.until(store.mark('t'));
    await store.mark('t');
    await fixture.settle();
    expect(await store.list()).toEqual(['t']);
    fixture.loseNextReply();
    await fixture.until(store.unmark('t'));
    await store.unmark('t');
    await fixture.settle();
    expect(seen).toEqual([[], ['t'], []]);
  });

  it('tells which topic of a name is meant', async () => {
    await store.mark('t', topicId);
    await store.mark('u');
    await fixture.zk.create('/admin/delete_topics/bad', Buffer.from('?'));
    expect(await store.getMany(['t', 'u', 'bad', 'none'])).toEqual([
      { topic: 't', topicId },
      { topic: 'u', topicId: null },
      { topic: 'bad', topicId: null },
    ]);
  });

  it.each(['topic and wish', 'topic', 'wish', ''])('completes: "%s" is there', async (there) => {
    const { zk } = fixture;
    if (there.includes('topic')) {
      await new TopicStore(zk).create('t', assignment([1]));
      await zk.create('/brokers/topics/t/partitions', null);
      await zk.create('/brokers/topics/t/partitions/0', null);
    }
    if (there.includes('wish')) await store.mark('t', topicId);
    fixture.loseNextReply();
    await fixture.until(store.complete('t'));
    expect(await store.list()).toEqual([]);
    expect(await new TopicStore(zk).list()).toEqual([]);
  });

  it('never leaves the wish behind without the topic', async () => {
    const { zk } = fixture;
    await new TopicStore(zk).create('t', assignment([1]));
    await store.mark('t', topicId);
    const history: string[] = [];
    const look = ({ children }: { children: string[] }, what: string) =>
      history.push(`${what} ${children.length}`);
    const writer = new (class extends FencedWriter {
      override async multi(ops: Parameters<FencedWriter['multi']>[0]) {
        look(await zk.children('/brokers/topics'), 'topics');
        look(await zk.children('/admin/delete_topics'), 'wishes');
        return super.multi(ops);
      }
    })(zk, { path: '/brokers', version: 0 });
    await store.complete('t', writer);
    look(await zk.children('/brokers/topics'), 'topics');
    look(await zk.children('/admin/delete_topics'), 'wishes');
    expect(history.join(', ')).toBe('topics 1, wishes 1, topics 0, wishes 0');
  });

  it('completes under a fence', async () => {
    const { zk } = fixture;
    await zk.create('/controller_epoch', Buffer.from('1'));
    await new TopicStore(zk).create('t', assignment([1]));
    const fenced = new FencedWriter(zk, { path: '/controller_epoch', version: 7 });
    await expect(store.complete('t', fenced)).rejects.toMatchObject({ code: 'CONTROLLER_FENCED' });
  });
});
