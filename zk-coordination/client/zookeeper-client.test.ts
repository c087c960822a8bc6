import { deferred } from '../../client/runtime/deferred';
import { ClientFixture } from './client-fixture';
import { LeaseLostError } from './lease';
import { retrying } from './retry';
import { SessionFile } from './session-file';
import type { StateChange } from './zookeeper-client';

const f = () => new ClientFixture();

describe('ZooKeeperClient', () => {
  it('opens the first session without border handlers', async () => {
    const fixture = f();
    const zk = fixture.client();
    const border: string[] = [];
    zk.beforeNewSession(() => void border.push('before'));
    zk.afterNewSession(() => void border.push('after'));
    expect([zk.state, zk.generation, zk.sessionId]).toEqual(['connecting', 0, 0n]);
    await zk.connect();
    expect([zk.state, zk.generation]).toEqual(['connected', 1]);
    expect(fixture.ensemble.isAlive(zk.sessionId)).toBe(true);
    expect(border).toEqual([]);
    await fixture.close();
    expect(border).toEqual([]);
  });

  it('refuses operations before the first session without sending them', async () => {
    const zk = f().client();
    await expect(zk.get('/')).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
      outcome: 'not-applied',
    });
  });

  it('gives up and closes when no server answers in time', async () => {
    const fixture = f();
    fixture.ensemble.faults.loseQuorum();
    const zk = fixture.client();
    await expect(fixture.until(zk.connect(5_000))).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
    expect(zk.state).toBe('closed');
  });

  it('keeps border handlers in order and apart, and opens the new session in between', async () => {
    const fixture = f();
    const zk = await fixture.connect();
    const first = zk.sessionId;
    const log: string[] = [];
    const gate = deferred();
    zk.beforeNewSession(async (generation) => {
      log.push(`before-1 begins, generation ${generation}`);
      await gate.promise;
      log.push('before-1 ends');
    });
    zk.beforeNewSession(() => void log.push('before-2'));
    zk.afterNewSession(async (generation) => {
      log.push(`after-1 begins, ${zk.state}, generation ${generation}`);
      await fixture.settle();
      log.push('after-1 ends');
    });
    zk.afterNewSession(() => void log.push('after-2'));
    await fixture.expire(zk);
    await fixture.advance(60_000, 10_000);
    expect(log).toEqual(['before-1 begins, generation 1']);
    expect(zk.sessionId).toBe(first);
    await expect(zk.get('/')).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    gate.resolve();
    await fixture.until(zk.waitConnected(1_000));
    await fixture.settle();
    await fixture.settle();
    expect(log.slice(1)).toEqual([
      'before-1 ends',
      'before-2',
      'after-1 begins, connected, generation 2',
      'after-1 ends',
      'after-2',
    ]);
    expect(zk.sessionId).not.toBe(first);
    await fixture.close();
  });

  it('ends what waited for a connection before the session expired: a handler may wait for it', async () => {
    const fixture = f();
    const zk = await fixture.connect();
    fixture.ensemble.faults.disconnect(zk.sessionId);
    await fixture.settle();
    const waiting = expect(retrying(zk, () => zk.get('/'))).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
    });
    zk.beforeNewSession(() => waiting);
    await fixture.expire(zk);
    fixture.ensemble.faults.reconnect(zk.sessionId);
    await fixture.until(zk.waitConnected(1_000));
    expect(zk.generation).toBe(2);
    await fixture.close();
  });

  it('lets what waited for a connection go on in the next session when nothing is to be done in between', async () => {
    const fixture = f();
    const zk = await fixture.connect();
    fixture.ensemble.faults.disconnect(zk.sessionId);
    await fixture.settle();
    const waiting = retrying(zk, () => zk.get('/'));
    await fixture.expire(zk);
    fixture.ensemble.faults.reconnect(zk.sessionId);
    await expect(fixture.until(waiting)).resolves.toBeDefined();
    expect(zk.generation).toBe(2);
    await fixture.close();
  });

  it('goes on when a handler fails', async () => {
    const fixture = f();
    const zk = await fixture.connect();
    const log: string[] = [];
    zk.afterNewSession(() => {
      throw new Error('no');
    });
    zk.afterNewSession(() => void log.push('still called'));
    await fixture.expire(zk);
    await fixture.until(zk.waitConnected(1_000));
    await fixture.settle();
    expect(log).toEqual(['still called']);
    await fixture.close();
  });

  it('may be closed by a handler', async () => {
    const fixture = f();
    const zk = await fixture.connect();
    zk.beforeNewSession(() => zk.close());
    await fixture.expire(zk);
    await zk.close();
    expect([zk.state, zk.generation]).toEqual(['closed', 1]);
  });

  it('survives an expiry while handlers of the previous one are at work', async () => {
    const fixture = f();
    const zk = await fixture.connect();
    const log: string[] = [];
    zk.beforeNewSession((generation) => void log.push(`before ${generation}`));
    zk.afterNewSession(async (generation) => {
      log.push(`after ${generation}`);
      if (generation === 2) await fixture.expire(zk);
      log.push(`after ${generation} ends`);
    });
    await fixture.expire(zk);
    await fixture.advance(1_000);
    expect(zk.generation).toBe(3);
    expect(log).toEqual([
      'before 1',
      'after 2',
      'after 2 ends',
      'before 2',
      'after 3',
      'after 3 ends',
    ]);
    await fixture.close();
  });

  it('tells states with the generation they belong to', async () => {
    const fixture = f();
    const zk = await fixture.connect();
    const seen: string[] = [];
    zk.onState(({ state, generation }: StateChange) => seen.push(`${generation} ${state}`));
    fixture.ensemble.faults.disconnect(zk.sessionId);
    await fixture.settle();
    fixture.ensemble.faults.reconnect(zk.sessionId);
    await fixture.advance(5_000);
    await fixture.expire(zk);
    await fixture.advance(5_000);
    expect(seen).toEqual(['1 suspended', '1 connected', '1 suspended', '1 expired', '2 connected']);
    await zk.close();
    expect(seen.at(-1)).toBe('2 closed');
  });

  it('loses its lease before the ensemble expires the session', async () => {
    const fixture = f();
    const zk = await fixture.connect();
    expect(zk.lease.isHeld()).toBe(true);
    expect(zk.lease.remainingMs()).toBeGreaterThan(0);
    fixture.ensemble.faults.disconnect(zk.sessionId);
    await fixture.settle();
    expect(zk.lease.isHeld()).toBe(true);
    await fixture.advance(zk.lease.remainingMs());
    expect(fixture.ensemble.isAlive(zk.sessionId)).toBe(true);
    expect(zk.lease.remainingMs()).toBe(0);
    expect(() => zk.lease.assertHeld('Leading')).toThrow(LeaseLostError);
    fixture.ensemble.faults.reconnect(zk.sessionId);
    await fixture.until(zk.waitConnected(5_000));
    await zk.exists('/');
    expect(() => zk.lease.assertHeld()).not.toThrow();
    await zk.close();
    expect(zk.lease.isHeld()).toBe(false);
  });

  it('waits for a connection only so long', async () => {
    const fixture = f();
    const zk = await fixture.connect();
    fixture.ensemble.faults.disconnect(zk.sessionId);
    await fixture.settle();
    await expect(fixture.until(zk.waitConnected(500))).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
    });
    await zk.close();
    await expect(zk.waitConnected(500)).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
  });

  it('creates with the ACL chosen for the path', async () => {
    const fixture = f();
    const acls: string[] = [];
    const aclFor = (path: string) => (acls.push(path), 'open' as const);
    const zk = await fixture.connect({ aclFor });
    await zk.create('/a', null);
    await zk.multi([{ type: 'create', path: '/b', data: null }]);
    expect(acls).toEqual(['/a', '/b']);
    await fixture.close();
  });

  it('closes twice without harm, and while it is still connecting', async () => {
    const fixture = f();
    fixture.ensemble.faults.loseQuorum();
    const zk = fixture.client();
    const connecting = zk.connect();
    connecting.catch(() => {});
    await fixture.settle();
    await Promise.all([zk.close(), zk.close()]);
    await expect(connecting).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
    await expect(zk.get('/')).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
  });
});

