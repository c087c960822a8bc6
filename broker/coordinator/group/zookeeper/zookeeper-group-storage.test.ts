import { deferred } from '../../../../client/runtime/deferred';
import { StoreFixture } from '../../../../zk-coordination/stores/store-fixture';
import type { ZooKeeperClient } from '../../../../zk-coordination';
import { describeGroupStorage } from '../contract/group-storage-contract';
import { sampleGroup, sampleOffset } from '../contract/stored-samples';
import type { GroupStorage } from '../group-storage';
import { ZooKeeperStorageBrokers } from './zookeeper-storage-fixture';

class Cluster {
  readonly brokers = new ZooKeeperStorageBrokers();
  readonly clients = new Map<number, ZooKeeperClient>();
  fixture: StoreFixture | undefined;

  async join(brokerId: number): Promise<GroupStorage> {
    this.fixture ??= await StoreFixture.start();
    const zk = await this.fixture.connect();
    this.clients.set(brokerId, zk);
    return this.brokers.join(brokerId, zk);
  }

  client(brokerId: number): ZooKeeperClient {
    const client = this.clients.get(brokerId);
    if (client === undefined) throw new Error(`There is no broker ${brokerId}.`);
    return client;
  }

  get started(): StoreFixture {
    if (this.fixture === undefined) throw new Error('Nobody has joined.');
    return this.fixture;
  }

  async kill(brokerId: number): Promise<void> {
    this.brokers.leave(brokerId);
    await this.started.expire(this.client(brokerId));
  }

  async end(): Promise<void> {
    this.brokers.clear();
    this.clients.clear();
    await this.fixture?.close();
    this.fixture = undefined;
  }
}

const shared = new Cluster();
describeGroupStorage('ZooKeeperGroupStorage', {
  join: (brokerId) => shared.join(brokerId),
  kill: (brokerId) => shared.kill(brokerId),
  until: (promise) => shared.started.until(promise),
  afterEach: () => shared.end(),
});

/** Loses every fourth write, by turns before and after it is applied. */
function loseSomeWrites({ ensemble }: StoreFixture): void {
  let writes = 0;
  let losses = 0;
  const arm = () => {
    if (losses++ % 2 === 0) ensemble.faults.dropNextReply(isUnlucky);
    else ensemble.faults.dropNextRequest(isUnlucky);
  };
  const isUnlucky = ({ op }: { op: string }) => {
    if (op !== 'multi' || ++writes % 4 !== 0) return false;
    arm();
    return true;
  };
  arm();
}

const hurt = new Cluster();
describeGroupStorage('ZooKeeperGroupStorage losing requests and replies', {
  join: async (brokerId) => {
    const isFirst = hurt.fixture === undefined;
    const storage = hurt.join(brokerId);
    if (!isFirst) return hurt.started.until(storage);
    const joined = await storage;
    loseSomeWrites(hurt.started);
    return joined;
  },
  kill: (brokerId) => hurt.kill(brokerId),
  until: (promise) => hurt.started.until(promise),
  afterEach: () => hurt.end(),
});

