import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { deferred } from '../../../../client/runtime/deferred';
import type { GroupClaim, GroupSnapshot, GroupStorage } from '../group-storage';
import type { OffsetChange, StoredGroup } from '../stored-group';
import type { GroupStorageHarness } from './group-storage-harness';
import { sampleGroup, sampleOffset } from './stored-samples';

const NOT_TOLD = {
  onLost: () => {
    throw new Error('The claim should not have been lost.');
  },
};

const order = (group: StoredGroup | null) =>
  group && {
    ...group,
    members: [...group.members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1)),
  };

/** With members and offsets in an order that can be compared. */
function plain({ group, offsets }: GroupSnapshot) {
  const flat: OffsetChange[] = [...offsets].flatMap(([topic, partitions]) =>
    [...partitions].map(([partition, committed]) => ({ topic, partition, committed })),
  );
  const key = ({ topic, partition }: OffsetChange) => `${topic}-${partition}`;
  flat.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return { group: order(group), offsets: flat };
}

/** What every storage of groups has to do. */
export function describeGroupStorage(name: string, harness: GroupStorageHarness): void {
  describe(`${name} keeps the contract of GroupStorage:`, () => {
    if (harness.start) beforeAll(() => harness.start?.(), 120_000);
    afterEach(() => harness.afterEach(), 60_000);
    if (harness.stop) afterAll(() => harness.stop?.(), 60_000);
    const until = <T>(promise: Promise<T>): Promise<T> => harness.until(promise);
    const claim = (storage: GroupStorage, groupId = 'g'): Promise<GroupClaim> =>
      until(storage.claim(groupId, NOT_TOLD));
    const read = async (storage: GroupStorage, groupId = 'g') =>
      plain(await until(storage.read(groupId)));

    it('a group nobody has heard of has a coordinator, nothing in it, and can be claimed', async () => {
      const [one, two] = [await harness.join(1), await harness.join(2)];
      const coordinators = [
        await until(one.coordinatorOf('g')),
        await until(two.coordinatorOf('g')),
      ];
      expect(coordinators[0]).toBe(coordinators[1]);
      expect([1, 2]).toContain(coordinators[0]);
      expect(await read(one)).toEqual({ group: null, offsets: [] });
      const claimed = await claim(two);
      expect(plain(claimed.snapshot)).toEqual({ group: null, offsets: [] });
      expect(claimed.groupId).toBe('g');
      expect(claimed.isHeld).toBe(true);
    });

    it('keeps what is saved, whoever claims the group next', async () => {
      const [one, two] = [await harness.join(1), await harness.join(2)];
      const first = await claim(one);
      const saved = sampleGroup(1, 'a', 'b-s');
      const offsets = [sampleOffset('orders', 0, 5), sampleOffset('orders', 1, 6)];
      await until(first.saveGroup(saved));
      await until(first.saveOffsets(offsets));
      expect(await read(two)).toEqual({ group: order(saved), offsets });
      await until(first.release());
      expect(first.isHeld).toBe(false);
      const second = await claim(two);
      expect(plain(second.snapshot)).toEqual({ group: order(saved), offsets });
      const later = sampleGroup(2, 'b-s', 'c');
      await until(second.saveGroup(later));
      await until(second.saveOffsets([{ topic: 'orders', partition: 0, committed: null }]));
      expect(await read(one)).toEqual({ group: order(later), offsets: offsets.slice(1) });
      await until(second.saveGroup(sampleGroup(3)));
      expect(await read(one)).toEqual({ group: sampleGroup(3), offsets: offsets.slice(1) });
    });

    it('is claimed by one at a time, and everybody knows by whom', async () => {
      const [one, two] = [await harness.join(1), await harness.join(2)];
      const claimed = await claim(two);
      for (const storage of [one, two]) expect(await until(storage.coordinatorOf('g'))).toBe(2);
      await expect(until(one.claim('g', NOT_TOLD))).rejects.toMatchObject({ reason: 'taken' });
      await until(claimed.release());
      await claim(one);
      for (const storage of [one, two]) expect(await until(storage.coordinatorOf('g'))).toBe(1);
    });

    it('of two that claim it at once one gets it', async () => {
      const [one, two] = [await harness.join(1), await harness.join(2)];
      const both = await until(
        Promise.allSettled([one.claim('g', NOT_TOLD), two.claim('g', NOT_TOLD)]),
      );
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = both.find(({ status }) => status === 'rejected');
      expect(refused).toMatchObject({ reason: { reason: 'taken' } });
    });

    it('the group of a dead broker goes on with the next, and what the dead one writes is refused', async () => {
      const [one, two] = [await harness.join(1), await harness.join(2)];
      const lost = deferred();
      const dead = await until(one.claim('g', { onLost: lost.resolve }));
      const saved = sampleGroup(1, 'a');
      await until(dead.saveGroup(saved));
      await until(dead.saveOffsets([sampleOffset('orders', 0, 4)]));
      await harness.kill(1);
      const next = await claim(two);
      expect(plain(next.snapshot)).toEqual({
        group: order(saved),
        offsets: [sampleOffset('orders', 0, 4)],
      });
      const writes = [
        dead.saveOffsets([sampleOffset('orders', 0, 99)]),
        dead.saveGroup(sampleGroup(2, 'z')),
      ];
      for (const write of writes) {
        await expect(until(write)).rejects.toMatchObject({ code: expect.any(String) });
      }
      await until(lost.promise);
      expect(dead.isHeld).toBe(false);
      await until(next.saveOffsets([sampleOffset('orders', 0, 8)]));
      expect(await read(two)).toEqual({
        group: order(saved),
        offsets: [sampleOffset('orders', 0, 8)],
      });
    });

    it('writes in the order asked for; of offsets that wait the latest counts', async () => {
      const storage = await harness.join(1);
      const claimed = await claim(storage);
      const writes: Promise<void>[] = [];
      for (let offset = 0; offset < 200; offset++) {
        writes.push(claimed.saveOffsets([sampleOffset('orders', offset % 3, offset)]));
        if (offset % 50 === 10) writes.push(claimed.saveGroup(sampleGroup(offset, 'a')));
      }
      writes.push(
        claimed.saveOffsets([
          { topic: 'orders', partition: 0, committed: null },
          sampleOffset('orders', 4, 1),
          sampleOffset('orders', 4, 2),
        ]),
      );
      await until(Promise.all(writes));
      const expected = {
        group: sampleGroup(160, 'a'),
        offsets: [
          sampleOffset('orders', 1, 199),
          sampleOffset('orders', 2, 197),
          sampleOffset('orders', 4, 2),
        ],
      };
      expect(await read(storage)).toEqual(expected);
      await until(claimed.saveOffsets([]));
    });

    it('takes any text for group, member and topic', async () => {
      const storage = await harness.join(1);
      const texts = ['', '.', '..', 'a/b', '/', 'é\u0000☃', 'x'.repeat(500)];
      for (const text of texts) {
        const claimed = await claim(storage, text);
        await until(claimed.saveGroup(sampleGroup(1, `${text}-m`)));
        await until(claimed.saveOffsets([sampleOffset('orders', 0, 2)]));
        expect(await read(storage, text)).toEqual({
          group: sampleGroup(1, `${text}-m`),
          offsets: [sampleOffset('orders', 0, 2)],
        });
      }
      expect((await until(storage.list())).sort()).toEqual([...texts].sort());
    });

    it('removes a group, and that ends the claim', async () => {
      const [one, two] = [await harness.join(1), await harness.join(2)];
      const claimed = await claim(one);
      await until(claimed.saveGroup(sampleGroup(1, 'a')));
      await until(claimed.saveOffsets([sampleOffset('orders', 0, 1)]));
      await until(claimed.remove());
      expect(claimed.isHeld).toBe(false);
      expect(await read(two)).toEqual({ group: null, offsets: [] });
      expect([...(await until(one.list())), ...(await until(two.list()))]).toEqual([]);
      await expect(
        until(claimed.saveOffsets([sampleOffset('orders', 0, 2)])),
      ).rejects.toMatchObject({ reason: 'taken' });
      const again = await claim(two);
      expect(plain(again.snapshot)).toEqual({ group: null, offsets: [] });
    });

    it('lists every group at one broker', async () => {
      const storages = [await harness.join(1), await harness.join(2), await harness.join(3)];
      const all: string[] = [];
      for (let number = 0; number < 30; number++) {
        const storage = storages[number % 3] ?? (await harness.join(9));
        const claimed = await claim(storage, `group-${number}`);
        all.push(`group-${number}`);
        await until(claimed.saveOffsets([sampleOffset('orders', 0, number)]));
        if (number % 2 === 0) await until(claimed.release());
      }
      const lists = await until(Promise.all(storages.map((storage) => storage.list())));
      expect(lists.flat().sort()).toEqual(all.sort());
      for (const [at, storage] of storages.entries()) {
        const claimedHere = all.filter(
          (group) => Number(group.slice(6)) % 6 === at + (at % 2 ? 0 : 3),
        );
        expect(lists[at]).toEqual(expect.arrayContaining(claimedHere));
        for (const group of claimedHere)
          expect(await until(storage.coordinatorOf(group))).toBe(at + 1);
      }
    });

    it('closing gives everything back at once', async () => {
      const [one, two] = [await harness.join(1), await harness.join(2)];
      const groups = ['a', 'b', 'c', 'd'];
      for (const group of groups) {
        const claimed = await claim(one, group);
        await until(claimed.saveOffsets([sampleOffset('orders', 0, 1)]));
      }
      await until(one.close());
      for (const group of groups) {
        expect(await until(two.coordinatorOf(group))).toBe(2);
        expect(plain((await claim(two, group)).snapshot).offsets).toHaveLength(1);
      }
      await expect(until(one.claim('e', NOT_TOLD))).rejects.toMatchObject({
        reason: 'unavailable',
      });
    });

    it('keeps a group of four megabytes', async () => {
      const [one, two] = [await harness.join(1), await harness.join(2)];
      const claimed = await claim(one);
      const large: StoredGroup = {
        ...sampleGroup(1),
        state: 'Stable',
        members: Array.from({ length: 40 }, (_, at) => ({
          ...(sampleGroup(1, `m${at}`).members[0] as StoredGroup['members'][0]),
          protocols: [{ name: 'range', metadata: Buffer.alloc(100_000, at) }],
        })),
      };
      await until(claimed.saveGroup(large));
      await until(claimed.saveOffsets([sampleOffset('orders', 0, 1)]));
      await until(claimed.release());
      const { snapshot } = await claim(two);
      expect(snapshot.group?.members).toHaveLength(40);
      for (const member of large.members) {
        const found = snapshot.group?.members.find(({ memberId }) => memberId === member.memberId);
        const [expected, metadata] = [member, found].map((one) => one?.protocols[0]?.metadata);
        expect(expected !== undefined && metadata?.equals(expected)).toBe(true);
      }
    });
  });
}
