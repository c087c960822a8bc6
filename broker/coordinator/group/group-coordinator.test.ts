import type { GroupCoordinator } from './group-coordinator';
import type { JoinOutcome } from './group-member';
import { GroupRoster } from './group-roster';
import type { JoinRequest } from './join';
import {
  DELAY_MS,
  GroupFixture,
  joined,
  joinRequest,
  REBALANCE_MS,
  SESSION_MS,
  settled,
  subscription,
} from './testing/group-fixture';
import type { OffsetChange } from './stored-group';

let fixture: GroupFixture;
let broker: GroupCoordinator;
beforeEach(() => {
  fixture = new GroupFixture();
  broker = fixture.broker(1);
});
afterEach(() => broker.close());

const bytes = (text: string) => Buffer.from(text);
const code = (name: string) => ({ code: name });

function join(changes: Partial<JoinRequest> = {}): Promise<JoinOutcome> {
  return joined(broker.join('g', joinRequest(changes)));
}

function sync(
  { memberId, generation }: JoinOutcome,
  assignments: Record<string, string> = {},
  on = broker,
): Promise<{ assignment: Buffer }> {
  return on.sync('g', {
    memberId,
    generation,
    groupInstanceId: null,
    protocolType: null,
    protocol: null,
    assignments: new Map(Object.entries(assignments).map(([id, text]) => [id, bytes(text)])),
  });
}

const beat = (member: JoinOutcome, on = broker, groupInstanceId: string | null = null) =>
  on.heartbeat('g', { memberId: member.memberId, generation: member.generation, groupInstanceId });

/** A group with these many members, stable, each assigned its index. */
async function stableGroup(
  count: number,
  changes: (index: number) => Partial<JoinRequest> = () => ({}),
): Promise<JoinOutcome[]> {
  const joins = Array.from({ length: count }, (_, index) => join(changes(index)));
  await settled();
  await fixture.pass(DELAY_MS);
  await fixture.pass(DELAY_MS);
  const members = await Promise.all(joins);
  const leader = members.find(({ memberId, leader: id }) => memberId === id)!;
  const assignments = Object.fromEntries(members.map(({ memberId }, i) => [memberId, `p${i}`]));
  await Promise.all(
    members.map((member) => sync(member, member === leader ? assignments : undefined)),
  );
  return members;
}

const state = async () => (await broker.describe('g')).state;
const change = (partition: number, offset: number, topic = 't'): OffsetChange => ({
  topic,
  partition,
  committed: {
    offset,
    leaderEpoch: -1,
    metadata: '',
    commitTimestamp: fixture.clock.now(),
    expireTimestamp: null,
  },
});
const commit = (member: Partial<JoinOutcome>, ...changes: OffsetChange[]) =>
  broker.commit('g', {
    memberId: member.memberId ?? '',
    groupInstanceId: null,
    generation: member.generation ?? -1,
    changes,
  });
/** Somebody who is no member. */
const outside = { memberId: '', groupInstanceId: null, generation: -1 };
const offsetOf = async (partition: number, topic = 't') =>
  (await broker.offsets('g')).get(topic)?.get(partition)?.offset;

