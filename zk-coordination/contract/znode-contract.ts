import { describe, expect, it } from '@jest/globals';
import { ANY_VERSION } from '../multi';
import type { ContractTest } from './contract-test';
import { bytes } from './contract-test';

const REFUSED = { outcome: 'not-applied', retriable: false };

export function describeZnodes(test: ContractTest): void {
  describe('znodes', () => {
    it('are created, read, changed and deleted', async () => {
      const zk = await test.open();
      const path = test.path('/a');
      expect(await zk.create(path, bytes('one'))).toBe(path);
      expect((await zk.get(path)).data).toEqual(bytes('one'));
      expect(await zk.set(path, bytes('three'), 0)).toMatchObject({ version: 1, dataLength: 5 });
      expect((await zk.get(path)).data).toEqual(bytes('three'));
      await zk.delete(path, 1);
      expect(await zk.exists(path)).toBeNull();
    });

    it('start with version 0 and the transaction that made them', async () => {
      const zk = await test.open();
      await zk.create(test.path('/a'), bytes('abc'));
      const { stat } = await zk.get(test.path('/a'));
      expect(stat).toEqual({
        czxid: stat.czxid,
        mzxid: stat.czxid,
        pzxid: stat.czxid,
        ctime: stat.ctime,
        mtime: stat.ctime,
        version: 0,
        cversion: 0,
        ephemeralOwner: 0n,
        dataLength: 3,
        numChildren: 0,
      });
      expect(stat.czxid).toBeGreaterThan(0n);
      expect(await zk.exists(test.path('/a'))).toEqual(stat);
    });

    it('tell no data from empty data', async () => {
      const zk = await test.open();
      await zk.create(test.path('/null'), null);
      await zk.create(test.path('/empty'), Buffer.alloc(0));
      expect((await zk.get(test.path('/null'))).data).toBeNull();
      expect((await zk.get(test.path('/empty'))).data).toEqual(Buffer.alloc(0));
      await zk.set(test.path('/null'), Buffer.alloc(0), 0);
      expect((await zk.get(test.path('/null'))).data).toEqual(Buffer.alloc(0));
    });

    it('get ever larger zxids, a new czxid after deletion included', async () => {
      const zk = await test.open();
      await zk.create(test.path('/a'));
      await zk.create(test.path('/b'));
      const [a, b] = [await zk.get(test.path('/a')), await zk.get(test.path('/b'))];
      expect(b.stat.czxid).toBeGreaterThan(a.stat.czxid);
      const changed = await zk.set(test.path('/a'), bytes('x'), 0);
      expect(changed.czxid).toBe(a.stat.czxid);
      expect(changed.mzxid).toBeGreaterThan(b.stat.czxid);
      await zk.delete(test.path('/a'), 1);
      await zk.create(test.path('/a'));
      const again = await zk.get(test.path('/a'));
      expect(again.stat.czxid).toBeGreaterThan(changed.mzxid);
      expect(again.stat.version).toBe(0);
    });

    it('count the comings and goings of their children', async () => {
      const zk = await test.open();
      await zk.create(test.path('/p'), bytes('x'));
      await zk.create(test.path('/p/a'));
      await zk.create(test.path('/p/b'));
      const two = await zk.children(test.path('/p'));
      expect(two.children.sort()).toEqual(['a', 'b']);
      expect(two.stat).toMatchObject({ numChildren: 2, cversion: 2, version: 0 });
      await zk.set(test.path('/p/b'), bytes('y'), 0);
      expect((await zk.children(test.path('/p'))).stat).toEqual(two.stat);
      await zk.delete(test.path('/p/a'), 0);
      const one = await zk.children(test.path('/p'));
      expect(one.children).toEqual(['b']);
      expect(one.stat).toMatchObject({ numChildren: 1, cversion: 3, version: 0 });
      expect(one.stat.pzxid).toBeGreaterThan(two.stat.pzxid);
      expect(one.stat.mzxid).toBe(one.stat.czxid);
    });

    it('are numbered on wish, by the creations in their parent', async () => {
      const zk = await test.open();
      const make = (prefix: string, data: string) =>
        zk.create(test.path(prefix), bytes(data), { sequential: true });
      expect(await make('/n-', '0')).toBe(test.path('/n-0000000000'));
      await zk.create(test.path('/plain'));
      expect(await make('/m-', '1')).toBe(test.path('/m-0000000002'));
      await zk.delete(test.path('/m-0000000002'), 0);
      expect(await make('/m-', '2')).toBe(test.path('/m-0000000003'));
      await zk.create(test.path('/queue'));
      expect(await make('/queue/', '3')).toBe(test.path('/queue/0000000000'));
    });

    it('may have any printable name', async () => {
      const zk = await test.open();
      const path = test.path('/Größe: 3 % of "x" → ok');
      expect(await zk.create(path)).toBe(path);
      expect((await zk.children(test.path())).children).toEqual(['Größe: 3 % of "x" → ok']);
    });

    it('may hold half a megabyte and no more', async () => {
      const zk = await test.open();
      await zk.create(test.path('/large'), Buffer.alloc(500 * 1024, 'x'));
      expect((await zk.get(test.path('/large'))).stat.dataLength).toBe(500 * 1024);
      const tooLarge = Buffer.alloc(600 * 1024);
      for (const error of [
        await zk.refusal((session) => session.create(test.path('/larger'), tooLarge)),
        await zk.refusal((session) => session.set(test.path('/large'), tooLarge, 0)),
      ]) {
        expect(error).toMatchObject({ ...REFUSED, code: 'TOO_LARGE' });
      }
    });
  });

  describe('conditional writes', () => {
    it('are refused at any other version, 0 being one like others', async () => {
      const zk = await test.open();
      const path = test.path('/a');
      await zk.create(path);
      await zk.set(path, bytes('x'), 0);
      for (const version of [0, 2]) {
        for (const error of [
          await zk.refusal((session) => session.set(path, bytes('y'), version)),
          await zk.refusal((session) => session.delete(path, version)),
        ]) {
          expect(error).toMatchObject({ ...REFUSED, code: 'BAD_VERSION', path });
        }
      }
      expect(await zk.get(path)).toMatchObject({ data: bytes('x'), stat: { version: 1 } });
    });

    if (!test.harness.faulty) {
      it('take every version only when asked to', async () => {
        const { session } = await test.open();
        await session.create(test.path('/a'), null);
        await session.set(test.path('/a'), bytes('x'), ANY_VERSION);
        expect(await session.set(test.path('/a'), bytes('y'), ANY_VERSION)).toMatchObject({
          version: 2,
        });
        await session.delete(test.path('/a'), ANY_VERSION);
        expect(await session.exists(test.path('/a'))).toBeNull();
      });
    }
  });

  describe('operations are refused', () => {
    it('with NO_NODE', async () => {
      const zk = await test.open();
      const path = test.path('/none');
      for (const [op, error] of [
        ['get', await zk.refusal((session) => session.get(path))],
        ['children', await zk.refusal((session) => session.children(path))],
        ['set', await zk.refusal((session) => session.set(path, bytes('x'), 0))],
        ['delete', await zk.refusal((session) => session.delete(path, 0))],
      ] as const) {
        expect(error).toMatchObject({ ...REFUSED, code: 'NO_NODE', op, path });
      }
      const orphan = await zk.refusal((session) => session.create(`${path}/child`, null));
      expect(orphan).toMatchObject({ ...REFUSED, code: 'NO_NODE', op: 'create' });
    });

    it('with NODE_EXISTS', async () => {
      const zk = await test.open();
      await zk.create(test.path('/a'), bytes('first'));
      const error = await zk.refusal((session) => session.create(test.path('/a'), bytes('second')));
      expect(error).toMatchObject({ ...REFUSED, code: 'NODE_EXISTS', path: test.path('/a') });
      expect((await zk.get(test.path('/a'))).data).toEqual(bytes('first'));
    });

    it('with NOT_EMPTY', async () => {
      const zk = await test.open();
      await zk.create(test.path('/a'));
      await zk.create(test.path('/a/b'));
      const error = await zk.refusal((session) => session.delete(test.path('/a'), 0));
      expect(error).toMatchObject({ ...REFUSED, code: 'NOT_EMPTY', path: test.path('/a') });
      await zk.delete(test.path('/a/b'), 0);
      await zk.delete(test.path('/a'), 0);
    });

    it('with NO_CHILDREN_FOR_EPHEMERALS', async () => {
      const zk = await test.open();
      await zk.create(test.path('/a'), null, { ephemeral: true });
      const error = await zk.refusal((session) => session.create(test.path('/a/b'), null));
      expect(error).toMatchObject({ ...REFUSED, code: 'NO_CHILDREN_FOR_EPHEMERALS' });
    });

    it('with BAD_ARGUMENTS for what cannot be a path', async () => {
      const zk = await test.open();
      for (const path of ['', 'a', `${test.path('/a')}/`, '//a', '/a/./b', '/a/..', '/a\0b']) {
        for (const error of [
          await zk.refusal((session) => session.create(path, null)),
          await zk.refusal((session) => session.get(path)),
          await zk.refusal((session) => session.exists(path)),
          await zk.refusal((session) => session.children(path)),
          await zk.refusal((session) => session.set(path, bytes('x'), 0)),
          await zk.refusal((session) => session.delete(path, 0)),
        ]) {
          expect(error).toMatchObject({ ...REFUSED, code: 'BAD_ARGUMENTS', path });
        }
      }
    });

    it('with BAD_ARGUMENTS for what cannot be a version', async () => {
      const zk = await test.open();
      await zk.create(test.path('/a'));
      for (const version of [NaN, 0.5, -2, 2 ** 31]) {
        for (const error of [
          await zk.refusal((session) => session.set(test.path('/a'), bytes('x'), version)),
          await zk.refusal((session) => session.delete(test.path('/a'), version)),
        ]) {
          expect(error).toMatchObject({ ...REFUSED, code: 'BAD_ARGUMENTS' });
        }
      }
      expect(await zk.exists(test.path('/a'))).toMatchObject({ version: 0 });
    });
  });

  describe('sync', () => {
    it('lets a session see what others wrote before', async () => {
      const [reading, writing] = [await test.open(), await test.open()];
      await writing.create(test.path('/a'));
      for (let version = 0; version < 20; version++) {
        await writing.set(test.path('/a'), bytes(String(version)), version);
        await reading.sync(test.path('/a'));
        expect((await reading.get(test.path('/a'))).stat.version).toBe(version + 1);
      }
    });
  });

  if (!test.harness.faulty) {
    describe('the operations of one session', () => {
      it('are applied in the order of the calls, without waiting for each other', async () => {
        const { session } = await test.open();
        const path = test.path('/a');
        const made = session.create(path, null);
        const stats = Array.from({ length: 50 }, (_, version) =>
          session.set(path, bytes(String(version)), version),
        );
        const read = session.get(path);
        const gone = session.delete(path, 50);
        const after = session.exists(path);
        expect(await made).toBe(path);
        expect((await Promise.all(stats)).map((stat) => stat.version)).toEqual(
          Array.from({ length: 50 }, (_, version) => version + 1),
        );
        expect((await read).data).toEqual(bytes('49'));
        await gone;
        expect(await after).toBeNull();
      });
    });
  }
}