describe('the session file', () => {
  /** Files in memory. */
  const memory = () => {
    const files = new Map<string, string>();
    return {
      files,
      access: {
        readFile: (path: string) => {
          const text = files.get(path);
          const missing = Object.assign(new Error('none'), { code: 'ENOENT' });
          return text === undefined ? Promise.reject(missing) : Promise.resolve(text);
        },
        writeFile: (path: string, data: string) => Promise.resolve(void files.set(path, data)),
        rename: (from: string, to: string) => {
          files.set(to, files.get(from)!);
          files.delete(from);
          return Promise.resolve();
        },
      },
    };
  };

  it('lets the next process close the session of one that died', async () => {
    const fixture = f();
    const { access } = memory();
    const dead = await fixture.connect({ sessionFile: new SessionFile('s', access) });
    const deadId = dead.sessionId;
    await dead.create('/e', null, { ephemeral: true });
    fixture.cutOff(dead);
    const zk = await fixture.connect({ sessionFile: new SessionFile('s', access) });
    expect(fixture.ensemble.isAlive(deadId)).toBe(false);
    expect(await zk.exists('/e')).toBeNull();
    expect(zk.isOwnPrevious(deadId)).toBe(true);
    await fixture.until(fixture.close());
  });

  it('is written again for every session', async () => {
    const fixture = f();
    const { access } = memory();
    const file = new SessionFile('s', access);
    const zk = await fixture.connect({ sessionFile: file });
    expect(await file.load()).toMatchObject({ id: zk.sessionId, generation: 1 });
    await fixture.expire(zk);
    await fixture.until(zk.waitConnected(5_000));
    await fixture.settle();
    expect(await file.load()).toMatchObject({ id: zk.sessionId, generation: 2 });
    await fixture.close();
  });

  it('does not stop a broker when it cannot be written', async () => {
    const fixture = f();
    const { access } = memory();
    const writeFile = () => Promise.reject(new Error('disk full'));
    const sessionFile = new SessionFile('s', { ...access, writeFile });
    const zk = await fixture.connect({ sessionFile });
    expect(zk.state).toBe('connected');
    await fixture.close();
  });
});