describe('joining', () => {
  it('a new group waits for more members, the first of whom leads', async () => {
    const first = join();
    await settled();
    await fixture.pass(DELAY_MS - 1);
    const second = join();
    await settled();
    expect(await state()).toBe('PreparingRebalance');
    await fixture.pass(1);
    // Somebody has come meanwhile, so it waits once more.
    expect(await state()).toBe('PreparingRebalance');
    await fixture.pass(DELAY_MS);
    const [one, two] = await Promise.all([first, second]);
    expect(one.members.map(({ memberId }) => memberId)).toEqual([one.memberId, two.memberId]);
    expect(two).toMatchObject({
      leader: one.memberId,
      generation: 1,
      protocol: 'range',
      members: [],
    });
    expect(await state()).toBe('CompletingRebalance');
  });

  it('a member gets an id first when its version knows of that', async () => {
    const given = await broker.join('g', joinRequest({ requiresKnownId: true }));
    expect(given).toEqual({ idRequired: 'client-uuid-1' });
    const known = join({ memberId: 'client-uuid-1', requiresKnownId: true });
    await settled();
    await fixture.pass(DELAY_MS);
    expect(await known).toMatchObject({ memberId: 'client-uuid-1', leader: 'client-uuid-1' });
  });

  it('an id that nobody joins with is forgotten after a session', async () => {
    await broker.join('g', joinRequest({ requiresKnownId: true }));
    await fixture.pass(SESSION_MS);
    await expect(join({ memberId: 'client-uuid-1' })).rejects.toMatchObject(
      code('UNKNOWN_MEMBER_ID'),
    );
  });

  it.each<[string, Partial<JoinRequest>]>([
    ['INVALID_SESSION_TIMEOUT', { sessionTimeoutMs: 5999 }],
    ['INVALID_SESSION_TIMEOUT', { sessionTimeoutMs: 1_800_001 }],
    ['INCONSISTENT_GROUP_PROTOCOL', { protocolType: 'connect' }],
    ['INCONSISTENT_GROUP_PROTOCOL', { protocols: [{ name: 'other', metadata: bytes('') }] }],
    ['INCONSISTENT_GROUP_PROTOCOL', { protocols: [] }],
    ['UNKNOWN_MEMBER_ID', { memberId: 'nobody' }],
  ])('is refused with %s: %j', async (expected, changes) => {
    await stableGroup(1);
    await expect(join(changes)).rejects.toMatchObject(code(expected));
  });

  it('refuses ids of groups that are none', async () => {
    await expect(broker.join('', joinRequest())).rejects.toMatchObject(code('INVALID_GROUP_ID'));
  });

  it('nobody takes an instance id with an id that was given to a dynamic member', async () => {
    await broker.join('g', joinRequest({ requiresKnownId: true }));
    const pending = join({ memberId: 'client-uuid-1', groupInstanceId: 'i' });
    await expect(pending).rejects.toMatchObject(code('UNKNOWN_MEMBER_ID'));
  });

  it('a group that is full takes nobody more', async () => {
    await stableGroup(2);
    fixture.configs = { ...fixture.configs, maxSize: 2 };
    await expect(join()).rejects.toMatchObject(code('GROUP_MAX_SIZE_REACHED'));
  });

  it('the protocol that most members like best of what all speak is chosen', async () => {
    const protocols = (...names: string[]) => ({
      protocols: names.map((name) => ({ name, metadata: bytes(name) })),
    });
    const members = await stableGroup(3, (index) =>
      index === 0 ? protocols('range', 'sticky') : protocols('sticky', 'range', 'rare'),
    );
    expect(members[0]!.protocol).toBe('sticky');
    expect(members[0]!.members.map(({ metadata }) => String(metadata))).toEqual([
      'sticky',
      'sticky',
      'sticky',
    ]);
  });

  it('a follower that says the same again learns the present generation; the leader rebalances', async () => {
    const [leader, follower] = await stableGroup(2);
    const again = await join({ memberId: follower!.memberId });
    expect(again).toMatchObject({ generation: 1, leader: leader!.memberId, members: [] });
    void join({ memberId: leader!.memberId }).catch(() => {});
    await settled();
    expect(await state()).toBe('PreparingRebalance');
  });

  it('somebody new makes all the others join again', async () => {
    const [one, two] = await stableGroup(2);
    const third = join();
    await settled();
    await expect(beat(one!)).rejects.toMatchObject(code('REBALANCE_IN_PROGRESS'));
    const again = [one!, two!].map(({ memberId }) => join({ memberId }));
    const all = await Promise.all([...again, third]);
    expect(all.map(({ generation }) => generation)).toEqual([2, 2, 2]);
    expect(all[0]!.members).toHaveLength(3);
  });

  it('who does not join again in time is out', async () => {
    const [one, two] = await stableGroup(2);
    const again = join({
      memberId: one!.memberId,
      protocols: [{ name: 'range', metadata: subscription('u') }],
    });
    for (let waited = 0; waited < REBALANCE_MS; waited += SESSION_MS / 2) {
      await settled();
      await beat(two!).catch(() => {});
      await fixture.pass(SESSION_MS / 2);
    }
    expect((await again).generation).toBe(2);
    await expect(beat(two!)).rejects.toMatchObject(code('UNKNOWN_MEMBER_ID'));
  });
});

