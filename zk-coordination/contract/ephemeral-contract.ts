import { describe, expect, it } from '@jest/globals';
import type { ContractTest } from './contract-test';
import { bytes } from './contract-test';
import { stateReached } from './settled-session';

export function describeEphemerals(test: ContractTest): void {
  const { links } = test.harness;

  describe('ephemeral znodes', () => {
    it('belong to the session that made them', async () => {
      const zk = await test.open();
      await zk.create(test.path('/a'), bytes('x'), { ephemeral: true });
      expect(await zk.exists(test.path('/a'))).toMatchObject({ ephemeralOwner: zk.id });
      const other = await test.open();
      await other.sync(test.path('/a'));
      expect(await other.set(test.path('/a'), bytes('y'), 0)).toMatchObject({
        ephemeralOwner: zk.id,
      });
    });

    it('go when it is closed, and nothing else does', async () => {
      const [zk, observer, log] = [await test.open(), await test.open(), test.log()];
      await zk.create(test.path('/persistent'));
      await zk.create(test.path('/a'), null, { ephemeral: true });
      await zk.create(test.path('/b-'), bytes('b'), { ephemeral: true, sequential: true });
      await observer.sync(test.path());
      await observer.exists(test.path('/a'), log.watcher);
      await test.close(zk);
      if (test.harness.faulty) await log.atLeast(1);
      await observer.sync(test.path());
      expect((await observer.children(test.path())).children).toEqual(['persistent']);
      expect(log.seen).toEqual(['deleted /a']);
    });

    if (!links) return;

    it('stay when it is merely cut off', async () => {
      const [zk, observer] = [await test.open(), await test.open()];
      await zk.create(test.path('/a'), null, { ephemeral: true });
      await links.lose(zk.session);
      await stateReached(zk.session, 'suspended');
      await observer.sync(test.path());
      expect(await observer.exists(test.path('/a'))).toMatchObject({ ephemeralOwner: zk.id });
      await links.restore(zk.session);
      await stateReached(zk.session, 'connected');
      expect(await zk.exists(test.path('/a'))).toMatchObject({ ephemeralOwner: zk.id });
    });

    it('go when it expires', async () => {
      const [zk, observer, log] = [await test.open(), await test.open(), test.log()];
      await zk.create(test.path('/a'), null, { ephemeral: true });
      await observer.sync(test.path());
      await observer.exists(test.path('/a'), log.watcher);
      await links.lose(zk.session);
      await test.passTime(zk.session.negotiatedTimeoutMs);
      expect(await log.atLeast(1)).toEqual(['deleted /a']);
      await links.restore(zk.session);
    });
  });
}
