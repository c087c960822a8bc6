import type { Watcher, WatchEvent } from '../../zk-coordination/session-contract';
import { FrameSplitter } from '../../zk-coordination/session/frame-splitter';
import type { FaultProxy } from '../harness/fault-proxy';
import { reached, SessionBench } from '../harness/session-bench';
import { ZooKeeperEnsemble } from '../harness/zookeeper-ensemble';

const OP_EXISTS = 3;

let ensemble: ZooKeeperEnsemble;
const bench = new SessionBench();

beforeAll(async () => {
  ensemble = await ZooKeeperEnsemble.start({ tickTimeMs: 200 });
});
afterEach(() => bench.close());
afterAll(() => ensemble.stop());

const connect = () => bench.connect(ensemble.address(1));

/** Turns every answer to a request into that error. */
function answerWith(proxy: FaultProxy, error: number): void {
  const splitter = new FrameSplitter();
  proxy.rewrite('down', (chunk) =>
    Buffer.concat(
      splitter.push(chunk).map((frame) => {
        if (frame.readInt32BE(4) < 0) return frame;
        const header = Buffer.from(frame.subarray(0, 20));
        header.writeInt32BE(16, 0);
        header.writeInt32BE(error, 16);
        return header;
      }),
    ),
  );
}

test.each([
  [-125, 'QUOTA_EXCEEDED'],
  [-118, 'SESSION_MOVED'],
  [-9999, 'UNKNOWN'],
])('D7 the answer %d is an error like any other: %s', async (number, code) => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session } = await bench.connect(proxy.address);
  answerWith(proxy, number);
  await expect(session.create('/d7', null)).rejects.toMatchObject({ code, number });
  proxy.heal();
  await session.sync('/');
  expect(session.state).toBe('connected');
  expect(proxy.accepted).toBe(1);
});

describe('D8 version 0 means version 0', () => {
  test.each(['check', 'set', 'delete'] as const)('%s in a multi', async (type) => {
    const { session } = await connect();
    const path = `/d8-${type}`;
    await session.create(path, null);
    await session.set(path, Buffer.from('1'), 0);
    const data = Buffer.from('2');
    const ops = [
      { type: 'create', path: `${path}-more`, data: null },
      type === 'set' ? { type, path, data, version: 0 } : { type, path, version: 0 },
    ] as const;
    await expect(session.multi(ops)).rejects.toMatchObject({
      code: 'BAD_VERSION',
      index: 1,
      path,
      outcome: 'not-applied',
    });
    expect(await session.exists(`${path}-more`)).toBeNull();
    expect((await session.get(path)).data).toEqual(Buffer.from('1'));
  });

  test('set and delete by themselves', async () => {
    const { session } = await connect();
    await session.create('/d8', null);
    await session.set('/d8', Buffer.from('1'), 0);
    const stale = { code: 'BAD_VERSION', outcome: 'not-applied' };
    await expect(session.set('/d8', Buffer.from('2'), 0)).rejects.toMatchObject(stale);
    await expect(session.delete('/d8', 0)).rejects.toMatchObject(stale);
  });
});

test('D10 more watches than fit one packet survive a reconnect', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session } = await bench.connect(proxy.address);
  const paths = Array.from({ length: 2500 }, (_, i) => `/d10-${i}-${'x'.repeat(500)}`);
  const told: string[] = [];
  const watcher: Watcher = ({ path }) => told.push(path);
  await Promise.all(paths.map((path) => session.exists(path, watcher)));
  proxy.cut();
  await reached(session, 'suspended');
  await reached(session, 'connected');
  const chosen = [paths[0]!, paths[1200]!, paths[2499]!];
  for (const path of chosen) await session.create(path, null);
  await session.sync('/');
  expect(told).toEqual(chosen);
  expect(proxy.accepted).toBe(2);
});

/** The library's own request counter, deep inside. */
function counterOf(session: unknown): { xid: number } {
  const { lifecycle } = session as {
    lifecycle: { connection: { manager: { xid: number } } };
  };
  return lifecycle.connection.manager;
}

test('D11 the request counter wraps without anybody noticing', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session } = await bench.connect(proxy.address);
  await session.create('/d11', null);
  counterOf(session).xid = 2 ** 31 - 2 ** 16 - 100;
  const reads = Array.from({ length: 1000 }, () => session.exists('/d11'));
  expect((await Promise.all(reads)).every((stat) => stat?.version === 0)).toBe(true);
  expect(counterOf(session).xid).toBeLessThan(2000);
  expect(proxy.accepted).toBe(1);
});