describe('the assignment', () => {
  it('is stored before anybody has it', async () => {
    let go = () => {};
    fixture.groups.beforeWrite = () => new Promise<void>((resolve) => (go = resolve));
    const join1 = join();
    await settled();
    await fixture.pass(DELAY_MS);
    const member = await join1;
    let told = false;
    const syncing = sync(member, { [member.memberId]: 'all' }).then((outcome) => {
      told = true;
      return outcome;
    });
    await settled();
    expect([told, await state()]).toEqual([false, 'CompletingRebalance']);
    await beat(member);
    go();
    expect(String((await syncing).assignment)).toBe('all');
    expect(fixture.groups.get('g').group).toMatchObject({ state: 'Stable', generation: 1 });
  });

  it('that cannot be stored has all of them join again', async () => {
    fixture.groups.beforeWrite = () => Promise.reject(new Error('no disk'));
    const join1 = join();
    await settled();
    await fixture.pass(DELAY_MS);
    const member = await join1;
    await expect(sync(member, {})).rejects.toMatchObject(code('COORDINATOR_NOT_AVAILABLE'));
    expect(await state()).toBe('PreparingRebalance');
    fixture.groups.beforeWrite = () => {};
    expect(await join({ memberId: member.memberId })).toMatchObject({ generation: 2 });
  });

  it.each([
    ['ILLEGAL_GENERATION', { generation: 7 }],
    ['UNKNOWN_MEMBER_ID', { memberId: 'nobody' }],
  ])('is refused with %s', async (expected, changes) => {
    const [member] = await stableGroup(1);
    await expect(sync({ ...member!, ...changes })).rejects.toMatchObject(code(expected));
  });

  it('is told again to who asks again', async () => {
    const members = await stableGroup(2);
    expect(String((await sync(members[1]!)).assignment)).toBe('p1');
  });

  it.each([0, -1])('has a session to be asked for with a rebalance timeout of %d', async (ms) => {
    const joining = join({ rebalanceTimeoutMs: ms });
    await settled();
    await fixture.pass(DELAY_MS);
    const member = await joining;
    await fixture.pass(SESSION_MS - 1);
    await sync(member, { [member.memberId]: 'all' });
    expect(await state()).toBe('Stable');
  });

  it('that is never asked for costs the membership', async () => {
    const joins = [join(), join()];
    await settled();
    await fixture.pass(DELAY_MS);
    await fixture.pass(DELAY_MS);
    const [leader, silent] = await Promise.all(joins);
    void sync(silent!).catch(() => {});
    for (let waited = 0; waited < REBALANCE_MS; waited += SESSION_MS / 2) {
      await beat(leader!).catch(() => {});
      await fixture.pass(SESSION_MS / 2);
    }
    await expect(beat(leader!)).rejects.toMatchObject(code('UNKNOWN_MEMBER_ID'));
  });
});

