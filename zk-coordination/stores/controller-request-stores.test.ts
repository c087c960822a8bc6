import { FencedWriter } from '../client/fenced-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ZnodeWriter } from '../client/znode-writer';
import { controllerEpoch } from './epochs';
import { LogDirEventStore } from './log-dir-event-store';
import { PreferredElectionStore, type RequestedElection } from './preferred-election-store';
import { ProducerIdBlockStore } from './producer-id-block-store';
import { ReassignPartitionsStore, type RequestedReassignment } from './reassign-partitions-store';
import { StoreFixture } from './store-fixture';

let fixture: StoreFixture;
let zk: ZooKeeperClient;
let fenced: FencedWriter;
beforeEach(async () => {
  fixture = await StoreFixture.start();
  zk = fixture.zk;
  await zk.create('/controller_epoch', Buffer.from('1'));
  fenced = new FencedWriter(zk, { path: '/controller_epoch', version: 0 });
});
afterEach(() => fixture.until(fixture.close()));

const succeeded = () => zk.set('/controller_epoch', Buffer.from('2'), 0);
const FENCED = { code: 'CONTROLLER_FENCED' };

describe('LogDirEventStore', () => {
  const root = '/log_dir_event_notification';
  let store: LogDirEventStore;
  beforeEach(() => (store = new LogDirEventStore(zk)));

  it('announces, tells, lists in order and deletes', async () => {
    let told = 0;
    store.observe(() => told++);
    await fixture.settle();
    await store.announce(3);
    await store.announce(1);
    await fixture.settle();
    expect(told).toBeGreaterThan(1);
    expect(fixture.text(`${root}/log_dir_event_0000000000`)).toBe(
      '{"version":1,"broker":3,"event":1}',
    );
    const events = await store.list();
    expect(events.map(({ brokerId }) => brokerId)).toEqual([3, 1]);
    await store.announce(2);
    fixture.loseNextReply();
    await fixture.until(store.delete(events, fenced));
    await store.delete(events, fenced);
    expect(await store.list()).toMatchObject([{ brokerId: 2 }]);
  });

  it('announces at least once when the reply gets lost', async () => {
    fixture.loseNextReply();
    await fixture.until(store.announce(1));
    const brokers = (await store.list()).map(({ brokerId }) => brokerId);
    expect(new Set(brokers)).toEqual(new Set([1]));
  });

  it('lists what is malformed, so that it can be deleted too', async () => {
    await zk.create(`${root}/log_dir_event_`, Buffer.from('?'), { sequential: true });
    const events = await store.list();
    expect(events).toMatchObject([{ brokerId: undefined }]);
    await store.delete(events, fenced);
    expect(await store.list()).toEqual([]);
  });

  it('deletes under a fence', async () => {
    await store.announce(1);
    const events = await store.list();
    await succeeded();
    await expect(store.delete(events, fenced)).rejects.toMatchObject(FENCED);
    expect(await store.list()).toHaveLength(1);
  });
});

describe('ProducerIdBlockStore', () => {
  const path = '/latest_producer_id_block';
  const epoch = controllerEpoch(1);
  let store: ProducerIdBlockStore;
  beforeEach(() => (store = new ProducerIdBlockStore(zk)));

  it('begins with nothing, compares and sets', async () => {
    expect(await store.latest()).toEqual({ block: null, version: 0 });
    const block = { brokerId: 2, first: 0, last: 999 };
    fixture.loseNextReply();
    await fixture.until(store.replace(block, epoch, 0, fenced));
    expect(fixture.text(path)).toBe(
      '{"version":1,"broker":2,"block_start":"0","block_end":"999","controller_epoch":1}',
    );
    expect(await store.latest()).toEqual({ block, version: 1 });
    await expect(store.replace(block, epoch, 0, fenced)).rejects.toMatchObject({
      code: 'BAD_VERSION',
    });
  });

  it('makes the znode when somebody has deleted it', async () => {
    await zk.delete(path, 0);
    expect(await store.latest()).toEqual({ block: null, version: 0 });
  });

  it('reads what Kafka has written', async () => {
    const json = '{"version":1,"broker":0,"block_start":"5000","block_end":"5999"}';
    await zk.set(path, Buffer.from(json), 0);
    expect((await store.latest()).block).toEqual({ brokerId: 0, first: 5_000, last: 5_999 });
    await zk.set(path, Buffer.from(json.replace('"5999"', '"9223372036854775807"')), 1);
    await expect(store.latest()).rejects.toMatchObject({ code: 'MALFORMED_ZNODE' });
  });

  it('does not take the block of a successor for its own', async () => {
    const block = { brokerId: 2, first: 0, last: 999 };
    await succeeded();
    const successor = new FencedWriter(zk, { path: '/controller_epoch', version: 1 });
    await store.replace(block, controllerEpoch(2), 0, successor);
    // The predecessor's write is refused, and in doubt because an earlier reply was lost.
    fixture.loseNextReply();
    await expect(fixture.until(store.replace(block, epoch, 0, fenced))).rejects.toMatchObject(
      FENCED,
    );
  });
});

