import { delay } from '../../client/runtime/clock';
import { FrameSplitter } from '../../zk-coordination/session/frame-splitter';
import type { ZkError } from '../../zk-coordination/zk-error';
import { expire, reached, SessionBench } from '../harness/session-bench';
import { ZooKeeperEnsemble } from '../harness/zookeeper-ensemble';

const OP_SYNC = 9;
const OP_AUTH = 100;
const OP_SET_WATCHES = 101;
const digest = { scheme: 'digest', credentials: 'broker:secret' };

let ensemble: ZooKeeperEnsemble;
const bench = new SessionBench();

beforeAll(async () => {
  ensemble = await ZooKeeperEnsemble.start({ tickTimeMs: 200 });
});
afterEach(() => bench.close());
afterAll(() => ensemble.stop());

/** How every one of these operations ended: `ok`, or code and outcome. */
async function endings(operations: Promise<unknown>[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const result of await Promise.allSettled(operations)) {
    const error = result.status === 'rejected' ? (result.reason as ZkError) : undefined;
    const how = error ? `${error.code} ${error.outcome}` : 'ok';
    counts.set(how, (counts.get(how) ?? 0) + 1);
  }
  return counts;
}

describe('silence', () => {
  test('D1 a silent connection is given up and the session goes on elsewhere', async () => {
    const silent = await bench.proxy(ensemble.port(1));
    const { session, log } = await bench.connect(`${silent.address},${ensemble.address(1)}`, {
      sessionTimeoutMs: 8000,
    });
    await session.create('/d1', null, { ephemeral: true });
    const { id } = session;
    silent.drop();
    await log.next('zk-read-timeout');
    await reached(session, 'suspended');
    await reached(session, 'connected');
    expect(session.id).toBe(id);
    expect((await session.exists('/d1'))?.ephemeralOwner).toBe(id);
  });

  test('D2 a server that takes the connection but never answers is passed', async () => {
    const silent = await bench.proxy(ensemble.port(1));
    silent.drop();
    const { session, log } = await bench.connect(`${silent.address},${ensemble.address(1)}`);
    expect(log.count('zk-handshake-timeout')).toBeGreaterThan(0);
    expect(silent.accepted).toBe(log.count('zk-handshake-timeout'));
    await session.sync('/');
  });

  test('D2b the only server is tried again when it swallowed the handshake', async () => {
    const proxy = await bench.proxy(ensemble.port(1));
    proxy.drop('down');
    const { session, log } = bench.open(proxy.address);
    await log.next('zk-handshake-timeout');
    proxy.heal();
    await session.connected();
    await session.sync('/');
  });

  test('a standstill of our own event loop does not cost a healthy connection', async () => {
    const proxy = await bench.proxy(ensemble.port(1));
    const { session, log } = await bench.connect(proxy.address, { sessionTimeoutMs: 8000 });
    const gap = log.next('zk-clock-gap');
    // The answer comes at once; that it lies there unread for more than half a session is our fault.
    const answer = session.exists('/');
    standStill(4200);
    await gap;
    await answer;
    await session.sync('/');
    expect(log.count('zk-suspended')).toBe(0);
    expect(proxy.accepted).toBe(1);
  });

  test('the lease is over before a process that stood still hears of anything', async () => {
    const asked = performance.now();
    const { session } = await bench.connect(ensemble.address(1), { sessionTimeoutMs: 1000 });
    expect(session.leaseUntil).toBeGreaterThan(asked);
    standStill(1000);
    expect(session.state).toBe('connected');
    expect(session.leaseUntil).toBeLessThan(performance.now());
  });
});

test.each([2, 10, 60, 50_000])(
  'D3 a reply cut after %d bytes costs one connection and no session',
  async (bytes) => {
    const proxy = await bench.proxy(ensemble.port(1));
    const { session } = await bench.connect(proxy.address);
    const { id } = session;
    const path = `/d3-${bytes}`;
    const data = Buffer.alloc(100_000, 'x');
    await session.create(path, data);
    proxy.cutAfter(bytes, 'down');
    await expect(session.get(path)).rejects.toMatchObject({ code: 'CONNECTION_LOSS' });
    await reached(session, 'connected');
    expect((await session.get(path)).data?.equals(data)).toBe(true);
    expect(session.id).toBe(id);
    expect(proxy.accepted).toBe(2);
  },
);

describe('no request is left without an answer', () => {
  test('D4 when the connection goes: sent ones are unknown, the others were not applied', async () => {
    const proxy = await bench.proxy(ensemble.port(1));
    const { session } = await bench.connect(proxy.address);
    await session.create('/d4', null);
    proxy.drop();
    const writes = Array.from({ length: 1000 }, () => session.set('/d4', Buffer.from('x'), -1));
    const counted = endings(writes);
    await reached(session, 'suspended');
    proxy.heal();
    expect(Object.fromEntries(await counted)).toEqual({
      'CONNECTION_LOSS unknown': 800,
      'NOT_CONNECTED not-applied': 200,
    });
    await expect(session.exists('/d4')).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
    await reached(session, 'connected');
    expect((await session.exists('/d4'))?.version).toBe(0);
  });

  test('D4 when the session expires', async () => {
    const proxy = await bench.proxy(ensemble.port(1));
    const { session } = await bench.connect(proxy.address);
    let told = 0;
    await session.exists('/never', () => (told += 1));
    proxy.hold('up');
    const counted = endings([session.exists('/'), session.sync('/')]);
    await expire(bench, ensemble.address(1), session);
    proxy.heal();
    await reached(session, 'expired');
    expect([...(await counted).values()]).toEqual([2]);
    await expect(session.create('/late', null)).rejects.toMatchObject({
      code: 'SESSION_EXPIRED',
      outcome: 'not-applied',
    });
    expect(session.leaseUntil).toBe(0);
    expect(told).toBe(0);
  });

  test('an answer that does not come in time leaves the outcome open', async () => {
    const proxy = await bench.proxy(ensemble.port(1));
    const { session } = await bench.connect(proxy.address, { operationTimeoutMs: 300 });
    proxy.hold('down');
    await expect(session.create('/late', null)).rejects.toMatchObject({
      code: 'OPERATION_TIMEOUT',
      outcome: 'unknown',
      op: 'create',
      path: '/late',
    });
    proxy.release();
    const { session: other } = await bench.connect(ensemble.address(1));
    while ((await other.exists('/late')) === null) await delay(20);
  });
});