describe('sessions', () => {
  it('a member that is not heard of is out, and the others rebalance', async () => {
    const [one, two] = await stableGroup(2);
    await fixture.pass(SESSION_MS - 1);
    await beat(one!);
    await fixture.pass(1);
    await expect(beat(two!)).rejects.toMatchObject(code('UNKNOWN_MEMBER_ID'));
    await expect(beat(one!)).rejects.toMatchObject(code('REBALANCE_IN_PROGRESS'));
  });

  it('are kept with few timers, however many members there are', async () => {
    fixture.configs = { ...fixture.configs, maxSize: 2000 };
    const members = await stableGroup(1000);
    const timers = jest.spyOn(fixture.clock, 'setTimeout');
    const looks = jest.spyOn(GroupRoster.prototype, 'all', 'get');
    for (let round = 0; round < 10; round++) {
      await fixture.pass(SESSION_MS / 2);
      for (const member of members) await beat(member);
    }
    expect(timers.mock.calls.length).toBeLessThan(50);
    expect(looks.mock.calls.length).toBeLessThan(50);
    looks.mockRestore();
    await fixture.pass(SESSION_MS - 1);
    expect(await state()).toBe('Stable');
    await fixture.pass(1);
    expect(await state()).toBe('Empty');
  });

  it('cost the storage nothing while everybody lives', async () => {
    const members = await stableGroup(3);
    const { writes } = fixture.groups;
    for (let round = 0; round < 100; round++) {
      await fixture.pass(SESSION_MS / 2);
      await Promise.all(members.map((member) => beat(member)));
    }
    expect(fixture.groups.writes).toBe(writes);
  });

  it('end with a farewell at once; the last one leaves an empty group', async () => {
    const [one, two] = await stableGroup(2);
    const leaving = (memberId: string) =>
      broker.leave('g', [{ memberId, groupInstanceId: null, reason: null }]);
    expect(await leaving(two!.memberId)).toEqual([undefined]);
    expect(await state()).toBe('PreparingRebalance');
    expect(await leaving(two!.memberId)).toEqual([
      expect.objectContaining(code('UNKNOWN_MEMBER_ID')),
    ]);
    await leaving(one!.memberId);
    expect(await state()).toBe('Empty');
    await settled();
    expect(fixture.groups.get('g').group).toMatchObject({
      state: 'Empty',
      generation: 2,
      members: [],
    });
  });
});

describe('static members (KIP-345)', () => {
  const instance = (groupInstanceId: string) => ({ groupInstanceId });

  it('come back without a rebalance, and their former selves are fenced', async () => {
    const members = await stableGroup(2, (index) => instance(`i${index}`));
    const back = await join({ ...instance('i1'), sessionTimeoutMs: SESSION_MS });
    expect(back.generation).toBe(1);
    expect(back.memberId).not.toBe(members[1]!.memberId);
    expect(await state()).toBe('Stable');
    await expect(beat(members[1]!, broker, 'i1')).rejects.toMatchObject(code('FENCED_INSTANCE_ID'));
    await beat(back, broker, 'i1');
    const stored = fixture.groups.get('g').group!.members.map(({ memberId }) => memberId);
    expect(stored).toContain(back.memberId);
  });

  it('a leader that comes back need not assign anything', async () => {
    await stableGroup(2, (index) => instance(`i${index}`));
    const back = await join(instance('i0'));
    expect(back).toMatchObject({ leader: back.memberId, skipAssignment: true });
    expect(back.members).toHaveLength(2);
    const old = await join({ ...instance('i0'), maySkipAssignment: false });
    expect(old.leader).not.toBe(old.memberId);
  });

  it('that say something else rebalance', async () => {
    await stableGroup(2, (index) => instance(`i${index}`));
    void join({
      ...instance('i1'),
      protocols: [{ name: 'range', metadata: subscription('u') }],
    }).catch(() => {});
    await settled();
    expect(await state()).toBe('PreparingRebalance');
  });

  it('can be taken out by their instance id alone', async () => {
    await stableGroup(1, () => instance('i0'));
    const request = { memberId: '', groupInstanceId: 'i0', reason: null };
    expect(await broker.leave('g', [request])).toEqual([undefined]);
    expect(await state()).toBe('Empty');
  });
});

