import { createClient, type Client } from 'node-zookeeper-client';
import { delay } from '../../client/runtime/clock';
import { SessionBench } from '../harness/session-bench';
import { ZooKeeperEnsemble } from '../harness/zookeeper-ensemble';

/**
 * What node-zookeeper-client does by itself under the same faults. When one of these fails, the
 * library has been mended and the matching part of zk-coordination/session may go.
 */
type Callback = (error: { code: number; name: string } | null, ...results: unknown[]) => void;

interface BareTransaction {
  check(path: string, version: number): BareTransaction;
  setData(path: string, data: Buffer, version: number): BareTransaction;
  commit(callback: Callback): void;
}

interface BareClient extends Client {
  connect(): void;
  close(): void;
  once(event: string, listener: () => void): void;
  on(event: string, listener: () => void): void;
  getSessionId(): Buffer;
  getSessionPassword(): Buffer;
  addAuthInfo(scheme: string, auth: Buffer): void;
  create(path: string, data: Buffer, callback: Callback): void;
  getData(path: string, callback: Callback): void;
  setData(path: string, data: Buffer, version: number, callback: Callback): void;
  exists(path: string, watcher: () => void, callback: Callback): void;
  transaction(): BareTransaction;
}

let ensemble: ZooKeeperEnsemble;
const bench = new SessionBench();
const clients: BareClient[] = [];

beforeAll(async () => {
  ensemble = await ZooKeeperEnsemble.start({ tickTimeMs: 200 });
});
afterEach(async () => {
  for (const client of clients.splice(0)) {
    const { connectionManager: manager } = client;
    // Its close() does not end a client that is not connected.
    manager.findNextServer = () => undefined;
    manager.removeAllListeners('state');
    manager.socket?.destroy();
  }
  await bench.close();
});
afterAll(() => ensemble.stop());

function bare(address: string, sessionTimeout = 10_000): BareClient {
  const client = createClient(address, { sessionTimeout, spinDelay: 50, retries: 0 }) as BareClient;
  clients.push(client);
  return client;
}

async function connected(client: BareClient): Promise<BareClient> {
  const done = once(client, 'connected');
  client.connect();
  await done;
  return client;
}

function once(client: BareClient, event: string): Promise<void> {
  return new Promise((resolve) => client.once(event, resolve));
}

/** The name of the error, or `ok`. */
function outcome(start: (callback: Callback) => void): Promise<string> {
  return new Promise((resolve) => start((error) => resolve(error ? error.name : 'ok')));
}

test('D1 believes in a dead connection for longer than its session lives', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const client = await connected(bare(proxy.address, 1000));
  const mine = {
    id: client.getSessionId().readBigInt64BE(0),
    password: client.getSessionPassword(),
  };
  let disconnected = false;
  client.on('disconnected', () => (disconnected = true));
  proxy.drop();
  // The session ends between one timeout and one timeout and a tick later.
  await delay(1500);
  const { session: heir } = bench.open(ensemble.address(1), {}, mine);
  await expect(heir.connected()).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
  expect(disconnected).toBe(false);
});

test('D3 takes half an answer along to the next connection and cannot connect any more', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const client = await connected(bare(proxy.address));
  const data = Buffer.alloc(100_000, 'x');
  expect(await outcome((done) => client.create('/bare-d3', data, done))).toBe('ok');
  proxy.cutAfter(50_000, 'down');
  const read = outcome((done) => client.getData('/bare-d3', done));
  expect(await read).toBe('CONNECTION_LOSS');
  while (proxy.accepted < 6) await delay(20);
  // Five more connections and none of them a session: the first half frame is still in the way.
  expect(client.connectionManager.state).not.toBe(2);
});

test('D4 never calls back what was waiting when the session expired', async () => {
  const proxy = await bench.proxy(ensemble.port(1));
  const client = await connected(bare(proxy.address));
  const disconnected = once(client, 'disconnected');
  proxy.refuse();
  proxy.cut();
  await disconnected;
  let calledBack = false;
  client.getData('/', () => (calledBack = true));
  const mine = {
    id: client.getSessionId().readBigInt64BE(0),
    password: client.getSessionPassword(),
  };
  const { session: heir } = await bench.connect(ensemble.address(1), {}, mine);
  await heir.close();
  const expired = once(client, 'expired');
  proxy.heal();
  await expired;
  await delay(200);
  expect(calledBack).toBe(false);
});

test('D5 sends requests before the credentials they need', async () => {
  const auth = { scheme: 'digest', credentials: 'broker:secret' };
  const { session } = await bench.connect(ensemble.address(1), { auth });
  await session.create('/bare-d5', null, { acl: 'creator' });
  const client = bare(ensemble.address(1));
  client.addAuthInfo('digest', Buffer.from(auth.credentials));
  const read = outcome((done) => client.getData('/bare-d5', done));
  client.connect();
  expect(await read).toBe('NO_AUTH');
  expect(await outcome((done) => client.getData('/bare-d5', done))).toBe('ok');
});

test('D8 takes version 0 of a transaction for any version', async () => {
  const client = await connected(bare(ensemble.address(1)));
  const data = Buffer.from('1');
  await outcome((done) => client.create('/bare-d8', data, done));
  await outcome((done) => client.setData('/bare-d8', data, 0, done));
  const stale = client.transaction().check('/bare-d8', 0).setData('/bare-d8', data, 0);
  expect(await outcome((done) => stale.commit(done))).toBe('ok');
});

test('D9 sends no pings while it is told things, and expires', async () => {
  const client = await connected(bare(ensemble.address(1), 1000));
  const { session: other } = await bench.connect(ensemble.address(1));
  const paths = Array.from({ length: 500 }, (_, i) => `/bare-d9-${i}`);
  await Promise.all(paths.map((path) => outcome((done) => client.exists(path, () => {}, done))));
  let lost = false;
  client.on('disconnected', () => (lost = true));
  for (let i = 0; i < paths.length && !lost; i++) {
    await other.create(paths[i]!, null);
    await delay(40);
  }
  expect(lost).toBe(true);
});
