import type { ZooKeeperClient } from '../client/zookeeper-client';
import { brokerEpoch } from './epochs';
import { GroupFencedError } from './group-fenced-error';
import {
  claimGroup,
  comparable,
  comparableGroup,
  groupRecord,
  memberRecord,
  offsetChange,
  ownersOf,
} from './group-fixture';
import type { GroupRecord } from './group-record';
import { GroupStore } from './group-store';
import { StoreFixture } from './store-fixture';
import { nameOfZnode, znodeName } from './znode-name';

let fixture: StoreFixture;
let zk: ZooKeeperClient;
let other: ZooKeeperClient;
beforeEach(async () => {
  fixture = await StoreFixture.start();
  zk = fixture.zk;
  other = await fixture.connect();
});
afterEach(() => fixture.close());

const stable = (generation: number, ...ids: string[]) =>
  groupRecord(
    generation,
    ids.map((id) => memberRecord(id)),
  );
const read = async (groupId = 'g') => comparable(await new GroupStore(other).read(groupId));
const contents = (group: GroupRecord, offsets: string[]) => ({
  group: comparableGroup(group),
  offsets,
});
const names = (path: string) => other.children(path).then(({ children }) => children.sort());

describe('names of groups, members and topics', () => {
  it.each(['g', '', '.', '..', '...', '%', '%25', 'a/b', 'é ☃', 'a b', 'A-._~!*()\'"\n\0'])(
    'take any text: %j',
    async (name) => {
      expect(nameOfZnode(znodeName(name))).toBe(name);
      const group = await claimGroup(zk, name);
      const saved = stable(1, name === '' ? 'm' : name);
      await group.saveGroup(saved, ownersOf(saved, 'topic'));
      await group.saveOffsets([offsetChange('topic', 0, 7)]);
      expect(await read(name)).toEqual(contents(saved, ['topic-0@7']));
      expect(await new GroupStore(other).list()).toEqual([name]);
    },
  );

  it('that we did not make are nobody’s', () => {
    expect(nameOfZnode('a b')).toBeNull();
    expect(nameOfZnode('%2e')).toBeNull();
  });
});

