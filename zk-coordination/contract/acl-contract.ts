import { describe, expect, it } from '@jest/globals';
import type { ContractTest } from './contract-test';
import { bytes } from './contract-test';

export function describeAcls(test: ContractTest): void {
  describe('protected znodes', () => {
    it('cannot be made by nobody', async () => {
      const zk = await test.open();
      for (const acl of ['creator', 'creatorWorldReads'] as const) {
        const error = await zk.refusal((session) => session.create(test.path('/a'), null, { acl }));
        expect(error).toMatchObject({ code: 'INVALID_ACL', outcome: 'not-applied' });
      }
    });

    if (!test.harness.identities) return;

    it('are their creator’s alone, from whichever session', async () => {
      const [owner, again, other] = [
        await test.open({ identity: 'kafka:secret' }),
        await test.open({ identity: 'kafka:secret' }),
        await test.open({ identity: 'kafka:wrong' }),
      ];
      const path = test.path('/a');
      await owner.create(path, bytes('x'), { acl: 'creator' });
      await again.sync(path);
      expect((await again.get(path)).data).toEqual(bytes('x'));
      await again.set(path, bytes('y'), 0);
      await other.sync(path);
      for (const error of [
        await other.refusal((session) => session.get(path)),
        await other.refusal((session) => session.children(path)),
        await other.refusal((session) => session.set(path, bytes('z'), 1)),
        await other.refusal((session) => session.create(`${path}/b`, null)),
      ]) {
        expect(error).toMatchObject({ code: 'NO_AUTH', outcome: 'not-applied' });
      }
      expect(await other.exists(path)).toMatchObject({ version: 1 });
    });

    it('can be open to reading', async () => {
      const [owner, other] = [await test.open({ identity: 'kafka:secret' }), await test.open()];
      const path = test.path('/a');
      await owner.create(path, bytes('x'), { acl: 'creatorWorldReads' });
      await other.sync(path);
      expect((await other.get(path)).data).toEqual(bytes('x'));
      expect((await other.children(path)).children).toEqual([]);
      const error = await other.refusal((session) => session.set(path, bytes('y'), 0));
      expect(error).toMatchObject({ code: 'NO_AUTH', outcome: 'not-applied' });
    });
  });
}