test('D12 any number of requests may be started at once; few are on the wire', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session, log } = await bench.connect(proxy.address, { sessionTimeoutMs: 30_000 });
  const splitter = new FrameSplitter();
  let sent = 0;
  proxy.rewrite('up', (chunk) => {
    sent += splitter.push(chunk).filter((frame) => frame.readInt32BE(8) === OP_EXISTS).length;
    return chunk;
  });
  proxy.hold('down');
  const reads = Array.from({ length: 20_000 }, () => session.exists('/'));
  while (sent < 800) await new Promise(setImmediate);
  expect(sent).toBe(800);
  proxy.release();
  await Promise.all(reads);
  expect(sent).toBe(20_000);
  expect(log.count('zk-suspended')).toBe(0);
});

test('D15 errors say what was tried, on what, and what came of it', async () => {
  const { session } = await connect();
  await expect(session.set('/d15', Buffer.alloc(1), 3)).rejects.toMatchObject({
    code: 'NO_NODE',
    op: 'set',
    path: '/d15',
    outcome: 'not-applied',
    sessionId: session.id,
    message: expect.stringMatching(/^ZooKeeper set \/d15 failed with NO_NODE after \d+ ms\.$/),
  });
});

test('D16 what is too large is refused here and harms nobody else', async () => {
  const { session, log } = await connect();
  await session.create('/d16', null);
  const large = Buffer.alloc(600 * 1024);
  const half = Buffer.alloc(500 * 1024);
  const results = await Promise.allSettled([
    session.exists('/d16'),
    session.create('/d16/large', large),
    session.set('/d16', large, -1),
    session.multi([
      { type: 'set', path: '/d16', data: half, version: -1 },
      { type: 'create', path: '/d16/second', data: half },
    ]),
    session.exists('/d16'),
  ]);
  const codes = results.map((result) =>
    result.status === 'fulfilled' ? 'ok' : (result.reason as { code: string }).code,
  );
  expect(codes).toEqual(['ok', 'TOO_LARGE', 'TOO_LARGE', 'TOO_LARGE', 'ok']);
  await session.set('/d16', half, 0);
  expect(log.count('zk-suspended')).toBe(0);
});

test('D17 a missing chroot is made of persistent znodes, for ephemeral ones below', async () => {
  const { session: root } = await connect();
  const { session } = await bench.connect(`${ensemble.address(1)}/d17/kafka/blue`);
  expect(await session.create('/here', null, { ephemeral: true })).toBe('/here');
  for (const path of ['/d17', '/d17/kafka', '/d17/kafka/blue']) {
    expect((await root.exists(path))?.ephemeralOwner).toBe(0n);
  }
  expect((await root.exists('/d17/kafka/blue/here'))?.ephemeralOwner).toBe(session.id);
  const events: WatchEvent[] = [];
  await session.children('/', (event) => events.push(event));
  await root.create('/d17/kafka/blue/there', null);
  await session.sync('/');
  expect(events).toEqual([{ type: 'childrenChanged', path: '/' }]);
});

test('D18 many watchers share one watch, and each hears once', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const { session } = await connect();
  await session.create('/d18', null);
  const told = Array.from({ length: 50 }, () => 0);
  const watchers = told.map(
    (_, i): Watcher =>
      () =>
        (told[i]! += 1),
  );
  for (const watcher of watchers) {
    await session.get('/d18', watcher);
    await session.exists('/d18', watcher);
  }
  await session.set('/d18', Buffer.from('1'), 0);
  await session.set('/d18', Buffer.from('2'), 1);
  await session.sync('/');
  expect(told).toEqual(told.map(() => 1));
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

test('an answer is heard before the event that follows it, and that before newer answers', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session } = await bench.connect(proxy.address);
  const { session: other } = await connect();
  await session.create('/order', null);
  const heard: string[] = [];
  proxy.hold('down');
  const operations = [
    session.get('/order', () => heard.push('event')).then(() => heard.push('answer')),
    session.set('/order', Buffer.from('1'), 0).then(() => heard.push('newer answer')),
  ];
  while ((await other.exists('/order'))?.version === 0);
  proxy.release();
  await Promise.all(operations);
  expect(heard).toEqual(['answer', 'event', 'newer answer']);
});