describe('a claim', () => {
  it('makes the group, says who has it, and is refused to others while its session lives', async () => {
    const store = new GroupStore(zk);
    await claimGroup(zk, 'g', 7);
    expect(fixture.text('/consumers/g/coordinator')).toBe(
      '{"version":1,"broker":7,"brokerEpoch":"107"}',
    );
    const claimant = { brokerId: 7, brokerEpoch: brokerEpoch(107n) };
    expect(await store.coordination('g')).toEqual({ claimant, successor: null, isDead: false });
    expect(
      await new GroupStore(other).claim('g', { brokerId: 2, brokerEpoch: brokerEpoch(1n) }),
    ).toEqual(claimant);
  });

  it('recognises itself when the reply is lost, on a new group and on an old one', async () => {
    for (const generation of [1, 2]) {
      fixture.loseNextReply();
      const group = await fixture.until(claimGroup(zk, 'g'));
      await group.saveGroup(stable(generation, 'm'), new Map());
      expect(await read()).toEqual(contents(stable(generation, 'm'), []));
      await group.release(null);
    }
  });

  it('fences whoever had the group before, whatever he writes', async () => {
    const zombie = await claimGroup(zk, 'g');
    await zombie.saveGroup(stable(1, 'a'), new Map());
    await zombie.saveOffsets([offsetChange('t', 0, 1)]);
    await other.delete('/consumers/g/coordinator', -1);
    const next = await claimGroup(other, 'g', 2);
    expect(comparable(next.contents)).toEqual(contents(stable(1, 'a'), ['t-0@1']));
    const large = groupRecord(2, [memberRecord('b', 1_000_000)]);
    const writes = [
      () => zombie.saveGroup(stable(2, 'b'), new Map()),
      () => zombie.saveGroup(large, new Map()),
      () => zombie.saveOffsets([offsetChange('t', 0, 2)]),
      () => zombie.saveOffsets([offsetChange('u', 0, 2)]),
      () => zombie.release(5),
      () => zombie.remove(),
    ];
    for (const write of writes) await expect(write()).rejects.toBeInstanceOf(GroupFencedError);
    expect(await read()).toEqual(contents(stable(1, 'a'), ['t-0@1']));
    expect(await names('/consumers/g')).toEqual(['coordinator', 'ids', 'offsets']);
    await next.saveOffsets([offsetChange('t', 0, 3)]);
  });

  it('of a session of ours that has expired unnoticed is closed, not waited for', async () => {
    await claimGroup(zk, 'g');
    const id = zk.sessionId;
    expect(zk.isOwnPrevious(id)).toBe(false);
    // Its successor, which knows it from the session file.
    const successor = await fixture.connect();
    const asItsOwn = Object.create(successor, {
      isOwnPrevious: { value: (owner: bigint) => owner === id },
      closeOwnPrevious: {
        value: async () => {
          fixture.ensemble.faults.expire(id);
          return 'closed';
        },
      },
    }) as ZooKeeperClient;
    const group = await claimGroup(asItsOwn, 'g', 1);
    await group.saveOffsets([offsetChange('t', 0, 1)]);
  });

  it('of this very session, given up after a failure, is taken again', async () => {
    const before = await claimGroup(zk, 'g');
    await before.saveOffsets([offsetChange('t', 0, 1)]);
    const after = await claimGroup(zk, 'g');
    await expect(before.saveOffsets([offsetChange('t', 0, 2)])).rejects.toBeInstanceOf(
      GroupFencedError,
    );
    await after.saveOffsets([offsetChange('t', 0, 3)]);
    expect(await read()).toEqual({ group: null, offsets: ['t-0@3'] });
  });

  it('of two at once goes to one', async () => {
    const one = { brokerId: 1, brokerEpoch: brokerEpoch(1n) };
    const two = { brokerId: 2, brokerEpoch: brokerEpoch(2n) };
    for (let round = 0; round < 10; round++) {
      const results = await Promise.all([
        new GroupStore(zk).claim(`g${round}`, one),
        new GroupStore(other).claim(`g${round}`, two),
      ]);
      expect(results.filter((result) => result === one || result === two)).toHaveLength(0);
      const refused = results.filter((result) => 'brokerId' in result);
      expect(refused).toHaveLength(1);
    }
  });

  it('that is released goes to the one proposed, until somebody has claimed it', async () => {
    const store = new GroupStore(other);
    const group = await claimGroup(zk, 'g');
    await group.saveOffsets([offsetChange('t', 0, 1)]);
    await group.release(9);
    expect(await store.coordination('g')).toEqual({ claimant: null, successor: 9, isDead: false });
    const again = await claimGroup(zk, 'g');
    await again.release(null);
    expect(await store.coordination('g')).toEqual({
      claimant: null,
      successor: null,
      isDead: false,
    });
    expect(await read()).toEqual({ group: null, offsets: ['t-0@1'] });
  });

  it('on a group of which nothing is ever stored leaves nothing behind', async () => {
    await (await claimGroup(zk, 'g')).release(2);
    expect(await new GroupStore(other).list()).toEqual([]);
    expect(await read()).toEqual({ group: null, offsets: [] });
  });
});

