import { deferred } from '../../../client/runtime/deferred';
import { GroupFixture, joined, joinRequest, settled } from './testing/group-fixture';

const member = { memberId: 'm', groupInstanceId: null, generation: 1 };
const syncing = { ...member, protocolType: null, protocol: null, assignments: new Map() };
const nothing = { memberId: '', groupInstanceId: null, generation: -1, changes: [] };

describe('a group that takes long to load', () => {
  const code = (name: string) => ({ code: name });

  it('is waited for a while; then requests are told so, as Kafka tells them', async () => {
    const fixture = new GroupFixture();
    const loaded = deferred();
    fixture.groups.beforeClaim = () => loaded.promise;
    const broker = fixture.broker(1);
    const answers = {
      join: joined(broker.join('g', joinRequest())),
      sync: broker.sync('g', syncing),
      heartbeat: broker.heartbeat('g', member),
      leave: broker.leave('g', [{ ...member, reason: null }]),
      commit: broker.commit('g', nothing),
      offsets: broker.offsets('g'),
      deletion: broker.delete('g'),
    };
    const outcomes = Promise.allSettled(Object.values(answers));
    await settled();
    await fixture.pass(1000);
    const loading = { status: 'rejected', reason: code('COORDINATOR_LOAD_IN_PROGRESS') };
    expect(await outcomes).toMatchObject([
      loading,
      { status: 'rejected', reason: code('REBALANCE_IN_PROGRESS') },
      { status: 'fulfilled' },
      loading,
      loading,
      loading,
      loading,
    ]);
    loaded.resolve();
    await settled();
    await broker.commit('g', nothing);
    await broker.close();
  });

  it('costs a request nothing but the time it takes', async () => {
    const fixture = new GroupFixture();
    const loaded = deferred();
    fixture.groups.beforeClaim = () => loaded.promise;
    const broker = fixture.broker(1);
    const committed = broker.commit('g', nothing);
    await settled();
    await fixture.pass(999);
    loaded.resolve();
    await committed;
    await broker.close();
  });

  it('that nobody waits for any more may fail', async () => {
    const fixture = new GroupFixture();
    const loaded = deferred();
    fixture.groups.beforeClaim = () => loaded.promise;
    const broker = fixture.broker(1);
    const committed = broker.commit('g', nothing);
    const refused = expect(committed).rejects.toMatchObject(code('COORDINATOR_LOAD_IN_PROGRESS'));
    await settled();
    await fixture.pass(1000);
    await refused;
    loaded.reject(new Error('The storage is away.'));
    await settled();
    await broker.close();
  });
});

describe('a group that is given up', () => {
  const committed = {
    offset: 1,
    leaderEpoch: -1,
    metadata: '',
    commitTimestamp: 0,
    expireTimestamp: null,
  };
  const offset = { ...nothing, changes: [{ topic: 't', partition: 0, committed }] };

  it('is loaded anew by who asks for it before its claim is given back', async () => {
    const fixture = new GroupFixture();
    const broker = fixture.broker(1);
    await broker.commit('g', offset);
    const written = deferred();
    fixture.groups.beforeWrite = () => written.promise;
    const deleted = broker.delete('g');
    await settled();
    const asked = broker.offsets('g');
    await settled();
    written.resolve();
    await deleted;
    expect((await asked).size).toBe(0);
    await broker.commit('g', offset);
    await broker.close();
  });

  it('is not joined by who was given it a moment ago', async () => {
    const fixture = new GroupFixture();
    const broker = fixture.broker(1);
    await broker.commit('g', offset);
    const joining = broker.join('g', joinRequest());
    const closed = broker.close();
    await expect(joining).rejects.toMatchObject({ code: 'NOT_COORDINATOR' });
    await closed;
  });
});