describe('offsets', () => {
  it('of members of this generation are kept', async () => {
    const [member] = await stableGroup(1);
    await commit(member!, change(0, 5), change(1, 6));
    expect([await offsetOf(0), await offsetOf(1), await offsetOf(2)]).toEqual([5, 6, undefined]);
  });

  it.each<[string, (member: JoinOutcome) => Partial<JoinOutcome>]>([
    ['UNKNOWN_MEMBER_ID', () => ({})],
    ['UNKNOWN_MEMBER_ID', ({ generation }) => ({ memberId: 'zombie', generation })],
    ['ILLEGAL_GENERATION', ({ memberId }) => ({ memberId, generation: 0 })],
  ])('of others are refused with %s', async (expected, who) => {
    const [member] = await stableGroup(1);
    await expect(commit(who(member!), change(0, 5))).rejects.toMatchObject(code(expected));
    expect(await offsetOf(0)).toBeUndefined();
  });

  it('are refused until a new generation has its assignment', async () => {
    const join1 = join();
    await settled();
    await fixture.pass(DELAY_MS);
    await expect(commit(await join1, change(0, 5))).rejects.toMatchObject(
      code('REBALANCE_IN_PROGRESS'),
    );
  });

  it('that cannot be written in time are refused, and those written later are kept', async () => {
    await commit({}, change(0, 5));
    const held: (() => void)[] = [];
    fixture.groups.beforeWrite = () => new Promise((resolve) => held.push(resolve));
    const late = commit({}, change(0, 6));
    const refused = expect(late).rejects.toMatchObject(code('COORDINATOR_NOT_AVAILABLE'));
    await settled();
    await fixture.pass(fixture.configs.commitTimeoutMs);
    await refused;
    expect(await offsetOf(0)).toBe(5);
    const later = commit({}, change(0, 7));
    await settled();
    fixture.groups.beforeWrite = () => {};
    for (const release of held) release();
    await later;
    expect(await offsetOf(0)).toBe(7);
  });

  it('can be kept without being a member, as long as there are none', async () => {
    await commit({}, change(0, 5));
    expect(await offsetOf(0)).toBe(5);
    expect(await state()).toBe('Empty');
  });

  it('can be kept under the empty id, which has no members', async () => {
    await broker.commit('', { ...outside, changes: [change(0, 5)] });
    expect((await broker.offsets('')).get('t')?.get(0)?.offset).toBe(5);
    expect(await broker.describe('')).toMatchObject({ state: 'Empty' });
    const refused = expect.objectContaining(code('INVALID_GROUP_ID'));
    await expect(broker.heartbeat('', { ...outside, generation: 0 })).rejects.toEqual(refused);
    await expect(broker.leave('', [{ ...outside, reason: null }])).rejects.toEqual(refused);
    await expect(broker.deleteOffsets('', [])).rejects.toEqual(refused);
    await broker.delete('');
    expect(await broker.list()).toEqual([]);
  });

  it('who is no member may call itself something while there are none', async () => {
    await commit({ memberId: 'somebody' }, change(0, 5));
    expect(await offsetOf(0)).toBe(5);
  });

  it('are forgotten with their topic', async () => {
    await commit({}, change(0, 5), change(0, 7, 'other'));
    broker.onTopicGone({ name: 't', topicId: 'id' });
    await settled();
    expect([await offsetOf(0), await offsetOf(0, 'other')]).toEqual([undefined, 7]);
  });

  it('of topics that nobody reads can be deleted', async () => {
    const [member] = await stableGroup(1);
    await commit(member!, change(0, 5), change(0, 7, 'other'));
    const refusals = await broker.deleteOffsets('g', [
      { topic: 't', partition: 0 },
      { topic: 'other', partition: 0 },
    ]);
    expect(refusals).toEqual([
      expect.objectContaining(code('GROUP_SUBSCRIBED_TO_TOPIC')),
      undefined,
    ]);
    expect([await offsetOf(0), await offsetOf(0, 'other')]).toEqual([5, undefined]);
  });

  it('of a group that has been empty for long expire, and with the last the group', async () => {
    broker.start();
    await commit({}, change(0, 5));
    await fixture.pass(fixture.configs.offsetsRetentionMs - 1);
    expect(fixture.groups.get('g').offsets.isEmpty).toBe(false);
    for (let round = 0; round < 3; round++) await fixture.pass(600_000);
    expect(fixture.groups.kept.has('g')).toBe(false);
    expect(await state()).toBe('Dead');
  });
});