describe('what is stored', () => {
  it('is as people and tools expect it', async () => {
    const group = await claimGroup(zk, 'g');
    const saved = stable(3, 'a', 'b');
    await group.saveGroup(saved, ownersOf(saved));
    await group.saveOffsets([offsetChange('t', 1, 42)]);
    expect(fixture.text('/consumers/g')).toBe(
      '{"version":1,"state":"Stable","generation":3,"protocolType":"consumer","protocol":"range",' +
        '"leader":"a","since":1003,"assignmentRef":null}',
    );
    expect(JSON.parse(fixture.text('/consumers/g/ids/a') ?? '')).toEqual({
      version: 1,
      memberId: 'a',
      groupInstanceId: null,
      clientId: 'client',
      host: '/127.0.0.1',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      protocols: [{ name: 'range', metadata: 'AAH/' }],
      assignment: 'YWFhYWFhYWE=',
    });
    expect(fixture.text('/consumers/g/owners/t/1')).toBe('b');
    expect(fixture.text('/consumers/g/offsets/t/1')).toBe(
      '{"version":1,"offset":42,"leaderEpoch":3,"metadata":"at 42","commitTimestamp":5000}',
    );
  });

  it('says of an offset to which topic of its name it belongs, if that is known', async () => {
    const group = await claimGroup(zk, 'g');
    const { committed, ...at } = offsetChange('t', 0, 42);
    const known = committed && { ...committed, topicId: 'id' };
    await group.saveOffsets([{ ...at, committed: known }, offsetChange('t', 1, 7)]);
    const { offsets } = await new GroupStore(zk).read('g');
    expect(offsets.get('t')?.get(0)).toEqual(known);
    expect(offsets.get('t')?.get(1)).not.toHaveProperty('topicId');
  });

  it('is written by difference: what stays the same is not touched', async () => {
    const group = await claimGroup(zk, 'g');
    const first = stable(1, 'a', 'b');
    await group.saveGroup(first, ownersOf(first));
    const before = await other.exists('/consumers/g/ids/b');
    const second = stable(2, 'b', 'c');
    await group.saveGroup(second, new Map([['u', new Map([[0, 'b']])]]));
    expect(await other.exists('/consumers/g/ids/b')).toEqual(before);
    expect(await names('/consumers/g/ids')).toEqual(['b', 'c']);
    expect(await names('/consumers/g/owners')).toEqual(['u']);
    expect(await read()).toEqual(contents(second, []));
  });

  it('can be a group without members', async () => {
    const group = await claimGroup(zk, 'g');
    const first = stable(1, 'a');
    await group.saveGroup(first, ownersOf(first));
    await group.saveGroup(groupRecord(2, []), new Map());
    expect(await read()).toEqual(contents(groupRecord(2, []), []));
    expect(await names('/consumers/g/owners')).toEqual([]);
  });

  it('survives lost replies at every write', async () => {
    const group = await claimGroup(zk, 'g');
    const large = groupRecord(2, [memberRecord('a', 600_000), memberRecord('b', 600_000)]);
    const steps = [
      () => group.saveGroup(stable(1, 'a', 'b'), ownersOf(stable(1, 'a', 'b'))),
      () => group.saveOffsets([offsetChange('t', 0, 1), offsetChange('u', 0, 1)]),
      () => group.saveOffsets([offsetChange('t', 0, 2)]),
      () => group.saveOffsets([{ topic: 'u', partition: 0, committed: null }]),
      () => group.saveGroup(large, ownersOf(large)),
      () => group.tidy(),
      () => group.saveGroup(stable(3, 'b'), new Map()),
      () => group.tidy(),
    ];
    for (const step of steps) {
      fixture.loseNextReply();
      await fixture.until(step());
    }
    expect(await read()).toEqual(contents(stable(3, 'b'), ['t-0@2']));
    expect(await names('/consumers/g/assignments')).toEqual([]);
    expect(await names('/consumers/g/offsets')).toEqual(['t']);
    fixture.loseNextReply();
    await fixture.until(group.remove());
    expect(await new GroupStore(other).list()).toEqual([]);
  });

  it('may be larger than a packet, and small again', async () => {
    const group = await claimGroup(zk, 'g');
    const members = Array.from({ length: 8 }, (_, at) => memberRecord(`m${at}`, 512 * 1024));
    const large = groupRecord(1, members);
    await group.saveGroup(large, ownersOf(large));
    expect(await read()).toEqual(contents(large, []));
    await group.tidy();
    expect(await read()).toEqual(contents(large, []));
    expect(fixture.text('/consumers/g/owners/t/7')).toBe('m7');
    expect(fixture.text('/consumers/g/ids/m7')).not.toContain('assignment');
    await group.saveGroup(stable(2, 'm1'), new Map());
    await group.tidy();
    expect(await names('/consumers/g/assignments')).toEqual([]);
    expect(await read()).toEqual(contents(stable(2, 'm1'), []));
  });

  it('may have many partitions: they are written in several packets', async () => {
    const group = await claimGroup(zk, 'g');
    const changes = Array.from({ length: 3_000 }, (_, partition) =>
      offsetChange(`topic-${partition % 3}`, partition, partition),
    );
    await group.saveOffsets(changes);
    expect((await read()).offsets).toHaveLength(3_000);
    await group.saveOffsets(changes.map((change) => ({ ...change, committed: null })));
    expect(await read()).toEqual({ group: null, offsets: [] });
  });

  it('is mended when somebody has deleted znodes by hand', async () => {
    const group = await claimGroup(zk, 'g');
    await group.saveGroup(stable(1, 'a'), ownersOf(stable(1, 'a')));
    await group.saveOffsets([offsetChange('t', 0, 1)]);
    for (const path of ['/offsets/t/0', '/offsets/t', '/offsets', '/ids/a', '/ids']) {
      await other.delete(`/consumers/g${path}`, -1);
    }
    await group.saveOffsets([offsetChange('t', 0, 2)]);
    await group.saveGroup(stable(2, 'a', 'b'), ownersOf(stable(2, 'a', 'b')));
    expect(await read()).toEqual(contents(stable(2, 'a', 'b'), ['t-0@2']));
  });
});

