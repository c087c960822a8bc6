import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import { Cluster } from '../network';
import { BackoffClock } from '../network/testing/backoff-clock';
import { FakeBroker } from '../network/testing/fake-broker';
import { Admin } from './admin';
import { AdminError } from './admin-error';
import { FakeGroups } from './testing/fake-groups';

const { DeleteGroups, DescribeGroups, FindCoordinator, LeaveGroup, ListGroups } = apis;

let first: FakeBroker;
let second: FakeBroker;
let groups: FakeGroups;
let admin: Admin;

beforeEach(async () => {
  first = await FakeBroker.start(1);
  second = await FakeBroker.start(2, first.cluster);
  groups = new FakeGroups([first, second]);
  admin = new Admin(new Cluster({ brokers: [first.address], clock: new BackoffClock() }));
});

afterEach(async () => {
  await admin.close();
  await Promise.all([first.stop(), second.stop()]);
});

async function failureOf(call: Promise<unknown>): Promise<AdminError> {
  const error = await call.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AdminError);
  return error as AdminError;
}

const member = (memberId: string, partitions: number[] = [], groupInstanceId?: string) => ({
  memberId,
  groupInstanceId,
  clientId: 'app',
  partitions: [{ topic: 'clicks', partitions }],
});

describe('listGroups', () => {
  test('asks all brokers', async () => {
    groups.add('b', { members: [member('m')] });
    groups.add('a', { coordinator: 2 });
    expect(await admin.listGroups()).toEqual([
      { groupId: 'a', protocolType: 'consumer', state: 'Empty', type: 'classic' },
      { groupId: 'b', protocolType: 'consumer', state: 'Stable', type: 'classic' },
    ]);
    expect(await admin.listGroups({ states: ['Empty'] })).toMatchObject([{ groupId: 'a' }]);
  });

  test('a broker that fails does not hide what the others said', async () => {
    groups.add('a');
    second.on(ListGroups, () => ({
      errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
      groups: [],
    }));
    const error = await failureOf(admin.listGroups());
    expect([...error.failures.keys()]).toEqual(['broker 2']);
    expect(error.succeeded.get('broker 1')).toMatchObject([{ groupId: 'a' }]);
  });

  test('a state that only a newer broker knows', async () => {
    groups.add('a', { state: 'Dreaming' });
    expect(await admin.listGroups()).toMatchObject([{ state: 'Unknown' }]);
  });
});

describe('describeGroups', () => {
  test('asks each coordinator once, and reads assignments', async () => {
    groups.add('a', { members: [member('m-1', [0, 2]), member('m-2', [1], 'static')] });
    groups.add('b', { coordinator: 2 });
    groups.add('c', { coordinator: 2 });
    const [a, b, c, none] = await admin.describeGroups(['a', 'b', 'c', 'none']);
    expect(a).toMatchObject({
      groupId: 'a',
      state: 'Stable',
      protocolType: 'consumer',
      protocol: 'range',
      coordinator: { nodeId: 1, host: first.host, port: first.port },
      members: [
        {
          memberId: 'm-1',
          groupInstanceId: null,
          clientId: 'app',
          host: '/127.0.0.1',
          partitions: [
            { topic: 'clicks', partition: 0 },
            { topic: 'clicks', partition: 2 },
          ],
        },
        { memberId: 'm-2', groupInstanceId: 'static' },
      ],
    });
    expect([b.state, c.state, none.state]).toEqual(['Empty', 'Empty', 'Dead']);
    expect(second.received(DescribeGroups)).toMatchObject([{ groups: ['b', 'c'] }]);
  });

  test('looks for the coordinator again when it has moved or is not there yet', async () => {
    groups.add('a', { coordinator: 2 });
    first.once(FindCoordinator, ({ coordinatorKeys: [key] }) => ({
      coordinators: [{ key, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE }],
    }));
    second.once(DescribeGroups, () => ({
      groups: [{ groupId: 'a', errorCode: ErrorCode.NOT_COORDINATOR }],
    }));
    expect(await admin.describeGroups(['a'])).toMatchObject([{ state: 'Empty' }]);
    const finds = [first, second].flatMap((broker) => broker.received(FindCoordinator));
    expect(finds).toHaveLength(3);
  });

  test('bytes of a member that are no assignment', async () => {
    groups.add('a');
    first.on(DescribeGroups, () => ({
      groups: [
        {
          groupId: 'a',
          groupState: 'Stable',
          protocolType: 'consumer',
          members: [
            {
              memberId: 'm',
              clientId: 'odd',
              clientHost: '/::1',
              memberMetadata: Buffer.alloc(0),
              memberAssignment: Buffer.from([0, 0, 255]),
            },
          ],
        },
      ],
    }));
    expect(await admin.describeGroups(['a'])).toMatchObject([
      { members: [{ memberId: 'm', partitions: [] }] },
    ]);
  });

  test('one group that may not be seen does not hold up the other', async () => {
    groups.add('a');
    groups.add('b', { coordinator: 2 });
    second.on(DescribeGroups, () => ({
      groups: [{ groupId: 'b', errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED }],
    }));
    const error = await failureOf(admin.describeGroups(['a', 'b']));
    expect(error.failures.get('b')).toMatchObject({ code: 'GROUP_AUTHORIZATION_FAILED' });
    expect(error.succeeded.get('a')).toMatchObject({ state: 'Empty' });
  });
});