describe('ZooKeeperGroupStorage', () => {
  let cluster: Cluster;
  beforeEach(() => {
    cluster = new Cluster();
  });
  afterEach(() => cluster.end());
  const quiet = { onLost: () => {} };

  it('holds nothing while the lease is lost, and goes on when the session has survived', async () => {
    const one = await cluster.join(1);
    const { fixture } = cluster;
    const claim = await one.claim('g', { onLost: () => expect('lost').toBe('held') });
    fixture?.cutOff(cluster.client(1));
    fixture?.ensemble.faults.loseQuorum();
    await fixture?.advance(60_000, 1_000);
    expect(claim.isHeld).toBe(false);
    fixture?.ensemble.faults.regainQuorum();
    fixture?.ensemble.faults.reconnect(cluster.client(1).sessionId);
    await cluster.started.until(claim.saveOffsets([sampleOffset('orders', 0, 1)]));
    expect(claim.isHeld).toBe(true);
  });

  it('an expired session loses all claims, and what waits to be written', async () => {
    const one = await cluster.join(1);
    const lost: string[] = [];
    const over = deferred();
    const told = (group: string) => () => {
      lost.push(group);
      if (lost.length === 2) over.resolve();
    };
    const claims = [
      await one.claim('g', { onLost: told('g') }),
      await one.claim('h', { onLost: told('h') }),
    ];
    cluster.started.ensemble.faults.disconnect(cluster.client(1).sessionId);
    const waiting = claims.map((claim) => claim.saveOffsets([sampleOffset('orders', 0, 1)]));
    const outcomes = Promise.allSettled(waiting);
    cluster.started.ensemble.faults.expire(cluster.client(1).sessionId);
    cluster.started.ensemble.faults.reconnect(cluster.client(1).sessionId);
    await cluster.started.until(over.promise);
    expect(lost.sort()).toEqual(['g', 'h']);
    expect(await cluster.started.until(outcomes)).toMatchObject([
      { reason: { code: 'COORDINATOR_NOT_AVAILABLE' } },
      { reason: { code: 'COORDINATOR_NOT_AVAILABLE' } },
    ]);
    // In the new session it may claim them again.
    await cluster.started.until(one.claim('g', quiet));
  });

  it('commits that come together are one write', async () => {
    const one = await cluster.join(1);
    const claim = await one.claim('g', quiet);
    await claim.saveOffsets(Array.from({ length: 100 }, (_, at) => sampleOffset('orders', at, 0)));
    const version = () => cluster.client(1).exists('/consumers/g/offsets/orders/0');
    const before = await version();
    const commits = Array.from({ length: 1_000 }, (_, at) =>
      claim.saveOffsets([sampleOffset('orders', at % 100, at)]),
    );
    await Promise.all(commits);
    // The first goes alone, the others together.
    expect((await version())?.version).toBe((before?.version ?? 0) + 2);
  });

  it('a broker that is not registered claims nothing', async () => {
    const one = await cluster.join(1);
    await cluster.started.expire(cluster.client(1));
    const claimed = await cluster.started
      .until(one.claim('g', quiet))
      .then((claim) => claim.isHeld)
      .catch((error: { reason: string }) => error.reason);
    expect([true, 'unavailable']).toContain(claimed);
  });

  it('a claim is not asked for again and again, but a dead broker’s is not believed', async () => {
    const [one, two] = [await cluster.join(1), await cluster.join(2)];
    await two.claim('g', quiet);
    let reads = 0;
    cluster.started.ensemble.faults.dropNextRequest(({ op }) => {
      if (op === 'get') reads++;
      return false;
    });
    for (let turn = 0; turn < 50; turn++) expect(await one.coordinatorOf('g')).toBe(2);
    expect(reads).toBe(1);
    await cluster.kill(2);
    expect(await cluster.started.until(one.coordinatorOf('g'))).toBe(1);
  });

  it('says what it knew while ZooKeeper does not answer', async () => {
    const [one, two] = [await cluster.join(1), await cluster.join(2)];
    await two.claim('g', quiet);
    expect(await one.coordinatorOf('g')).toBe(2);
    cluster.started.ensemble.faults.loseQuorum();
    await cluster.started.advance(2_000);
    expect(await cluster.started.until(one.coordinatorOf('g'))).toBe(2);
    const unknown = cluster.started.until(one.coordinatorOf('h'));
    await expect(unknown).rejects.toMatchObject({ code: 'COORDINATOR_NOT_AVAILABLE' });
    cluster.started.ensemble.faults.regainQuorum();
  });

  it('brokers that stop and come back leave every group listed by who would coordinate it', async () => {
    const storages = new Map<number, GroupStorage>();
    for (const id of [1, 2, 3]) storages.set(id, await cluster.join(id));
    const groups = Array.from({ length: 20 }, (_, at) => `group-${at}`);
    for (const [at, group] of groups.entries()) {
      const claim = await storages.get(1 + (at % 3))?.claim(group, quiet);
      await claim?.saveOffsets([sampleOffset('orders', 0, at)]);
    }
    for (const id of [1, 2, 3]) {
      await storages.get(id)?.close();
      storages.set(id, await cluster.join(id));
    }
    const listed: string[] = [];
    for (const [id, storage] of storages) {
      for (const group of await storage.list()) {
        listed.push(group);
        expect(await storage.coordinatorOf(group)).toBe(id);
      }
    }
    expect(listed.sort()).toEqual(groups.sort());
  });

  it('finishes the removal that another broker began', async () => {
    const [one, two] = [await cluster.join(1), await cluster.join(2)];
    const claim = await one.claim('g', quiet);
    await claim.saveGroup(sampleGroup(1, 'a'));
    await claim.saveOffsets([sampleOffset('orders', 0, 1)]);
    let writes = 0;
    cluster.started.ensemble.faults.dropNextRequest(({ op }) => {
      if (op !== 'multi' || ++writes < 2) return false;
      queueMicrotask(() => void cluster.kill(1));
      return true;
    });
    await expect(cluster.started.until(claim.remove())).rejects.toBeDefined();
    expect(await cluster.started.until(two.read('g'))).toEqual({ group: null, offsets: new Map() });
    expect(await cluster.started.until(two.list())).toEqual([]);
    const names = () => cluster.client(2).children('/consumers');
    while ((await names()).children.length > 0) await cluster.started.advance(100);
  });
});
