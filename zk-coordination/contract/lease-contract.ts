import { describe, expect, it } from '@jest/globals';
import type { ContractTest } from './contract-test';
import { stateReached } from './settled-session';

export function describeLease(test: ContractTest): void {
  const { links, clock } = test.harness;

  describe('the lease', () => {
    it('runs from the sending of what was answered, and ends before the session can', async () => {
      const { session } = await test.open();
      expect(session.leaseUntil).toBeGreaterThan(clock.monotonic());
      expect(session.leaseUntil).toBeLessThan(clock.monotonic() + session.negotiatedTimeoutMs);
    });

    it('is extended by answered requests', async () => {
      const zk = await test.open();
      const before = zk.session.leaseUntil;
      await test.passTime(10);
      await zk.sync(test.path());
      expect(zk.session.leaseUntil).toBeGreaterThan(before);
      expect(zk.session.leaseUntil).toBeLessThan(
        clock.monotonic() + zk.session.negotiatedTimeoutMs,
      );
    });

    it('is extended by refusals too: they are answers', async () => {
      const zk = await test.open();
      const before = zk.session.leaseUntil;
      await test.passTime(10);
      await zk.refusal((session) => session.get(test.path('/none')));
      expect(zk.session.leaseUntil).toBeGreaterThan(before);
    });

    if (!links) return;

    it('is not extended while cut off, and over when the ensemble ends the session', async () => {
      const [zk, observer, log] = [await test.open(), await test.open(), test.log()];
      await zk.create(test.path('/mine'), null, { ephemeral: true });
      await observer.sync(test.path());
      let leaseLeft = NaN;
      await observer.exists(test.path('/mine'), (event) => {
        leaseLeft = zk.session.leaseUntil - clock.monotonic();
        log.watcher(event);
      });
      await links.lose(zk.session);
      await stateReached(zk.session, 'suspended');
      const { leaseUntil } = zk.session;
      await test.passTime(zk.session.negotiatedTimeoutMs);
      await log.atLeast(1);
      expect(zk.session.leaseUntil).toBe(leaseUntil);
      expect(leaseLeft).toBeLessThanOrEqual(0);
      await links.restore(zk.session);
    });
  });
}