describe('groups as a whole', () => {
  it('are listed and described', async () => {
    const members = await stableGroup(2);
    await broker.commit('plain', {
      ...{ memberId: '', groupInstanceId: null, generation: -1 },
      changes: [change(0, 1)],
    });
    expect((await broker.list()).map(({ groupId, state: at }) => [groupId, at])).toEqual([
      ['g', 'Stable'],
      ['plain', 'Empty'],
    ]);
    const described = await broker.describe('g');
    expect(described).toMatchObject({ protocolType: 'consumer', protocol: 'range' });
    expect(
      described.members.map(({ memberId, assignment }) => [memberId, String(assignment)]),
    ).toEqual(members.map(({ memberId }, index) => [memberId, `p${index}`]));
    expect(await broker.describe('unheard-of')).toMatchObject({ state: 'Dead', members: [] });
  });

  it('that nobody uses are read together for a list', async () => {
    const names = Array.from({ length: 50 }, (_, at) => `group-${at}`).sort();
    for (const name of names) await broker.commit(name, { ...outside, changes: [change(0, 1)] });
    await broker.close();
    broker = fixture.broker(1);
    let reading = 0;
    let most = 0;
    fixture.groups.beforeRead = async () => {
      most = Math.max(most, ++reading);
      await settled();
      reading--;
    };
    expect((await broker.list()).map(({ groupId }) => groupId)).toEqual(names);
    expect(most).toBe(20);
  });

  it('are not there because somebody has asked about them', async () => {
    expect((await broker.offsets('asked')).size).toBe(0);
    await expect(broker.heartbeat('asked', { ...outside, generation: 1 })).rejects.toMatchObject(
      code('UNKNOWN_MEMBER_ID'),
    );
    expect(await broker.describe('asked')).toMatchObject({ state: 'Dead' });
    expect(await broker.list()).toEqual([]);
  });

  it('are deleted when they are empty', async () => {
    const [member] = await stableGroup(1);
    await expect(broker.delete('g')).rejects.toMatchObject(code('NON_EMPTY_GROUP'));
    await broker.leave('g', [{ memberId: member!.memberId, groupInstanceId: null, reason: null }]);
    await broker.delete('g');
    expect(fixture.groups.kept.has('g')).toBe(false);
    await expect(broker.delete('g')).rejects.toMatchObject(code('GROUP_ID_NOT_FOUND'));
  });

  it('are deleted once, whoever else tries it at the same time', async () => {
    await commit({}, change(0, 1));
    const outcomes = await Promise.allSettled([broker.delete('g'), broker.delete('g')]);
    expect(outcomes).toMatchObject([{ status: 'fulfilled' }, { reason: code('NOT_COORDINATOR') }]);
    const unknown = await Promise.allSettled([broker.delete('h'), broker.delete('h')]);
    expect(unknown).toMatchObject([
      { reason: code('GROUP_ID_NOT_FOUND') },
      { reason: code('NOT_COORDINATOR') },
    ]);
  });

  it('another broker says that it is not the coordinator', async () => {
    await stableGroup(1);
    const other = fixture.broker(2);
    expect(await other.find('g')).toBe(1);
    await expect(other.offsets('g')).rejects.toMatchObject(code('NOT_COORDINATOR'));
  });
});

