import { ManualClock } from '../../client/runtime/manual-clock';
import type { WatchEvent } from '../session-contract';
import { InMemoryEnsemble } from './in-memory-ensemble';
import type { InMemorySession, InMemorySessionOptions } from './in-memory-session';

const T = 6000;

function setup() {
  const clock = new ManualClock();
  const ensemble = new InMemoryEnsemble({ clock });
  const open = async (options?: InMemorySessionOptions): Promise<InMemorySession> => {
    const session = ensemble.sessions(options).open();
    await session.connected();
    return session;
  };
  return { clock, ensemble, open };
}

/** Lets everything that is under way without latency arrive. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

const facts = (error: unknown) => {
  const { code, outcome } = error as { code: string; outcome: string };
  return `${code} ${outcome}`;
};

describe('InMemoryEnsemble', () => {
  it('looks like a fresh ZooKeeper', async () => {
    const { ensemble, open } = setup();
    const session = await open();
    expect(ensemble.tree.paths()).toEqual([
      '/',
      '/zookeeper',
      '/zookeeper/config',
      '/zookeeper/quota',
    ]);
    expect(await session.exists('/')).toMatchObject({ cversion: -1, numChildren: 1, czxid: 0n });
  });

  it('clamps session timeouts to 2 to 20 ticks', async () => {
    const { open } = setup();
    expect((await open({ sessionTimeoutMs: 1 })).negotiatedTimeoutMs).toBe(1000);
    expect((await open({ sessionTimeoutMs: 60_000 })).negotiatedTimeoutMs).toBe(10_000);
  });

  it('keeps an idle session for as long as it is connected', async () => {
    const { clock, ensemble, open } = setup();
    const session = await open();
    clock.advance(100 * T);
    expect(ensemble.isAlive(session.id)).toBe(true);
    expect(session.leaseUntil).toBeGreaterThan(clock.monotonic());
  });

  it('repeats itself: same calls, same zxids and session ids', async () => {
    const run = async () => {
      const { open } = setup();
      const session = await open();
      await session.create('/a', null);
      return { id: session.id, stat: await session.exists('/a') };
    };
    expect(await run()).toEqual(await run());
  });
});

describe('faults', () => {
  it('loses a reply: applied, unknown to the client, connection back by itself', async () => {
    const { ensemble, open } = setup();
    const session = await open();
    ensemble.faults.dropNextReply(({ op }) => op === 'create');
    const states: string[] = [];
    session.onState((state) => states.push(state));
    await session.exists('/a');
    await expect(session.create('/a', null).catch(facts)).resolves.toBe('CONNECTION_LOSS unknown');
    await settle();
    expect(states).toEqual(['suspended', 'connected']);
    expect(await session.exists('/a')).toMatchObject({ version: 0 });
  });

  it('loses a request: not applied, and just as unknown', async () => {
    const { ensemble, open } = setup();
    const session = await open();
    ensemble.faults.dropNextRequest();
    const pending = [session.create('/a', null), session.create('/b', null)];
    const outcomes = await Promise.all(pending.map((one) => one.catch(facts)));
    expect(outcomes).toEqual(['CONNECTION_LOSS unknown', 'CONNECTION_LOSS unknown']);
    await settle();
    expect(ensemble.tree.find('/a')).toBeUndefined();
    expect(ensemble.tree.find('/b')).toBeUndefined();
  });

  it('keeps a disconnected session out until reconnect', async () => {
    const { clock, ensemble, open } = setup();
    const session = await open();
    ensemble.faults.disconnect(session);
    expect(session.state).toBe('suspended');
    clock.advance(T - 1);
    await settle();
    expect(session.state).toBe('suspended');
    ensemble.faults.reconnect(session);
    await settle();
    expect(session.state).toBe('connected');
  });

  it('expires a disconnected session exactly at its timeout and never within its lease', async () => {
    const { clock, ensemble, open } = setup();
    const session = await open();
    await session.create('/mine', null, { ephemeral: true });
    ensemble.faults.disconnect(session);
    clock.advance(session.leaseUntil - clock.monotonic());
    expect(ensemble.isAlive(session.id)).toBe(true);
    clock.advance(T - clock.monotonic() - 1);
    expect(ensemble.tree.find('/mine')).toBeDefined();
    clock.advance(1);
    expect(ensemble.tree.find('/mine')).toBeUndefined();
    expect(session.state).toBe('suspended');
    ensemble.faults.reconnect(session);
    await settle();
    expect(session.state).toBe('expired');
  });

  it('black-holes a link: the lease runs out while the state still says connected', async () => {
    const { clock, ensemble, open } = setup();
    const session = await open();
    ensemble.faults.blackHole(session);
    clock.advance(T / 3);
    expect(session.state).toBe('connected');
    clock.advance(T / 3);
    expect(session.state).toBe('suspended');
    clock.advance(T);
    expect(session.leaseUntil).toBeLessThan(clock.monotonic());
    expect(ensemble.isAlive(session.id)).toBe(false);
    ensemble.faults.reconnect(session);
    await settle();
    expect(session.state).toBe('expired');
  });

  it('loses the quorum: everybody suspended, nobody expired, all back afterwards', async () => {
    const { clock, ensemble, open } = setup();
    const [first, second] = [await open(), await open()];
    ensemble.faults.loseQuorum();
    expect([first.state, second.state]).toEqual(['suspended', 'suspended']);
    const late = ensemble.sessions().open();
    clock.advance(10 * T);
    await settle();
    ensemble.faults.regainQuorum();
    await late.connected();
    await settle();
    expect([first.state, second.state]).toEqual(['connected', 'connected']);
  });

  it('pauses events and whatever was sent behind them', async () => {
    const { ensemble, open } = setup();
    const [watching, writing] = [await open(), await open()];
    const seen: string[] = [];
    await watching.exists('/a', () => seen.push('event'));
    ensemble.faults.pauseEvents(watching);
    await writing.create('/a', null);
    const reply = watching.exists('/a').then(() => seen.push('reply'));
    await settle();
    expect(seen).toEqual([]);
    ensemble.faults.resumeEvents(watching);
    await reply;
    expect(seen).toEqual(['event', 'reply']);
  });

  it('takes its latency from the clock', async () => {
    const { clock, ensemble, open } = setup();
    const session = await open();
    ensemble.faults.latencyMs = 10;
    let made: string | undefined;
    const creating = session.create('/a', null).then((path) => (made = path));
    clock.advance(9);
    await settle();
    expect(ensemble.tree.find('/a')).toBeUndefined();
    clock.advance(1);
    await settle();
    expect(ensemble.tree.find('/a')).toBeDefined();
    clock.advance(9);
    await settle();
    expect(made).toBeUndefined();
    clock.advance(1);
    await creating;
    expect(made).toBe('/a');
  });

  it('fires on reconnect what was missed, once, and keeps the rest armed', async () => {
    const { ensemble, open } = setup();
    const [watching, writing] = [await open(), await open()];
    for (const path of ['/set', '/gone', '/again', '/same', '/parent']) {
      await writing.create(path, null);
    }
    const events: string[] = [];
    const watcher = ({ type, path }: WatchEvent) => void events.push(`${type} ${path}`);
    for (const path of ['/set', '/gone', '/again', '/same']) await watching.get(path, watcher);
    for (const path of ['/new', '/brief']) await watching.exists(path, watcher);
    await watching.children('/parent', watcher);
    ensemble.faults.disconnect(watching);
    await writing.set('/set', Buffer.from('x'), 0);
    await writing.delete('/gone', 0);
    await writing.delete('/again', 0);
    await writing.create('/again', null);
    await writing.create('/new', null);
    await writing.create('/brief', null);
    await writing.delete('/brief', 0);
    await writing.create('/parent/child', null);
    await writing.delete('/parent/child', 0);
    expect(events).toEqual([]);
    ensemble.faults.reconnect(watching);
    await settle();
    const missed = [
      'dataChanged /set',
      'deleted /gone',
      'dataChanged /again',
      'created /new',
      'childrenChanged /parent',
    ];
    expect(events).toEqual(missed);
    await writing.set('/same', Buffer.from('x'), 0);
    await writing.create('/brief', null);
    await settle();
    expect(events).toEqual([...missed, 'dataChanged /same', 'created /brief']);
  });
});

describe('sessions', () => {
  it('are moved by their credentials; the former holder is cut off and finds itself expired', async () => {
    const { clock, ensemble, open } = setup();
    const former = await open();
    await former.create('/mine', null, { ephemeral: true });
    const heir = ensemble.sessions().open(former.credentials());
    await heir.connected();
    expect(heir.id).toBe(former.id);
    expect(former.state).toBe('suspended');
    await heir.close();
    expect(ensemble.tree.find('/mine')).toBeUndefined();
    clock.advance(1000);
    await settle();
    expect(former.state).toBe('expired');
  });

  it('are not given to a wrong password, which cuts off the holder all the same', async () => {
    const { ensemble, open } = setup();
    const session = await open();
    const thief = ensemble.sessions().open({ id: session.id, password: Buffer.alloc(16) });
    const states: string[] = [];
    session.onState((state) => states.push(state));
    await expect(thief.connected()).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    await settle();
    expect(states).toEqual(['suspended', 'connected']);
  });

  it('see only their chroot', async () => {
    const { ensemble, open } = setup();
    const [outside, inside] = [await open(), await open({ chroot: '/app' })];
    expect(await outside.children('/')).toMatchObject({ children: ['zookeeper', 'app'] });
    await expect(inside.get('/a')).rejects.toMatchObject({ code: 'NO_NODE', path: '/a' });
    await expect(inside.get('a')).rejects.toMatchObject({ code: 'BAD_ARGUMENTS', path: 'a' });
    const events: WatchEvent[] = [];
    await inside.children('/', (event) => events.push(event));
    expect(await inside.create('/a-', null, { sequential: true })).toBe('/a-0000000000');
    expect(ensemble.tree.find('/app/a-0000000000')).toBeDefined();
    expect(events).toEqual([{ type: 'childrenChanged', path: '/' }]);
  });
});

describe('held events', () => {
  it('do not hold up the end of a session', async () => {
    const { ensemble, open } = setup();
    const [watcher, other] = [await open(), await open()];
    await watcher.exists('/a', () => undefined);
    ensemble.faults.pauseEvents(watcher.id);
    await other.create('/a', null);
    await watcher.close();
    expect(ensemble.isAlive(watcher.id)).toBe(false);
  });
});

describe('machines', () => {
  it('can be cut off with every session they have and will have, and only they', async () => {
    const { clock, ensemble, open } = setup();
    const [here, there] = [await open({ origin: 'a' }), await open({ origin: 'b' })];
    ensemble.faults.isolate('a', false);
    const late = ensemble.sessions({ origin: 'a' }).open();
    await settle();
    expect([here.state, there.state, late.state]).toEqual(['suspended', 'connected', 'connecting']);
    clock.advance(T);
    expect([here, there].map(({ id }) => ensemble.isAlive(id))).toEqual([false, true]);
    ensemble.faults.rejoin('a');
    await settle();
    expect([here.state, late.state]).toEqual(['expired', 'connected']);
  });

  it('notice a silent cut by their pings alone', async () => {
    const { clock, ensemble, open } = setup();
    const session = await open({ origin: 'a' });
    ensemble.faults.isolate('a', true);
    await settle();
    expect(session.state).toBe('connected');
    clock.advance(T);
    expect(session.state).toBe('suspended');
  });

  it('a stopped process hears nothing and keeps nothing alive until it goes on', async () => {
    const { clock, ensemble } = setup();
    const client = new ManualClock();
    const waiting: (() => void)[] = [];
    let stopped = false;
    const deliver = (callback: () => void) => {
      if (stopped) waiting.push(callback);
      else callback();
    };
    const session = ensemble.sessions({ clock: client, deliver }).open();
    await session.connected();
    const states: string[] = [];
    session.onState((state) => states.push(state));
    stopped = true;
    const answer = session.get('/');
    await settle();
    clock.advance(T);
    expect(ensemble.isAlive(session.id)).toBe(false);
    expect(states).toEqual([]);
    stopped = false;
    for (const callback of waiting.splice(0)) callback();
    await expect(answer).resolves.toMatchObject({ data: null });
    await settle();
    expect(states).toEqual(['suspended', 'expired']);
  });

  it('travelling times may differ from one message to the next, their order stays', async () => {
    const { clock, ensemble, open } = setup();
    const session = await open();
    const times = [50, 10, 30, 5, 20, 1];
    ensemble.faults.latencyMs = () => times.shift() ?? 1;
    const done: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      void session.create(`/${name}`, null).then((path) => done.push(path));
    }
    for (let i = 0; i < 100; i++) {
      clock.advance(1);
      await settle();
    }
    expect(done).toEqual(['/a', '/b', '/c']);
  });
});