describe('what consumers of 0.8 have left', () => {
  beforeEach(async () => {
    const made: [string, string | null][] = [
      ['', null],
      ['/ids', null],
      ['/owners', null],
      ['/owners/t', null],
      ['/offsets', null],
      ['/offsets/t', null],
      ['/offsets/t/0', '1234'],
      ['/offsets/t/1', 'what?'],
    ];
    for (const [path, data] of made) {
      await other.create(`/consumers/g${path}`, data === null ? null : Buffer.from(data));
    }
    const registration = '{"version":1,"subscription":{"t":1},"pattern":"static"}';
    await other.create('/consumers/g/ids/g_host-1-a', Buffer.from(registration), {
      ephemeral: true,
    });
    await other.create('/consumers/g/owners/t/0', Buffer.from('g_host-1-a-0'), { ephemeral: true });
  });

  it('are their offsets; the rest is ignored and left alone', async () => {
    expect(await read()).toEqual({ group: null, offsets: ['t-0@1234'] });
    const group = await claimGroup(zk, 'g');
    const saved = stable(1, 'a');
    await group.saveGroup(saved, new Map());
    await group.saveOffsets([offsetChange('t', 0, 1300), offsetChange('t', 1, 5)]);
    expect(await read()).toEqual(contents(saved, ['t-0@1300', 't-1@5']));
    expect(await names('/consumers/g/ids')).toEqual(['a', 'g_host-1-a']);
  });

  it('goes with the group', async () => {
    await (await claimGroup(zk, 'g')).remove();
    expect(await new GroupStore(other).list()).toEqual([]);
  });
});

it('damaged contents are as good as none', async () => {
  const group = await claimGroup(zk, 'g');
  const large = groupRecord(4, [memberRecord('a', 1_000_000)]);
  await group.saveGroup(large, new Map());
  const [name] = await names('/consumers/g/assignments');
  await other.delete(`/consumers/g/assignments/${name}/0001`, -1);
  const left = { ...groupRecord(4, []), since: large.since };
  expect(await read()).toEqual(contents(left, []));
  await other.set('/consumers/g', Buffer.from('{"state":'), -1);
  expect(await read()).toEqual({ group: null, offsets: [] });
});
