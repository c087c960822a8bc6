import { BOOTSTRAP_PATHS, createBootstrapPaths } from './bootstrap-paths';
import { BrokerIdStore } from './broker-id-store';
import { ClusterIdStore } from './cluster-id-store';
import { randomKafkaUuid } from './kafka-uuid';
import { kafkaAcl } from './paths';
import { StoreFixture } from './store-fixture';

describe('the paths a broker creates at its start', () => {
  it('are all there, however often and whoever does it', async () => {
    const fixture = await StoreFixture.start();
    const other = await fixture.connect();
    await Promise.all([createBootstrapPaths(fixture.zk), createBootstrapPaths(other)]);
    for (const path of BOOTSTRAP_PATHS) expect(fixture.ensemble.tree.find(path)).toBeDefined();
    expect(BOOTSTRAP_PATHS).toContain('/config/ips');
    await fixture.close();
  });

  it('are protected as Kafka protects them', () => {
    expect(kafkaAcl('/consumers')).toBe('open');
    expect(kafkaAcl('/consumers/g')).toBe('creatorWorldReads');
    expect(kafkaAcl('/config/users')).toBe('creator');
    expect(kafkaAcl('/config/users/alice')).toBe('creator');
    expect(kafkaAcl('/config/topics/t')).toBe('creatorWorldReads');
  });
});

describe('ClusterIdStore', () => {
  it('gives everybody the same id, in Kafka’s JSON', async () => {
    const fixture = await StoreFixture.start();
    const store = new ClusterIdStore(fixture.zk);
    expect(await store.get()).toBeNull();
    const other = new ClusterIdStore(await fixture.connect());
    const [one, two] = await Promise.all([store.createOrGet(), other.createOrGet()]);
    expect(one).toBe(two);
    expect(await store.createOrGet()).toBe(one);
    expect(fixture.text('/cluster/id')).toBe(`{"version":"1","id":"${one}"}`);
    await fixture.close();
  });

  it('keeps its id when the reply is lost', async () => {
    const fixture = await StoreFixture.start();
    await fixture.zk.create('/cluster', null);
    fixture.loseNextReply();
    fixture.loseNextReply();
    const store = new ClusterIdStore(fixture.zk);
    expect(await fixture.until(store.createOrGet(() => 'mine'))).toBe('mine');
    expect(await store.get()).toBe('mine');
    await fixture.close();
  });

  it('refuses a malformed one', async () => {
    const fixture = await StoreFixture.start();
    await fixture.zk.create('/cluster', null);
    await fixture.zk.create('/cluster/id', Buffer.from('{"version":"1"}'));
    await expect(new ClusterIdStore(fixture.zk).createOrGet()).rejects.toMatchObject({
      path: '/cluster/id',
      problem: 'field "id" is missing',
    });
    await fixture.close();
  });
});

describe('BrokerIdStore', () => {
  it('counts up from the reserved ids and never gives one twice', async () => {
    const fixture = await StoreFixture.start();
    const store = new BrokerIdStore(fixture.zk);
    expect(await store.generate()).toBe(1001);
    fixture.loseNextReply();
    expect(await fixture.until(store.generate())).toBe(1003);
    expect(await store.generate(5)).toBe(9);
    await fixture.close();
  });
});

describe('randomKafkaUuid', () => {
  it('is a version 4 UUID that begins with no dash', () => {
    const first = [Buffer.alloc(16, 0xfb), Buffer.alloc(16, 0xab)];
    const id = randomKafkaUuid(() => first.shift()!);
    expect(id).toHaveLength(22);
    expect(Buffer.from(id, 'base64url').toString('hex')).toBe('abababababab4bababababababababab');
    expect(first).toEqual([]);
    expect(randomKafkaUuid()).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
  });
});
