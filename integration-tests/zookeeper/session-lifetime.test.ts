import { delay } from '../../client/runtime/clock';
import { ZkError } from '../../zk-coordination/zk-error';
import { reached, SessionBench } from '../harness/session-bench';
import { ZooKeeperEnsemble } from '../harness/zookeeper-ensemble';

const LONGEST_MS = 30_000;

let ensemble: ZooKeeperEnsemble;
const bench = new SessionBench();
const digest = { scheme: 'digest', credentials: 'broker:secret' };

beforeAll(async () => {
  ensemble = await ZooKeeperEnsemble.start({ tickTimeMs: 200, maxSessionTimeoutMs: LONGEST_MS });
});
afterEach(() => bench.close());
afterAll(() => ensemble.stop());

test('a later process takes the session up again and may end it', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session: first } = await bench.connect(proxy.address);
  await first.create('/mine', null, { ephemeral: true });
  proxy.refuse();
  proxy.cut();
  const { session: second } = await bench.connect(ensemble.address(1), {}, first.credentials());
  expect(second.id).toBe(first.id);
  expect((await second.exists('/mine'))?.ephemeralOwner).toBe(first.id);
  await second.close();
  proxy.heal();
  await reached(first, 'expired');
});

test('two that hold the same session do not chase each other without a pause', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session: first } = await bench.connect(proxy.address);
  await bench.connect(proxy.address, {}, first.credentials());
  // Each pushes the other out and pauses up to a second.
  await delay(1000);
  expect(proxy.accepted).toBeLessThan(15);
});

test('a session nobody remembers is expired, whatever its password', async () => {
  const resume = { id: 0x1234n, password: Buffer.alloc(16) };
  const { session } = bench.open(ensemble.address(1), {}, resume);
  await expect(session.connected()).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
  expect(session.state).toBe('expired');
});

test('says what the ensemble granted, not what was asked for', async () => {
  const { session, log } = await bench.connect(ensemble.address(1), { sessionTimeoutMs: 60_000 });
  expect(session.negotiatedTimeoutMs).toBe(LONGEST_MS);
  const [connected] = log.entries.filter((entry) => entry['event'] === 'zk-connected');
  expect(connected).toMatchObject({ sessionTimeoutMs: LONGEST_MS, askedForMs: 60_000 });
  expect(session.leaseUntil).toBeLessThan(performance.now() + LONGEST_MS);
});

test('the lease goes on with every answer and stops without', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const { session } = await bench.connect(proxy.address, { sessionTimeoutMs: 6000 });
  const first = session.leaseUntil;
  while (session.leaseUntil === first) await delay(20);
  proxy.drop();
  // Whatever was on its way has arrived when the connection is given up.
  await reached(session, 'suspended');
  const last = session.leaseUntil;
  await delay(300);
  expect(session.leaseUntil).toBe(last);
});

test('the lease is over in time, also at a server that lost its leader and answers on', async () => {
  // A server notices after a hundred ticks, 20 s, that its leader is gone; the session ends after 4.
  const config = ['syncLimit=100'];
  const own = await ZooKeeperEnsemble.start({ nodes: 3, tickTimeMs: 200, links: true, config });
  try {
    const modes = await Promise.all(own.ids.map((id) => own.mode(id)));
    const leader = own.ids[modes.indexOf('leader')]!;
    const follower = own.ids[modes.indexOf('follower')]!;
    const { session: observer } = await bench.connect(own.address(leader));
    const { session } = await bench.connect(own.address(follower), { sessionTimeoutMs: 4000 });
    await session.create('/leader-less', null, { ephemeral: true });
    await observer.sync('/');
    let leaseLeft: number | undefined;
    await observer.exists('/leader-less', () => {
      leaseLeft = session.leaseUntil - performance.now();
    });
    own.link(follower, leader).drop();
    while (leaseLeft === undefined) {
      await session.exists('/leader-less').catch(() => undefined);
      await delay(5);
    }
    expect(leaseLeft).toBeLessThanOrEqual(0);
  } finally {
    await own.stop();
  }
});

describe('credentials', () => {
  test('the creator alone may touch what is protected', async () => {
    const { session: owner } = await bench.connect(ensemble.address(1), { auth: digest });
    const { session: other } = await bench.connect(ensemble.address(1));
    await owner.create('/private', Buffer.from('1'), { acl: 'creator' });
    await owner.create('/public', Buffer.from('2'), { acl: 'creatorWorldReads' });
    await expect(other.get('/private')).rejects.toMatchObject({
      code: 'NO_AUTH',
      outcome: 'not-applied',
    });
    expect((await other.get('/public')).data).toEqual(Buffer.from('2'));
    await expect(other.set('/public', Buffer.alloc(0), -1)).rejects.toMatchObject({
      code: 'NO_AUTH',
    });
    await owner.set('/private', Buffer.from('3'), 0);
  });

  test('a scheme the ensemble does not know is final', async () => {
    const auth = { scheme: 'handshake', credentials: 'x' };
    const { session } = bench.open(ensemble.address(1), { auth });
    await expect(session.connected()).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    expect(session.state).toBe('authFailed');
    await expect(session.exists('/')).rejects.toBeInstanceOf(ZkError);
  });

  test('protected znodes need credentials', async () => {
    const { session } = await bench.connect(ensemble.address(1));
    await expect(session.create('/nobody', null, { acl: 'creator' })).rejects.toMatchObject({
      code: 'INVALID_ACL',
    });
  });
});

test('an ensemble that lost its data ends the session with a reason', async () => {
  const own = await ZooKeeperEnsemble.start({ tickTimeMs: 200 });
  try {
    const { session, log } = await bench.connect(own.connectString, { sessionTimeoutMs: 4000 });
    for (let i = 0; i < 5; i++) await session.create(`/old-${i}`, null);
    await own.kill(1);
    await own.wipe(1);
    await own.start(1);
    await reached(session, 'expired');
    expect(log.count('zk-ensemble-regressed')).toBe(1);
    const refused = await session.exists('/').catch((error: unknown) => error as ZkError);
    expect(refused).toMatchObject({
      code: 'SESSION_EXPIRED',
      cause: { message: expect.stringContaining('lost its data') },
    });
  } finally {
    await own.stop();
  }
});

test('a restart of the whole ensemble costs neither session nor ephemerals', async () => {
  const own = await ZooKeeperEnsemble.start({ tickTimeMs: 200 });
  try {
    const { session } = await bench.connect(own.connectString);
    await session.create('/survivor', Buffer.from('1'), { ephemeral: true });
    const { id } = session;
    await own.kill(1);
    await own.start(1);
    await reached(session, 'connected');
    expect((await session.exists('/survivor'))?.ephemeralOwner).toBe(id);
  } finally {
    await own.stop();
  }
});
