import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { delay } from '../../client/runtime/clock';
import { FaultProxy } from './fault-proxy';

let echo: Server;
let proxy: FaultProxy;
const sockets: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await FaultProxy.start((echo.address() as AddressInfo).port);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.close();
  echo.close();
});

interface Caller {
  readonly socket: Socket;
  /** Everything that came back so far. */
  heard(): string;
  /** Resolves when that has come back. */
  hears(text: string): Promise<void>;
}

async function call(): Promise<Caller> {
  const socket = connect(proxy.port, '127.0.0.1');
  sockets.push(socket);
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const hears = async (text: string): Promise<void> => {
    while (heard !== text) await once(socket, 'data');
  };
  return { socket, heard: () => heard, hears };
}

test('passes everything on', async () => {
  const { socket, hears } = await call();
  socket.write('hello');
  await hears('hello');
  expect(proxy.accepted).toBe(1);
  expect(proxy.open).toBe(1);
});

test('drops what comes meanwhile, in one direction or both, and keeps the connection', async () => {
  const { socket, heard, hears } = await call();
  socket.write('a');
  await hears('a');
  for (const direction of ['up', 'down', undefined] as const) {
    proxy.drop(direction);
    const { up, down } = proxy.dropped;
    socket.write('lost');
    while (proxy.dropped.up + proxy.dropped.down < up + down + 4) await delay(1);
    proxy.heal();
  }
  socket.write('d');
  await hears('ad');
  expect(heard()).toBe('ad');
  expect(proxy.accepted).toBe(1);
});

test('holds back and lets go in order', async () => {
  const { socket, heard, hears } = await call();
  proxy.hold('up');
  socket.write('a');
  socket.write('b');
  const other = await call();
  expect(heard()).toBe('');
  proxy.release();
  other.socket.write('x');
  await other.hears('x');
  await hears('ab');
});

test('delays without changing the order, also when the delay shrinks', async () => {
  const { socket, hears } = await call();
  proxy.delay(60);
  socket.write('a');
  await delay(10);
  proxy.delay(0);
  socket.write('b');
  await hears('ab');
});

test('lets so many bytes through in a second, in order', async () => {
  const { socket, heard, hears } = await call();
  proxy.throttle(50_000, 'up');
  const began = performance.now();
  const text = Array.from({ length: 3000 }, (_, i) => String(i)).join(' ');
  socket.write(text.slice(0, 5000));
  socket.write(text.slice(5000));
  await hears(text);
  expect(performance.now() - began).toBeGreaterThan(200);
  expect(heard()).toBe(text);
});

test('cuts after so many bytes, once', async () => {
  const first = await call();
  proxy.cutAfter(3, 'down');
  first.socket.write('hello');
  await once(first.socket, 'close');
  expect(first.heard()).toBe('hel');
  const second = await call();
  second.socket.write('hello');
  await second.hears('hello');
});

test('resets', async () => {
  const { socket, hears } = await call();
  socket.write('a');
  await hears('a');
  const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
  proxy.reset();
  expect((await failed).code).toBe('ECONNRESET');
});

test('refuses new connections until healed', async () => {
  proxy.refuse();
  const refused = await call();
  await once(refused.socket.resume(), 'close');
  proxy.heal();
  const { socket, hears } = await call();
  socket.write('a');
  await hears('a');
  expect(proxy.accepted).toBe(2);
});

test('changes bytes on their way', async () => {
  proxy.rewrite('down', (chunk) => Buffer.from(chunk.toString().toUpperCase()));
  const { socket, hears } = await call();
  socket.write('hello');
  await hears('HELLO');
});