/** The types of the requests that pass upwards, in order, each connection begun with `connect`. */
function spyOnRequests(proxy: { rewrite: (way: 'up', see: (chunk: Buffer) => Buffer) => void }) {
  const types: number[] = [];
  let splitter = new FrameSplitter();
  const watch = (chunk: Buffer): Buffer => {
    for (const frame of splitter.push(chunk)) types.push(frame.readInt32BE(8));
    return chunk;
  };
  proxy.rewrite('up', watch);
  return {
    types,
    again: () => {
      types.length = 0;
      splitter = new FrameSplitter();
    },
  };
}

test('D5 credentials and watches go before everything else on every connection', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session } = await bench.connect(proxy.address, { auth: digest });
  await session.create('/d5', Buffer.from('secret'), { acl: 'creator' });
  await session.exists('/d5-absent', () => undefined);
  for (let round = 0; round < 3; round++) {
    const read = new Promise((resolve, reject) => {
      const stop = session.onState((state) => {
        if (state !== 'connected') return;
        stop();
        session.get('/d5').then(resolve, reject);
      });
    });
    const requests = spyOnRequests(proxy);
    proxy.cut();
    expect(await read).toMatchObject({ data: Buffer.from('secret') });
    expect(requests.types.slice(1, 3)).toEqual([OP_AUTH, OP_SET_WATCHES]);
  }
});

test('D6 failed attempts leave nothing behind for the next connection', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  // Short pauses between attempts: all of them fit well into the session's life.
  const { session, log } = await bench.connect(proxy.address, {
    auth: digest,
    random: () => 0.05,
  });
  await session.exists('/d6-absent', () => undefined);
  const requests = spyOnRequests(proxy);
  proxy.refuse();
  proxy.cut();
  while (log.count('zk-connect-failed') < 5) await log.next('zk-connect-failed');
  requests.again();
  proxy.heal();
  const spy = spyOnRequests(proxy);
  await reached(session, 'connected');
  await session.sync('/');
  expect(spy.types.filter((type) => type === OP_AUTH)).toHaveLength(1);
  expect(spy.types.filter((type) => type === OP_SET_WATCHES)).toHaveLength(1);
});

test('D9 a stream of notifications does not keep the session from being heard', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session, log } = await bench.connect(proxy.address, { sessionTimeoutMs: 6000 });
  const { session: other } = await bench.connect(ensemble.address(1));
  const paths = Array.from({ length: 500 }, (_, i) => `/d9-${i}`);
  let told = 0;
  await Promise.all(paths.map((path) => session.exists(path, () => (told += 1))));
  const { types } = spyOnRequests(proxy);
  const heartbeats = () => types.filter((type) => type === OP_SYNC).length;
  let created = 0;
  while (heartbeats() < 6 && created < paths.length) {
    await other.create(paths[created++]!, null);
    await delay(40);
  }
  expect(heartbeats()).toBe(6);
  await session.sync('/');
  expect(told).toBe(created);
  expect(log.count('zk-suspended')).toBe(0);
});

describe('close', () => {
  test('D13 ends the session at once while connected', async () => {
    const { session } = await bench.connect(ensemble.address(1));
    const { session: other } = await bench.connect(ensemble.address(1));
    await session.create('/d13', null, { ephemeral: true });
    const pending = session.exists('/d13');
    await Promise.all([session.close(), session.close()]);
    expect(await pending).not.toBeNull();
    expect(await other.exists('/d13')).toBeNull();
    expect(session.state).toBe('closed');
    await expect(session.exists('/')).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
  });

  test('D13 in the tick of opening: no error, no connection', async () => {
    const proxy = await bench.proxy(ensemble.port(1));
    const { session } = bench.open(proxy.address);
    await session.close();
    await expect(session.connected()).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
    await bench.connect(proxy.address);
    expect(proxy.accepted).toBe(1);
  });

  test('D13 while disconnected: nobody dials afterwards', async () => {
    const proxy = await bench.proxy(ensemble.port(1));
    const { session, log } = await bench.connect(proxy.address, { sessionTimeoutMs: 2000 });
    proxy.refuse();
    proxy.cut();
    await log.next('zk-connect-failed');
    await session.close();
    proxy.heal();
    const before = proxy.accepted;
    // Longer than the longest pause between two attempts.
    await delay(500);
    expect(proxy.accepted).toBe(before);
    expect(session.state).toBe('closed');
  });

  test('D13 when the server does not answer: the wait has an end', async () => {
    const proxy = await bench.proxy(ensemble.port(1));
    const { session } = await bench.connect(proxy.address, { sessionTimeoutMs: 2000 });
    proxy.drop();
    await session.close();
    expect(session.state).toBe('closed');
  });
});

test('D14 one session, one connection', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session } = bench.open(proxy.address);
  await Promise.all([session.connected(), session.connected(), session.connected()]);
  await session.sync('/');
  expect(proxy.accepted).toBe(1);
});

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