describe('when the coordinator dies', () => {
  it('the next one goes on in the same generation, and nobody joins again', async () => {
    const members = await stableGroup(3);
    await commit(members[0]!, change(0, 5));
    fixture.groups.kill(1);
    const next = fixture.broker(2);
    await Promise.all(members.map((member) => beat(member, next)));
    expect(String((await sync(members[1]!, {}, next)).assignment)).toBe('p1');
    expect((await next.offsets('g')).get('t')?.get(0)?.offset).toBe(5);
    expect(await next.describe('g')).toMatchObject({ state: 'Stable' });
    await next.close();
  });

  it('everybody has a new session, after which the silent ones are out', async () => {
    const members = await stableGroup(2);
    await fixture.pass(SESSION_MS - 1);
    fixture.groups.kill(1);
    const next = fixture.broker(2);
    await beat(members[0]!, next);
    await fixture.pass(SESSION_MS - 1);
    await beat(members[0]!, next);
    await fixture.pass(1);
    await expect(beat(members[0]!, next)).rejects.toMatchObject(code('REBALANCE_IN_PROGRESS'));
    await next.close();
  });

  it('who waits is sent to look for the next one', async () => {
    const waiting = join();
    await settled();
    fixture.groups.expire(1);
    await expect(waiting).rejects.toMatchObject(code('NOT_COORDINATOR'));
  });

  it('what it still writes changes nothing', async () => {
    const [member] = await stableGroup(1);
    fixture.groups.kill(1);
    await expect(commit(member!, change(0, 9))).rejects.toMatchObject(
      code('COORDINATOR_NOT_AVAILABLE'),
    );
    expect(fixture.groups.get('g').offsets.isEmpty).toBe(true);
  });
});

describe('what comes late', () => {
  it('a generation gets its assignments although those of the one before are still being stored', async () => {
    const held: (() => void)[] = [];
    fixture.groups.beforeWrite = () => new Promise((resolve) => held.push(resolve));
    const first = join();
    await settled();
    await fixture.pass(DELAY_MS);
    const leader = await first;
    const early = sync(leader, { [leader.memberId]: 'early' });
    const again = join({
      memberId: leader.memberId,
      protocols: [{ name: 'range', metadata: subscription('u') }],
    });
    const [, next] = await Promise.all([
      expect(early).rejects.toMatchObject(code('REBALANCE_IN_PROGRESS')),
      again,
    ]);
    expect(next.generation).toBe(2);
    const late = sync(next, { [leader.memberId]: 'late' });
    await settled();
    for (const release of held) release();
    expect(String((await late).assignment)).toBe('late');
    expect(await state()).toBe('Stable');
    fixture.groups.beforeWrite = () => {};
  });

  it('who is silent while the broker may not answer stays a member', async () => {
    const [member] = await stableGroup(1);
    const { claim } = fixture.groups.get('g');
    claim!.lease = false;
    await fixture.pass(3 * SESSION_MS);
    await expect(beat(member!)).rejects.toMatchObject(code('COORDINATOR_NOT_AVAILABLE'));
    claim!.lease = true;
    await beat(member!);
    expect(await state()).toBe('Stable');
  });

  it('members that went with their coordinator are missed by the next, though nobody asks', async () => {
    await stableGroup(2);
    fixture.groups.kill(1);
    const next = fixture.broker(2);
    next.start();
    await fixture.pass(600_000);
    await fixture.pass(SESSION_MS);
    await fixture.pass(REBALANCE_MS);
    expect(fixture.groups.get('g').group).toMatchObject({ state: 'Empty', members: [] });
    await next.close();
  });

  it('an offset that is being committed does not expire behind the commit', async () => {
    await commit({}, change(0, 5));
    await fixture.pass(fixture.configs.offsetsRetentionMs - 1);
    const held: (() => void)[] = [];
    fixture.groups.beforeWrite = () => new Promise((resolve) => held.push(resolve));
    const committed = commit({}, change(0, 6));
    broker.start();
    await fixture.pass(600_000);
    fixture.groups.beforeWrite = () => {};
    for (const release of held) release();
    await committed;
    await settled();
    expect(await offsetOf(0)).toBe(6);
  });
});
