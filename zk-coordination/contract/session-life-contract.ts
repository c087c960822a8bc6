import { describe, expect, it } from '@jest/globals';
import type { ZkSession } from '../session-contract';
import type { ContractTest } from './contract-test';
import { bytes } from './contract-test';
import { stateReached } from './settled-session';

export function describeSessionLife(test: ContractTest): void {
  const { links, faulty } = test.harness;

  /** How each operation ends on a session that cannot send. */
  async function endings(session: ZkSession): Promise<string[]> {
    const path = test.path('/a');
    const operations = [
      session.create(path, null),
      session.get(path),
      session.exists(path),
      session.children(path),
      session.set(path, bytes('x'), 0),
      session.delete(path, 0),
      session.multi([{ type: 'check', path, version: 0 }]),
      session.sync(path),
    ];
    const results = await Promise.allSettled(operations);
    const told = results.map((result) => {
      if (result.status === 'fulfilled') return 'fulfilled';
      const { code, outcome } = result.reason as { code: string; outcome: string };
      return `${code} ${outcome}`;
    });
    return [...new Set(told)];
  }

  describe('a session', () => {
    it('begins connecting, without id and lease', async () => {
      const { session } = test.begin();
      expect(session.state).toBe('connecting');
      expect(session.id).toBe(0n);
      expect(session.leaseUntil).toBe(0);
      expect(await endings(session)).toEqual(['NOT_CONNECTED not-applied']);
      await session.connected();
      expect(session.id).not.toBe(0n);
      expect(session.negotiatedTimeoutMs).toBeGreaterThan(0);
      expect(session.credentials()).toMatchObject({ id: session.id });
      if (!faulty) expect(session.state).toBe('connected');
    });

    it('has an id of its own', async () => {
      const [first, second] = [await test.open(), await test.open()];
      expect(first.id).not.toBe(second.id);
    });

    it('tells its states until the listener is taken away', async () => {
      const { session } = test.begin();
      const [kept, removed]: [string[], string[]] = [[], []];
      session.onState((state, previous) => kept.push(`${previous} → ${state}`));
      session.onState((state) => removed.push(state))();
      await session.connected();
      await session.close();
      expect(kept[0]).toBe('connecting → connected');
      expect(kept.at(-1)).toMatch(/→ closed$/);
      if (!faulty) expect(kept).toHaveLength(2);
      expect(removed).toEqual([]);
    });

    it('is not given away for a wrong password', async () => {
      const [zk, observer] = [await test.open(), await test.open()];
      await zk.create(test.path('/a'), null, { ephemeral: true });
      const resume = { id: zk.id, password: Buffer.alloc(16, 1) };
      const thief = test.begin({ resume });
      await expect(thief.session.connected()).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
      expect(thief.session.state).toBe('expired');
      await observer.sync(test.path());
      expect(await observer.exists(test.path('/a'))).toMatchObject({ ephemeralOwner: zk.id });
      await stateReached(zk.session, 'connected');
    });

    it('cannot be taken up after it was closed', async () => {
      const zk = await test.open();
      const resume = zk.session.credentials();
      await test.close(zk);
      const late = test.begin({ resume });
      await expect(late.session.connected()).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
      expect(await endings(late.session)).toEqual(['SESSION_EXPIRED not-applied']);
    });

    it('can be closed twice, and then does nothing any more', async () => {
      const { session } = await test.open();
      const states: string[] = [];
      session.onState((state) => states.push(state));
      await Promise.all([session.close(), session.close()]);
      await session.close();
      expect(session.state).toBe('closed');
      expect(states.filter((state) => state === 'closed')).toEqual(['closed']);
      expect(session.leaseUntil).toBe(0);
      expect(await endings(session)).toEqual(['SESSION_CLOSED not-applied']);
    });

    it('refuses operations from the moment it is told to close', async () => {
      const { session } = await test.open();
      const closing = session.close();
      expect(await endings(session)).toEqual(['SESSION_CLOSED not-applied']);
      await closing;
    });

    it('can be closed before it is connected', async () => {
      const { session } = test.begin();
      const connected = session.connected();
      const refused = expect(connected).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
      await session.close();
      await refused;
      expect(session.state).toBe('closed');
    });

    if (test.harness.chroots) {
      it('sees nothing but its chroot, which is made for it', async () => {
        const [outside, log] = [await test.open(), test.log()];
        const inside = await test.open({ chroot: test.path('/app/one') });
        expect(await inside.create('/a', bytes('x'))).toBe('/a');
        expect((await inside.children('/')).children).toEqual(['a']);
        await outside.sync(test.path());
        expect((await outside.get(test.path('/app/one/a'))).data).toEqual(bytes('x'));
        await inside.get('/a', log.watcher);
        await outside.set(test.path('/app/one/a'), bytes('y'), 0);
        expect(await log.atLeast(1)).toEqual(['dataChanged /a']);
        const error = await inside.refusal((session) =>
          session.multi([{ type: 'check', path: '/none', version: 0 }]),
        );
        expect(error).toMatchObject({ code: 'NO_NODE', path: '/none', index: 0 });
      });
    }

    if (!links) return;

    it('can be taken up by its credentials, and ended before its time', async () => {
      const [zk, observer] = [await test.open(), await test.open()];
      await zk.create(test.path('/a'), null, { ephemeral: true });
      // As long as its first holder is connected, the two take the session from each other.
      await links.lose(zk.session);
      await stateReached(zk.session, 'suspended');
      const heir = await test.open({ resume: zk.session.credentials() });
      expect(heir.id).toBe(zk.id);
      expect(heir.session.credentials()).toEqual(zk.session.credentials());
      expect(await heir.exists(test.path('/a'))).toMatchObject({ ephemeralOwner: zk.id });
      await heir.session.close();
      await observer.sync(test.path());
      expect(await observer.exists(test.path('/a'))).toBeNull();
      await links.restore(zk.session);
      await stateReached(zk.session, 'expired');
      expect(await endings(zk.session)).toEqual(['SESSION_EXPIRED not-applied']);
    });

    it('survives the loss of its connection, failing fast meanwhile', async () => {
      const { session } = await test.open();
      const states: string[] = [];
      const { id } = session;
      session.onState((state) => states.push(state));
      await links.lose(session);
      await stateReached(session, 'suspended');
      expect(await endings(session)).toEqual(['NOT_CONNECTED not-applied']);
      await links.restore(session);
      await stateReached(session, 'connected');
      expect(session.id).toBe(id);
      if (!faulty) expect(states).toEqual(['suspended', 'connected']);
      await session.connected();
    });

    it('learns of its expiry when it is back, and that is final', async () => {
      const [zk, observer, log] = [await test.open(), await test.open(), test.log()];
      const { session } = zk;
      await zk.create(test.path('/mine'), null, { ephemeral: true });
      await observer.sync(test.path());
      await observer.exists(test.path('/mine'), log.watcher);
      await links.lose(session);
      await test.passTime(session.negotiatedTimeoutMs);
      await log.atLeast(1);
      expect(session.state).toBe('suspended');
      await links.restore(session);
      await stateReached(session, 'expired');
      expect(session.leaseUntil).toBe(0);
      expect(await endings(session)).toEqual(['SESSION_EXPIRED not-applied']);
      await session.close();
      expect(session.state).toBe('expired');
    });

    it('can be closed while it is cut off; its ephemerals go when it times out', async () => {
      const [zk, observer, log] = [await test.open(), await test.open(), test.log()];
      await zk.create(test.path('/mine'), null, { ephemeral: true });
      await observer.sync(test.path());
      await observer.exists(test.path('/mine'), log.watcher);
      await links.lose(zk.session);
      await stateReached(zk.session, 'suspended');
      await zk.session.close();
      expect(zk.session.state).toBe('closed');
      expect(log.seen).toEqual([]);
      await test.passTime(zk.session.negotiatedTimeoutMs);
      expect(await log.atLeast(1)).toEqual(['deleted /mine']);
      await links.restore(zk.session);
    });
  });
}
