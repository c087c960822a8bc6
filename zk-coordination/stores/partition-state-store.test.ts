import { FencedWriter } from '../client/fenced-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { controllerEpoch, leaderEpoch, partitionEpoch } from './epochs';
import { decodePartitionState, encodePartitionState, type PartitionState } from './partition-state';
import { type NewPartition, PartitionStateStore } from './partition-state-store';
import { StoreFixture } from './store-fixture';

const state = (leader: number, epoch = 0): PartitionState => ({
  leader,
  leaderEpoch: leaderEpoch(epoch),
  isr: [leader],
  leaderRecoveryState: 'recovered',
  controllerEpoch: controllerEpoch(7),
});
const partitions = (topic: string, count: number): NewPartition[] =>
  Array.from({ length: count }, (_, partition) => ({ topic, partition, state: state(1) }));

describe('the state of a partition', () => {
  const partition = { topic: 't', partition: 0 };

  it('is written as Kafka does', () => {
    expect(String(encodePartitionState({ ...state(2, 5), isr: [2, 1] }))).toBe(
      '{"version":1,"leader":2,"leader_epoch":5,"controller_epoch":7,"isr":[2,1]}',
    );
    const recovering: PartitionState = {
      ...state(-1, 5),
      isr: [],
      leaderRecoveryState: 'recovering',
    };
    const bytes = encodePartitionState(recovering);
    expect(String(bytes)).toBe(
      '{"version":1,"leader":-1,"leader_epoch":5,"controller_epoch":7,"isr":[],' +
        '"leader_recovery_state":1}',
    );
    expect(decodePartitionState(partition, bytes)).toEqual(recovering);
  });

  it('is read with unknown fields and refused with missing ones', () => {
    const json = '{"controller_epoch":7,"leader":1,"version":1,"leader_epoch":0,"isr":[1],"x":{}}';
    expect(decodePartitionState(partition, Buffer.from(json))).toEqual(state(1));
    expect(() => decodePartitionState(partition, Buffer.from('{"leader":1}'))).toThrow(
      'The znode /brokers/topics/t/partitions/0/state is malformed: field "leader_epoch" is missing.',
    );
  });
});

describe('PartitionStateStore', () => {
  let fixture: StoreFixture;
  let zk: ZooKeeperClient;
  let store: PartitionStateStore;
  beforeEach(async () => {
    fixture = await StoreFixture.start();
    zk = fixture.zk;
    store = new PartitionStateStore(zk);
    await zk.create('/brokers/topics/t', null);
    await zk.create('/brokers/topics/u', null);
  });
  afterEach(() => fixture.until(fixture.close()));

  it('creates and reads many', async () => {
    const all = [...partitions('t', 120), ...partitions('u', 3)];
    const { created, existing } = await store.createMany(all);
    expect([created.length, existing.length]).toEqual([123, 0]);
    const found = await store.getMany([...all, { topic: 'u', partition: 9 }]);
    expect(found.size).toBe(123);
    expect(found.get('t-119')).toEqual({ ...state(1), partitionEpoch: 0 });
  });

  it('creates once when replies get lost', async () => {
    for (let lost = 0; lost < 3; lost++) fixture.loseNextReply();
    const { created } = await fixture.until(store.createMany(partitions('t', 60)));
    expect(created).toHaveLength(60);
  });

  it('leaves alone what exists, and completes what was begun', async () => {
    await store.createMany(partitions('t', 1));
    await store.update({ topic: 't', partition: 0 }, state(2, 1), partitionEpoch(0));
    await zk.create('/brokers/topics/t/partitions/1', null);
    const { created, existing } = await store.createMany(partitions('t', 3));
    expect(created.map(({ partition }) => partition)).toEqual([1, 2]);
    expect(existing.map(({ partition }) => partition)).toEqual([0]);
    expect((await store.get({ topic: 't', partition: 0 }))?.leader).toBe(2);
  });

  it('compares and sets', async () => {
    const partition = { topic: 't', partition: 0 };
    await store.createMany(partitions('t', 1));
    fixture.loseNextReply();
    const next = await fixture.until(store.update(partition, state(2, 1), partitionEpoch(0)));
    expect(next).toBe(1);
    expect(await store.get(partition)).toEqual({ ...state(2, 1), partitionEpoch: 1 });
    await expect(store.update(partition, state(3, 1), partitionEpoch(0))).rejects.toMatchObject({
      code: 'BAD_VERSION',
    });
    expect(await store.get({ topic: 't', partition: 1 })).toBeNull();
  });

  it('compares and sets many, each by itself', async () => {
    await store.createMany(partitions('t', 120));
    await store.update({ topic: 't', partition: 7 }, state(9, 1), partitionEpoch(0));
    const updates = [...partitions('t', 120), ...partitions('u', 1)].map((one) => ({
      ...one,
      state: state(2, 1),
      expected: partitionEpoch(0),
    }));
    for (let lost = 0; lost < 3; lost++) fixture.loseNextReply();
    const outcomes = await fixture.until(store.updateMany(updates));
    expect(outcomes).toHaveLength(121);
    expect(outcomes[7]).toEqual({ written: null, reason: 'conflict' });
    expect(outcomes[120]).toEqual({ written: null, reason: 'gone' });
    expect(outcomes.filter(({ written }) => written === 1)).toHaveLength(119);
    const found = await store.readMany(partitions('t', 120));
    expect(found.get('t-7')?.state.leader).toBe(9);
    expect(found.get('t-8')?.state).toEqual({ ...state(2, 1), partitionEpoch: 1 });
    const created = await zk.exists('/brokers/topics/t/partitions/8');
    expect(found.get('t-8')!.writtenIn > created!.czxid).toBe(true);
  });

  it('skips a malformed state among many', async () => {
    await store.createMany(partitions('t', 2));
    await zk.set('/brokers/topics/t/partitions/0/state', Buffer.from('{}'), 0);
    const found = await store.getMany(partitions('t', 2));
    expect([...found.keys()]).toEqual(['t-1']);
  });

  it('writes under a fence', async () => {
    await zk.create('/controller_epoch', Buffer.from('1'));
    const fenced = new FencedWriter(zk, { path: '/controller_epoch', version: 0 });
    await store.createMany(partitions('t', 1), fenced);
    const update = () =>
      store.update({ topic: 't', partition: 0 }, state(2, 1), partitionEpoch(0), fenced);
    await zk.set('/controller_epoch', Buffer.from('2'), 0);
    await expect(update()).rejects.toMatchObject({ code: 'CONTROLLER_FENCED' });
    await expect(store.createMany(partitions('u', 1), fenced)).rejects.toMatchObject({
      code: 'CONTROLLER_FENCED',
    });
  });
});
