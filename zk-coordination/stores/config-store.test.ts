import type { ZooKeeperClient } from '../client/zookeeper-client';
import { type ConfigEntity, DEFAULT_ENTITY, entityPathOf, parseEntityPath } from './config-entity';
import { ConfigStore } from './config-store';
import { desanitize, sanitize } from './sanitizer';
import { StoreFixture } from './store-fixture';

describe('entities', () => {
  it.each<[ConfigEntity, string]>([
    [{ type: 'topics', name: 'a.b_c-1' }, 'topics/a.b_c-1'],
    [{ type: 'brokers', name: DEFAULT_ENTITY }, 'brokers/<default>'],
    [{ type: 'users', name: 'CN=a b*,O=ü' }, 'users/CN%3Da%20b%2A%2CO%3D%C3%BC'],
    [{ type: 'users', name: 'a/b', clientId: "c's" }, 'users/a%2Fb/clients/c%27s'],
    [
      { type: 'users', name: DEFAULT_ENTITY, clientId: DEFAULT_ENTITY },
      'users/<default>/clients/<default>',
    ],
  ])('%j is at %s', (entity, path) => {
    expect(entityPathOf(entity)).toBe(path);
    expect(parseEntityPath(path)).toEqual(entity);
  });

  it.each(['', 'topics', 'topics/', 'queues/a', 'topics/a/clients/b', 'users/a/clients/b/c'])(
    'nothing is at %j',
    (path) => {
      expect(parseEntityPath(path)).toBeNull();
    },
  );

  it('sanitises like URLEncoder, and gives back what it cannot decode', () => {
    expect(sanitize("~!'()*+ %")).toBe('%7E%21%27%28%29%2A%2B%20%25');
    expect(desanitize('%7E%2B')).toBe('~+');
    expect(desanitize('100%')).toBe('100%');
  });
});

describe('ConfigStore', () => {
  let fixture: StoreFixture;
  let zk: ZooKeeperClient;
  let store: ConfigStore;
  const topic: ConfigEntity = { type: 'topics', name: 't' };
  beforeEach(async () => {
    fixture = await StoreFixture.start();
    zk = fixture.zk;
    store = new ConfigStore(zk);
  });
  afterEach(() => fixture.until(fixture.close()));

  it('writes Kafka’s JSON and notification', async () => {
    expect(await store.get(topic)).toEqual({});
    await store.alter(topic, () => ({ 'retention.ms': '1000' }));
    expect(fixture.text('/config/topics/t')).toBe('{"version":1,"config":{"retention.ms":"1000"}}');
    expect(fixture.text('/config/changes/config_change_0000000000')).toBe(
      '{"version":2,"entity_path":"topics/t"}',
    );
    await store.alter(topic, () => ({}));
    expect(fixture.text('/config/topics/t')).toBe('{"version":1,"config":{}}');
    expect(await store.list('topics')).toEqual(['t']);
    await store.delete(topic);
    expect(await store.list('topics')).toEqual([]);
  });

  it('makes the parents of a nested entity', async () => {
    const entity: ConfigEntity = { type: 'users', name: 'a b', clientId: 'c' };
    await store.alter(entity, () => ({ producer_byte_rate: '1' }));
    expect(fixture.text('/config/users/a%20b/clients/c')).toContain('producer_byte_rate');
    expect(await store.list('users')).toEqual(['a b']);
    expect(await store.get({ type: 'users', name: 'a b' })).toEqual({});
  });

  it('loses no change when two write at once', async () => {
    const other = new ConfigStore(await fixture.connect());
    const add = (key: string) => (present: Readonly<Record<string, string>>) => ({
      ...present,
      [key]: '1',
    });
    await Promise.all([
      ...['a', 'b', 'c'].map((key) => store.alter(topic, add(key))),
      ...['d', 'e', 'f'].map((key) => other.alter(topic, add(key))),
    ]);
    expect(Object.keys(await store.get(topic)).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('writes once when replies get lost', async () => {
    let calls = 0;
    const change = () => ({ a: String(++calls) });
    fixture.loseNextReply();
    await fixture.until(store.alter(topic, change));
    fixture.loseNextReply();
    fixture.loseNextReply();
    expect(await fixture.until(store.alter(topic, change))).toEqual({ a: '2' });
    expect((await zk.get('/config/topics/t')).stat.version).toBe(1);
  });

  it('refuses what is malformed and takes no data for no overrides', async () => {
    await zk.create('/config/topics/bad', Buffer.from('{"config":{"a":1}}'));
    await zk.create('/config/topics/none', null);
    await expect(store.get({ type: 'topics', name: 'bad' })).rejects.toMatchObject({
      path: '/config/topics/bad',
      problem: 'field "config.a" is not a string: 1',
    });
    expect(await store.get({ type: 'topics', name: 'none' })).toEqual({});
  });

  describe('observing changes', () => {
    let seen: string[];
    const handler = (entity: ConfigEntity) => {
      seen.push(entityPathOf(entity));
      return Promise.resolve();
    };
    beforeEach(() => {
      seen = [];
    });

    it('handles those that are there and those that come, each once and in order', async () => {
      await store.alter({ type: 'topics', name: 'a' }, () => ({}));
      await store.alter({ type: 'topics', name: 'b' }, () => ({}));
      const reader = store.observeChanges(handler);
      await reader.ready();
      expect(seen).toEqual(['topics/a', 'topics/b']);
      await store.alter({ type: 'brokers', name: DEFAULT_ENTITY }, () => ({}));
      await fixture.settle();
      await fixture.expire(zk);
      await fixture.until(zk.waitConnected(5_000));
      await store.alter({ type: 'topics', name: 'c' }, () => ({}));
      await fixture.settle();
      expect(seen).toEqual(['topics/a', 'topics/b', 'brokers/<default>', 'topics/c']);
      await reader.close();
      await store.alter({ type: 'topics', name: 'd' }, () => ({}));
      await fixture.settle();
      expect(seen).toHaveLength(4);
    });

    it('reads version 1, skips the malformed, and outlives a failing handler', async () => {
      const change = (json: string) =>
        zk.create('/config/changes/config_change_', Buffer.from(json), { sequential: true });
      await change('{"version":1,"entity_type":"topics","entity_name":"old"}');
      await change('{"version":1,"entity_type":"queues","entity_name":"q"}');
      await change('{"version":2,"entity_path":"nowhere"}');
      await change('?');
      await zk.create('/config/changes/unrelated', null);
      await change('{"version":2,"entity_path":"topics/new"}');
      const reader = store.observeChanges(async (entity) => {
        await handler(entity);
        throw new Error('no');
      });
      await reader.ready();
      expect(seen).toEqual(['topics/old', 'topics/new']);
      await reader.close();
    });

    it('purges what is older than a quarter of an hour', async () => {
      const reader = store.observeChanges(handler);
      await store.alter({ type: 'topics', name: 'a' }, () => ({}));
      await fixture.advance(10 * 60_000, 60_000);
      await store.alter({ type: 'topics', name: 'b' }, () => ({}));
      await fixture.advance(6 * 60_000, 60_000);
      await store.alter({ type: 'topics', name: 'c' }, () => ({}));
      await fixture.settle();
      await fixture.settle();
      expect((await zk.children('/config/changes')).children.sort()).toEqual([
        'config_change_0000000001',
        'config_change_0000000002',
      ]);
      expect(seen).toEqual(['topics/a', 'topics/b', 'topics/c']);
      await reader.close();
    });
  });
});