describe('deleteGroups', () => {
  test('deletes those without members and names the others', async () => {
    groups.add('a');
    groups.add('b', { members: [member('m')] });
    const error = await failureOf(admin.deleteGroups(['a', 'b', 'none']));
    expect([...groups.groups.keys()]).toEqual(['b']);
    expect(error.failures.get('b')).toMatchObject({ code: 'NON_EMPTY_GROUP' });
    expect(error.failures.get('none')).toMatchObject({ code: 'GROUP_ID_NOT_FOUND' });
    expect([...error.succeeded.keys()]).toEqual(['a']);
  });

  test('a deletion whose answer was lost is recognised as done', async () => {
    groups.add('a');
    first.once(DeleteGroups, () => {
      groups.groups.delete('a');
      first.cutConnections();
      return undefined;
    });
    await admin.deleteGroups(['a']);
    expect(first.received(DeleteGroups)).toHaveLength(2);
  });
});

describe('offsets of a group', () => {
  test('all that is committed, in order', async () => {
    groups.add('a', { coordinator: 2 });
    groups.commit('a', 'views', 0, 7);
    groups.commit('a', 'clicks', 10, 5, 'note');
    groups.commit('a', 'clicks', 2, 4);
    expect(await admin.listGroupOffsets('a')).toEqual([
      { topic: 'clicks', partition: 2, offset: 4, leaderEpoch: -1, metadata: '' },
      { topic: 'clicks', partition: 10, offset: 5, leaderEpoch: -1, metadata: 'note' },
      { topic: 'views', partition: 0, offset: 7, leaderEpoch: -1, metadata: '' },
    ]);
  });

  test('of partitions asked about, -1 for none', async () => {
    groups.commit('a', 'clicks', 2, 4);
    const partitions = [2, 3].map((partition) => ({ topic: 'clicks', partition }));
    const found = await admin.listGroupOffsets('a', { partitions });
    expect(found.map(({ offset }) => offset)).toEqual([4, -1]);
  });

  test('errors of partitions, passing ones repeated', async () => {
    groups.commit('a', 'clicks', 2, 4);
    groups.refused.set('clicks-2', 'TOPIC_AUTHORIZATION_FAILED');
    const error = await failureOf(admin.listGroupOffsets('a'));
    expect(error.failures.get('clicks-2')).toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' });
    groups.refused.set('clicks-2', 'UNSTABLE_OFFSET_COMMIT');
    const waiting = admin.listGroupOffsets('a', { requireStable: true });
    await first.until(apis.OffsetFetch, 3);
    groups.refused.clear();
    expect(await waiting).toMatchObject([{ offset: 4 }]);
  });

  test('altered while nobody reads', async () => {
    groups.commit('a', 'clicks', 0, 4);
    await admin.alterGroupOffsets('a', [
      { topic: 'clicks', partition: 0, offset: 1 },
      { topic: 'views', partition: 1, offset: 9, metadata: 'moved' },
    ]);
    expect([...(groups.groups.get('a')?.offsets.values() ?? [])]).toEqual([
      { topic: 'clicks', partition: 0, offset: 1, metadata: '' },
      { topic: 'views', partition: 1, offset: 9, metadata: 'moved' },
    ]);
    expect(first.received(apis.OffsetCommit)[0]).toMatchObject({
      memberId: '',
      generationIdOrMemberEpoch: -1,
    });
    groups.add('busy', { members: [member('m')] });
    const refused = admin.alterGroupOffsets('busy', [{ topic: 'clicks', partition: 0, offset: 1 }]);
    expect((await failureOf(refused)).failures.get('clicks-0')).toMatchObject({
      code: 'UNKNOWN_MEMBER_ID',
    });
  });

  test('deleted, except of topics that are read', async () => {
    groups.add('a', { members: [member('m', [0])] });
    groups.commit('a', 'clicks', 0, 4);
    groups.commit('a', 'views', 0, 4);
    const error = await failureOf(
      admin.deleteGroupOffsets(
        'a',
        ['clicks', 'views'].map((topic) => ({ topic, partition: 0 })),
      ),
    );
    expect(error.failures.get('clicks-0')).toMatchObject({ code: 'GROUP_SUBSCRIBED_TO_TOPIC' });
    expect([...error.succeeded.keys()]).toEqual(['views-0']);
    const none = admin.deleteGroupOffsets('none', [{ topic: 'clicks', partition: 0 }]);
    expect(await failureOf(none)).toMatchObject({ code: 'GROUP_ID_NOT_FOUND' });
  });
});

describe('removeMembersFromGroup', () => {
  test('all members: dynamic ones by id, static ones by instance id', async () => {
    groups.add('a', { members: [member('m-1'), member('m-2', [], 'static')] });
    await admin.removeMembersFromGroup('a', { reason: 'upgrade' });
    expect(groups.groups.get('a')?.members).toEqual([]);
    expect(first.received(LeaveGroup)[0].members).toEqual([
      { memberId: 'm-1', groupInstanceId: null, reason: 'upgrade' },
      { memberId: '', groupInstanceId: 'static', reason: 'upgrade' },
    ]);
  });

  test('those named', async () => {
    groups.add('a', { members: [member('m-1'), member('m-2')] });
    const error = await failureOf(
      admin.removeMembersFromGroup('a', {
        members: [{ memberId: 'm-2' }, { groupInstanceId: 'nobody' }],
      }),
    );
    expect(error.failures.get('nobody')).toMatchObject({ code: 'UNKNOWN_MEMBER_ID' });
    expect(groups.groups.get('a')?.members).toMatchObject([{ memberId: 'm-1' }]);
  });
});
