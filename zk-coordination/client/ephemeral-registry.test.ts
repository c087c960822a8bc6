import type { Logger } from '../../client/runtime/logger';
import { silentLogger } from '../../client/runtime/logger';
import { ANY_VERSION } from '../multi';
import { ClientFixture } from './client-fixture';
import { DuplicateBrokerIdError } from './duplicate-broker-id-error';
import { type EphemeralDeclaration, EphemeralRegistry } from './ephemeral-registry';
import type { FileAccess } from './session-file';
import { SessionFile } from './session-file';
import type { ZooKeeperClient } from './zookeeper-client';

const PATH = '/broker';

describe('EphemeralRegistry', () => {
  let fixture: ClientFixture;
  let zk: ZooKeeperClient;
  let registered: string[];
  const declaration = (extra: Partial<EphemeralDeclaration> = {}): EphemeralDeclaration => ({
    path: PATH,
    data: () => Buffer.from('me'),
    onRegistered: (czxid, generation) => registered.push(`${czxid} in ${generation}`),
    ...extra,
  });
  const owner = () => fixture.ensemble.tree.find(PATH)?.ephemeralOwner;

  beforeEach(async () => {
    fixture = new ClientFixture();
    zk = await fixture.connect();
    registered = [];
  });
  afterEach(() => fixture.until(fixture.close()));

  it('registers and tells the czxid', async () => {
    const mine = await new EphemeralRegistry(zk).declare(declaration());
    const { stat } = await zk.get(PATH);
    expect(stat.ephemeralOwner).toBe(zk.sessionId);
    expect(mine.czxid).toBe(stat.czxid);
    expect(registered).toEqual([`${stat.czxid} in 1`]);
  });

  it('knows its own earlier success', async () => {
    fixture.ensemble.faults.dropNextReply(({ op }) => op === 'multi');
    const mine = await fixture.until(new EphemeralRegistry(zk).declare(declaration()));
    expect(registered).toEqual([`${mine.czxid} in 1`]);
  });

  it('takes what its own session has already', async () => {
    await zk.create(PATH, Buffer.from('before'), { ephemeral: true });
    await new EphemeralRegistry(zk).declare(declaration());
    expect(String((await zk.get(PATH)).data)).toBe('me');
  });

  it('registers again in every new session, with what the data is then', async () => {
    let version = 1;
    const data = () => Buffer.from(`v${version}`);
    const mine = await new EphemeralRegistry(zk).declare(declaration({ data }));
    const first = mine.czxid;
    version = 2;
    await fixture.expire(zk);
    await fixture.until(zk.waitConnected(5_000));
    await fixture.advance(1_000);
    expect(mine.czxid).toBeGreaterThan(first);
    expect(registered).toEqual([`${first} in 1`, `${mine.czxid} in 2`]);
    expect(String((await zk.get(PATH)).data)).toBe('v2');
    expect(owner()).toBe(zk.sessionId);
  });

  it('updates without a new czxid', async () => {
    let version = 1;
    const data = () => Buffer.from(`v${version}`);
    const mine = await new EphemeralRegistry(zk).declare(declaration({ data }));
    version = 2;
    await mine.update();
    expect(String((await zk.get(PATH)).data)).toBe('v2');
    expect(registered).toHaveLength(1);
  });

  it('registers again when somebody deletes it by hand', async () => {
    const mine = await new EphemeralRegistry(zk).declare(declaration());
    const other = await fixture.connect();
    await other.delete(PATH, ANY_VERSION);
    await fixture.settle();
    await fixture.settle();
    expect(owner()).toBe(zk.sessionId);
    expect(registered.at(-1)).toBe(`${mine.czxid} in 1`);
    expect(registered).toHaveLength(2);
  });

  it('withdraws for good', async () => {
    const mine = await new EphemeralRegistry(zk).declare(declaration());
    await mine.withdraw();
    await mine.withdraw();
    expect(owner()).toBeUndefined();
    await fixture.expire(zk);
    await fixture.until(zk.waitConnected(5_000));
    await fixture.advance(1_000);
    expect(owner()).toBeUndefined();
    expect(registered).toHaveLength(1);
  });

  it('refuses to declare a path twice', async () => {
    const registry = new EphemeralRegistry(zk);
    await registry.declare(declaration());
    await expect(registry.declare(declaration())).rejects.toThrow(/declared already/);
    registry.close();
  });

  describe('when another session holds the znode', () => {
    it('waits for a dead one to end, and says so', async () => {
      const lines: object[] = [];
      const logger: Logger = { ...silentLogger, warn: (fields) => void lines.push(fields) };
      const dead = await fixture.connect();
      await dead.create(PATH, Buffer.from('x'), { ephemeral: true });
      fixture.cutOff(dead);
      const mine = await fixture.connect({ logger });
      const start = fixture.clock.monotonic();
      await fixture.until(new EphemeralRegistry(mine).declare(declaration()));
      expect(owner()).toBe(mine.sessionId);
      expect(fixture.clock.monotonic() - start).toBeLessThanOrEqual(6_100);
      expect(lines).toMatchObject([
        { event: 'zk-waiting-for-owner', path: PATH, waitedMs: 0, leftMs: 10_000 },
        { event: 'zk-waiting-for-owner', waitedMs: 3_000 },
      ]);
    });

    it('never takes it from a living one', async () => {
      const living = await fixture.connect();
      await living.create(PATH, Buffer.from('x'), { ephemeral: true });
      const start = fixture.clock.monotonic();
      const declaring = new EphemeralRegistry(zk, { tickMs: 500 }).declare(declaration());
      const error = await fixture.until(declaring).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(DuplicateBrokerIdError);
      expect(error).toMatchObject({ path: PATH, owner: living.sessionId });
      expect(fixture.clock.monotonic() - start).toBeGreaterThanOrEqual(7_000);
      expect(owner()).toBe(living.sessionId);
      await living.delete(PATH, ANY_VERSION);
      await fixture.advance(100_000, 10_000);
      expect(owner()).toBeUndefined();
    });

    it('waits no longer than told', async () => {
      const living = await fixture.connect();
      await living.create(PATH, null, { ephemeral: true });
      const declaring = new EphemeralRegistry(zk, { maxWaitMs: 0 }).declare(declaration());
      await expect(fixture.until(declaring, 0)).rejects.toBeInstanceOf(DuplicateBrokerIdError);
    });

    it('goes on waiting when the znode changes hands', async () => {
      const [one, two] = [await fixture.connect(), await fixture.connect()];
      await one.create(PATH, null, { ephemeral: true });
      const declaring = new EphemeralRegistry(zk).declare(declaration());
      await fixture.settle();
      fixture.ensemble.faults.pauseEvents(zk.sessionId);
      await one.delete(PATH, ANY_VERSION);
      await two.create(PATH, null, { ephemeral: true });
      fixture.ensemble.faults.resumeEvents(zk.sessionId);
      await fixture.advance(1_000);
      expect(owner()).toBe(two.sessionId);
      await two.delete(PATH, ANY_VERSION);
      await fixture.until(declaring);
      expect(owner()).toBe(zk.sessionId);
    });

    it('goes on in the next session when its own expires while waiting', async () => {
      const dead = await fixture.connect();
      await dead.create(PATH, null, { ephemeral: true });
      fixture.cutOff(dead);
      const declaring = new EphemeralRegistry(zk).declare(declaration());
      await fixture.advance(1_000);
      fixture.ensemble.faults.expire(zk.sessionId);
      await fixture.until(declaring);
      expect(owner()).toBe(zk.sessionId);
      expect(zk.generation).toBe(2);
    });

    it('reports it when that happens in a later session', async () => {
      const failures: unknown[] = [];
      const registry = new EphemeralRegistry(zk, { maxWaitMs: 1_000 });
      await registry.declare(declaration({ onFailed: (error) => failures.push(error) }));
      const thief = await fixture.connect();
      const removed = zk.beforeNewSession(async () => {
        await thief.create(PATH, null, { ephemeral: true });
      });
      await fixture.expire(zk);
      await fixture.advance(5_000);
      removed();
      expect(failures).toEqual([expect.any(DuplicateBrokerIdError)]);
      expect(owner()).toBe(thief.sessionId);
    });
  });

  describe('when a previous session of ours holds the znode', () => {
    const memory = (): FileAccess => {
      const files = new Map<string, string>();
      return {
        readFile: (path) => {
          const text = files.get(path);
          return text === undefined
            ? Promise.reject(Object.assign(new Error('none'), { code: 'ENOENT' }))
            : Promise.resolve(text);
        },
        writeFile: (path, data) => Promise.resolve(void files.set(path, data)),
        rename: (from, to) => Promise.resolve(void files.set(to, files.get(from)!)),
      };
    };

    /** A client whose predecessor still has its session, because closing it at boot failed. */
    const boot = async () => {
      const access = memory();
      const dead = await fixture.connect({ sessionFile: new SessionFile('s', access) });
      await dead.create(PATH, Buffer.from('old'), { ephemeral: true });
      fixture.cutOff(dead);
      fixture.ensemble.faults.loseQuorum();
      const next = fixture.client({ sessionFile: new SessionFile('s', access) });
      const connecting = next.connect(3_000);
      await fixture.advance(2_000);
      fixture.ensemble.faults.regainQuorum();
      await fixture.until(connecting);
      expect(owner()).toBe(dead.sessionId);
      return next;
    };

    it('closes it and is back without waiting', async () => {
      const next = await boot();
      const start = fixture.clock.monotonic();
      await fixture.until(new EphemeralRegistry(next).declare(declaration()));
      expect(owner()).toBe(next.sessionId);
      expect(fixture.clock.monotonic() - start).toBeLessThan(500);
    });

    it('waits for it to time out when it cannot be closed', async () => {
      const next = await boot();
      jest.spyOn(next, 'closeOwnPrevious').mockResolvedValue('unreachable');
      const start = fixture.clock.monotonic();
      await fixture.until(new EphemeralRegistry(next).declare(declaration()));
      expect(owner()).toBe(next.sessionId);
      expect(fixture.clock.monotonic() - start).toBeGreaterThan(4_000);
    });

    it('removes what a dead session left behind', async () => {
      // As an ensemble with ZOOKEEPER-2985 would have it: the session is over, its znode is not.
      const leftBy = await fixture.connect();
      await leftBy.create(PATH, Buffer.from('old'), { ephemeral: true });
      jest.spyOn(zk, 'isOwnPrevious').mockReturnValue(true);
      jest.spyOn(zk, 'closeOwnPrevious').mockResolvedValue('gone');
      await fixture.until(new EphemeralRegistry(zk).declare(declaration()));
      expect(owner()).toBe(zk.sessionId);
    });
  });
});
