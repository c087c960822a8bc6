import { describe, expect, it } from '@jest/globals';
import type { ZkOp, ZkOpResult } from '../multi';
import type { ContractTest } from './contract-test';
import { bytes } from './contract-test';

export function describeMulti(test: ContractTest): void {
  const create = (name: string, data: Buffer | null = null): ZkOp => ({
    type: 'create',
    path: test.path(name),
    data,
  });
  const set = (name: string, data: string, version: number): ZkOp => ({
    type: 'set',
    path: test.path(name),
    data: bytes(data),
    version,
  });
  const check = (name: string, version: number): ZkOp => ({
    type: 'check',
    path: test.path(name),
    version,
  });
  const remove = (name: string, version: number): ZkOp => ({
    type: 'delete',
    path: test.path(name),
    version,
  });

  describe('multi', () => {
    it('does all of it in one transaction and tells what each operation brought', async () => {
      const zk = await test.open();
      await zk.create(test.path('/counter'));
      await zk.create(test.path('/old'));
      const ops = [
        check('/counter', 0),
        { ...create('/mine', bytes('x')), ephemeral: true } as ZkOp,
        set('/counter', 'y', 0),
        remove('/old', 0),
      ];
      const results = await zk.multi(ops, async () => {
        const { data, stat } = await zk.get(test.path('/counter'));
        if (!data?.equals(bytes('y'))) return undefined;
        const path = test.path('/mine');
        return [
          { type: 'check' },
          { type: 'create', path },
          { type: 'set', stat },
          { type: 'delete' },
        ];
      });
      const mine = await zk.get(test.path('/mine'));
      const counter = await zk.get(test.path('/counter'));
      expect(results).toEqual([
        { type: 'check' },
        { type: 'create', path: test.path('/mine') },
        { type: 'set', stat: counter.stat },
        { type: 'delete' },
      ] satisfies ZkOpResult[]);
      expect(mine).toMatchObject({ data: bytes('x'), stat: { ephemeralOwner: zk.id } });
      expect(mine.stat.czxid).toBe(counter.stat.mzxid);
      expect(await zk.exists(test.path('/old'))).toBeNull();
    });

    it('lets later operations see earlier ones', async () => {
      const zk = await test.open();
      const ops = [
        create('/p'),
        create('/p/a'),
        set('/p', 'x', 0),
        set('/p', 'witness', 1),
        remove('/p/a', 0),
        check('/p', 2),
      ];
      await zk.multi(ops, async () => {
        const { data } = await zk.get(test.path('/p'));
        return data?.equals(bytes('witness')) ? [] : undefined;
      });
      expect(await zk.get(test.path('/p'))).toMatchObject({
        data: bytes('witness'),
        stat: { version: 2, numChildren: 0, cversion: 2 },
      });
    });

    it('does nothing at all when one operation fails, and says which', async () => {
      const zk = await test.open();
      await zk.create(test.path('/a'));
      await zk.create(test.path('/b'));
      await zk.create(test.path('/p'));
      await zk.create(test.path('/p/child'));
      const stats = () =>
        Promise.all(['', '/a', '/b', '/p'].map((name) => zk.exists(test.path(name))));
      const before = await stats();
      const cases: [ZkOp, string][] = [
        [check('/a', 0), 'BAD_VERSION'],
        [check('/none', 0), 'NO_NODE'],
        [check('/none', -1), 'NO_NODE'],
        [set('/a', 'y', 0), 'BAD_VERSION'],
        [set('/none', 'y', 0), 'NO_NODE'],
        [remove('/a', 0), 'BAD_VERSION'],
        [remove('/p', 0), 'NOT_EMPTY'],
        [create('/a'), 'NODE_EXISTS'],
        [create('/none/child'), 'NO_NODE'],
      ];
      for (const [culprit, code] of cases) {
        const around = [create('/made'), set('/a', 'x', 0), remove('/b', 0)];
        const ops = [...around, create('/p/made'), culprit, create('/after')];
        const error = await zk.refusal((session) => session.multi(ops));
        expect(error).toMatchObject({
          code,
          op: 'multi',
          index: 4,
          path: culprit.path,
          outcome: 'not-applied',
        });
      }
      expect(await stats()).toEqual(before);
      expect((await zk.children(test.path())).children.sort()).toEqual(['a', 'b', 'p']);
    });

    it('fences: a check at version 0 is a check', async () => {
      const zk = await test.open();
      await zk.create(test.path('/epoch'));
      await zk.set(test.path('/epoch'), bytes('1'), 0);
      const error = await zk.refusal((session) =>
        session.multi([check('/epoch', 0), create('/a')]),
      );
      expect(error).toMatchObject({ code: 'BAD_VERSION', index: 0, path: test.path('/epoch') });
      expect(await zk.exists(test.path('/a'))).toBeNull();
    });

    it('numbers sequential znodes, and not those it did not make', async () => {
      const zk = await test.open();
      const next = (data: string): ZkOp => ({
        ...(create('/n-', bytes(data)) as Extract<ZkOp, { type: 'create' }>),
        sequential: true,
      });
      await zk.refusal((session) => session.multi([next('0'), next('1'), check('/none', 0)]));
      const results = await zk.multi([next('2'), next('3')], async () => {
        const { children } = await zk.children(test.path());
        if (children.length === 0) return undefined;
        return children.sort().map((name) => ({ type: 'create', path: test.path(`/${name}`) }));
      });
      expect(results).toEqual([
        { type: 'create', path: test.path('/n-0000000000') },
        { type: 'create', path: test.path('/n-0000000001') },
      ]);
    });

    it('fires the watches on what it changed, and none when it fails', async () => {
      const [zk, log] = [await test.open(), test.log()];
      await zk.create(test.path('/a'));
      await zk.get(test.path('/a'), log.watcher);
      await zk.exists(test.path('/b'), log.watcher);
      await zk.children(test.path(), log.watcher);
      const ops = [set('/a', 'x', 0), create('/b', bytes('y'))];
      await zk.refusal((session) => session.multi([...ops, check('/none', 0)]));
      await zk.sync(test.path());
      expect(log.seen).toEqual([]);
      await zk.multi(ops, async () => {
        const { data } = await zk.get(test.path('/b'));
        return data?.equals(bytes('y')) ? [] : undefined;
      });
      expect([...log.seen].sort()).toEqual(['childrenChanged ', 'created /b', 'dataChanged /a']);
    });

    it('of nothing does nothing', async () => {
      const zk = await test.open();
      expect(await zk.multi([], async () => [])).toEqual([]);
    });

    it('is refused when it is too large or makes no sense', async () => {
      const zk = await test.open();
      const large = Buffer.alloc(400 * 1024);
      const tooMuch = [create('/a', large), create('/b', large), create('/c', large)];
      const cases: [ZkOp[], string][] = [
        [tooMuch, 'TOO_LARGE'],
        [[create('/a', Buffer.alloc(600 * 1024))], 'TOO_LARGE'],
        [[check('', NaN)], 'BAD_ARGUMENTS'],
        [[set('', 'x', -2)], 'BAD_ARGUMENTS'],
        [[create('/a/')], 'BAD_ARGUMENTS'],
      ];
      for (const [ops, code] of cases) {
        const error = await zk.refusal((session) => session.multi(ops));
        expect(error).toMatchObject({ code, op: 'multi', outcome: 'not-applied' });
      }
    });
  });
}
