import { EphemeralRegistry } from '../client/ephemeral-registry';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ANY_VERSION } from '../multi';
import type { BrokersChange } from './broker-observer';
import type { BrokerRegistration } from './broker-registration';
import { BrokerStore } from './broker-store';
import { StoreFixture } from './store-fixture';

const registration = (id: number, port = 9092): BrokerRegistration => ({
  id,
  endpoints: [{ listener: 'PLAINTEXT', host: 'h', port, securityProtocol: 'PLAINTEXT' }],
  rack: null,
  jmxPort: -1,
  timestamp: 0,
  features: {},
});

describe('BrokerStore', () => {
  let fixture: StoreFixture;
  let zk: ZooKeeperClient;
  let store: BrokerStore;
  beforeEach(async () => {
    fixture = await StoreFixture.start();
    zk = fixture.zk;
    store = new BrokerStore(zk);
  });
  afterEach(() => fixture.until(fixture.close()));

  const join = async (id: number) => {
    const client = await fixture.connect();
    const own = await new BrokerStore(client).register(
      new EphemeralRegistry(client),
      registration(id),
    );
    return { client, own };
  };

  it('registers and lists, in order of ids', async () => {
    const epochs: bigint[] = [];
    fixture.loseNextReply();
    const own = await fixture.until(
      store.register(new EphemeralRegistry(zk), registration(10), {
        onRegistered: (epoch) => epochs.push(epoch),
      }),
    );
    await join(9);
    expect((await store.list()).map((one) => one.registration.id)).toEqual([9, 10]);
    expect(epochs).toEqual([own.epoch]);
    expect(await store.get(10)).toEqual({
      registration: { ...registration(10), timestamp: 1_700_000_000_000 },
      epoch: own.epoch,
    });
    expect(await store.get(11)).toBeNull();
    await own.update(registration(10, 9999));
    expect(await store.get(10)).toMatchObject({
      registration: { endpoints: [{ port: 9999 }] },
      epoch: own.epoch,
    });
    await own.withdraw();
    expect(await store.get(10)).toBeNull();
  });

  it('leaves out a malformed registration', async () => {
    await zk.create('/brokers/ids/5', Buffer.from('{}'));
    await join(6);
    expect((await store.list()).map((one) => one.registration.id)).toEqual([6]);
    await expect(store.get(5)).rejects.toMatchObject({ code: 'MALFORMED_ZNODE' });
  });

  describe('observing', () => {
    let seen: string[];
    const ids = (list: BrokersChange['joined']) =>
      list.map((one) => one.registration.id).join(',') || '-';
    const tell = ({ brokers, joined, left, updated }: BrokersChange) =>
      void seen.push(
        `[${[...brokers.keys()].sort().join(',')}] +${ids(joined)} -${ids(left)} ~${ids(updated)}`,
      );
    beforeEach(() => {
      seen = [];
    });

    it('tells who comes, changes and goes', async () => {
      await join(1);
      const observer = store.observe(tell);
      await fixture.settle();
      const second = await join(2);
      await fixture.settle();
      await second.own.update(registration(2, 9999));
      await fixture.settle();
      await second.own.withdraw();
      await fixture.settle();
      expect(seen).toEqual(['[1] +1 -- ~-', '[1,2] +2 -- ~-', '[1,2] +- -- ~2', '[1] +- -2 ~-']);
      observer.close();
      await join(3);
      await fixture.settle();
      expect(seen).toHaveLength(4);
    });

    it('tells an empty cluster', async () => {
      store.observe(tell);
      await fixture.settle();
      expect(seen).toEqual(['[] +- -- ~-']);
    });

    it('tells a bounce as both, even when it missed the absence', async () => {
      const { client } = await join(1);
      store.observe(tell);
      await fixture.settle();
      fixture.ensemble.faults.pauseEvents(zk.sessionId);
      await fixture.expire(client);
      await fixture.advance(1_000);
      expect(client.generation).toBe(2);
      fixture.ensemble.faults.resumeEvents(zk.sessionId);
      await fixture.settle();
      expect(seen).toEqual(['[1] +1 -- ~-', '[1] +1 -1 ~-']);
    });

    it('tells what happened while it had no session', async () => {
      const { own } = await join(1);
      store.observe(tell);
      await fixture.settle();
      fixture.ensemble.faults.expire(zk.sessionId);
      await own.withdraw();
      await join(2);
      await fixture.advance(5_000);
      expect(seen[0]).toBe('[1] +1 -- ~-');
      expect(seen.at(-1)).toMatch(/^\[2\]/);
    });

    it('counts a malformed registration as absent until it is mended', async () => {
      await zk.create('/brokers/ids/5', Buffer.from('{}'));
      store.observe(tell);
      await fixture.settle();
      const mended = Buffer.from('{"version":1,"host":"h","port":1}');
      await zk.set('/brokers/ids/5', mended, ANY_VERSION);
      await fixture.settle();
      expect(seen).toEqual(['[] +- -- ~-', '[5] +5 -- ~-']);
    });
  });
});