describe('ReassignPartitionsStore', () => {
  const path = '/admin/reassign_partitions';
  const requests = [
    { topic: 't', partition: 0, replicas: [1, 2] },
    { topic: 't', partition: 1, replicas: [2, 3] },
  ];
  const written = () => Buffer.from(JSON.stringify({ version: 1, partitions: requests }));
  let store: ReassignPartitionsStore;
  beforeEach(() => (store = new ReassignPartitionsStore(zk)));

  it('tells what is asked for, takes out what is over, and goes with the last', async () => {
    const seen: (RequestedReassignment[] | null)[] = [];
    store.observe(({ next }) => seen.push(next));
    await fixture.settle();
    expect(await store.get()).toBeNull();
    await zk.create(path, written());
    await fixture.settle();
    expect(await store.get()).toEqual(requests);

    await store.remove(() => false, fenced);
    fixture.loseNextReply();
    await fixture.until(store.remove(({ partition }) => partition === 0, fenced));
    await fixture.settle();
    fixture.loseNextReply();
    await fixture.until(store.remove(() => true, fenced));
    await fixture.settle();
    await store.remove(() => true, fenced);
    expect(seen).toEqual([null, requests, requests.slice(1), null]);
  });

  it('removes an empty request', async () => {
    await zk.create(path, Buffer.from('{"version":1,"partitions":[]}'));
    await store.remove(() => false, fenced);
    expect(await store.get()).toBeNull();
  });

  it('leaves alone what it cannot read', async () => {
    await zk.create(path, Buffer.from('?'));
    await store.remove(() => true, fenced);
    expect(fixture.text(path)).toBe('?');
    await expect(store.get()).rejects.toMatchObject({ code: 'MALFORMED_ZNODE' });
  });

  it('leaves what is added while it writes', async () => {
    await zk.create(path, written());
    const added = { topic: 'u', partition: 0, replicas: [1] };
    const meddling = new (class extends FencedWriter {
      private done = false;
      override async set(at: string, data: Buffer, version: number) {
        if (!this.done) {
          this.done = true;
          const partitions = [...requests, added];
          await zk.set(path, Buffer.from(JSON.stringify({ version: 1, partitions })), 0);
        }
        return super.set(at, data, version);
      }
    })(zk, fenced.fence);
    await store.remove(({ partition, topic }) => topic === 't' && partition === 0, meddling);
    expect(await store.get()).toEqual([requests[1], added]);
  });

  it('writes under a fence', async () => {
    await zk.create(path, written());
    await succeeded();
    await expect(store.remove(() => true, fenced)).rejects.toMatchObject(FENCED);
    await expect(store.remove(({ partition }) => partition === 0, fenced)).rejects.toMatchObject(
      FENCED,
    );
  });
});

describe('PreferredElectionStore', () => {
  const path = '/admin/preferred_replica_election';
  const request = Buffer.from('{"version":1,"partitions":[{"topic":"t","partition":3}]}');

  it('tells what is asked for and deletes it, unless it has changed', async () => {
    const store = new PreferredElectionStore(zk);
    const seen: (RequestedElection | null)[] = [];
    store.observe(({ next }) => seen.push(next));
    await zk.create(path, request);
    await fixture.settle();
    const first = seen.at(-1);
    expect(first).toEqual({ partitions: [{ topic: 't', partition: 3 }], version: 0 });

    await zk.set(path, request, 0);
    await store.delete({ version: 0 }, fenced);
    await fixture.settle();
    expect(seen.at(-1)?.version).toBe(1);
    fixture.loseNextReply();
    await fixture.until(store.delete({ version: 1 }, fenced));
    await store.delete({ version: 1 }, fenced);
    await fixture.settle();
    expect(seen.at(-1)).toBeNull();
  });

  it('deletes under a fence', async () => {
    await zk.create(path, request);
    await succeeded();
    const store = new PreferredElectionStore(zk);
    await expect(store.delete({ version: 0 }, fenced)).rejects.toMatchObject(FENCED);
    await store.delete({ version: 0 }, new ZnodeWriter(zk));
  });
});
