import type { Socket } from 'node:net';
import { SeededRandom } from '../../harness/seeded-random';
import { deterministically } from '../time/determinism';
import { SimProcess } from '../time/sim-process';
import { Trace } from '../time/trace';
import { World } from '../time/world';
import { SimNetwork } from './sim-network';

class Bench {
  readonly world = new World();
  private readonly seeded: SeededRandom;
  private readonly random = () => this.seeded.next();
  readonly trace = new Trace(() => this.world.now);
  readonly network: SimNetwork;
  readonly client = new SimProcess(this.world, 'client');
  readonly server = new SimProcess(this.world, 'server');
  readonly seen: string[] = [];
  accepted: Socket[] = [];

  constructor(seed = 1) {
    this.seeded = new SeededRandom(seed);
    this.network = new SimNetwork(this.world, this.random, this.trace);
  }

  listen(): void {
    const create = this.network.createServer(this.server, 's');
    const server = create({ allowHalfOpen: true }, (socket) => {
      this.accepted.push(socket);
      this.watch('server', socket);
    });
    server.listen({ port: 9092 }, () => {});
  }

  connect(): Socket {
    const socket = this.network.connector(this.client, 'c')({ host: 's', port: 9092 });
    socket.once('connect', () => this.note('client connect'));
    this.watch('client', socket);
    return socket;
  }

  async run(ms: number): Promise<void> {
    await deterministically(this.world, this.random, () => this.world.run(this.world.now + ms));
  }

  /** What was seen since the last time. */
  news(): string[] {
    return this.seen.splice(0);
  }

  private watch(who: string, socket: Socket): void {
    socket.on('data', (bytes: Buffer) => this.note(`${who} ${bytes.toString()}`));
    socket.on('error', (error) => this.note(`${who} ${(error as NodeJS.ErrnoException).code}`));
    for (const event of ['end', 'close', 'drain']) {
      socket.on(event, () => this.note(`${who} ${event}`));
    }
  }

  private note(what: string): void {
    this.seen.push(what);
  }
}

async function connected(seed?: number): Promise<{ bench: Bench; socket: Socket }> {
  const bench = new Bench(seed);
  bench.listen();
  await bench.run(1);
  const socket = bench.connect();
  await bench.run(10);
  expect(bench.news()).toEqual(['client connect']);
  return { bench, socket };
}

test('bytes come in order, both ways; what is corked comes at once', async () => {
  const { bench, socket } = await connected();
  for (let i = 0; i < 5; i++) socket.write(Buffer.from(`${i}`));
  socket.cork();
  for (const part of ['a', 'b']) socket.write(Buffer.from(part));
  process.nextTick(() => socket.uncork());
  bench.accepted[0]!.write(Buffer.from('hello'));
  await bench.run(10);
  const news = bench.news();
  expect(news.filter((one) => one.startsWith('server'))).toEqual(
    ['0', '1', '2', '3', '4', 'ab'].map((part) => `server ${part}`),
  );
  expect(news).toContain('client hello');
});

test('one end says goodbye, the other answers and closes', async () => {
  const { bench, socket } = await connected();
  socket.write(Buffer.from('last'));
  socket.end();
  await bench.run(10);
  expect(bench.news()).toEqual(['server last', 'server end']);
  bench.accepted[0]!.end();
  await bench.run(10);
  expect(bench.news()).toEqual(['server close', 'client end', 'client close']);
});

test('who writes to an end that is gone is told', async () => {
  const { bench, socket } = await connected();
  socket.destroy();
  await bench.run(10);
  expect(bench.news()).toEqual(['client close', 'server end']);
  bench.accepted[0]!.write(Buffer.from('anybody?'));
  await bench.run(10);
  expect(bench.news()).toEqual(['server ECONNRESET', 'server close']);
});

test('nobody listens: refused', async () => {
  const bench = new Bench();
  bench.connect();
  await bench.run(10);
  expect(bench.news()).toEqual(['client ECONNREFUSED', 'client close']);
});

test('a blocked link holds up what is sent, also connecting, and loses nothing', async () => {
  const { bench, socket } = await connected();
  const link = bench.network.link('c', 's');
  link.block();
  link.block();
  socket.write(Buffer.from('a'));
  bench.connect();
  bench.accepted[0]!.write(Buffer.from('the other way'));
  await bench.run(1000);
  expect(bench.news()).toEqual(['client the other way']);
  socket.write(Buffer.from('b'));
  link.unblock();
  await bench.run(1000);
  expect(bench.news()).toEqual([]);
  link.unblock();
  await bench.run(10);
  const news = bench.news();
  expect(news.filter((one) => one.startsWith('server'))).toEqual(['server a', 'server b']);
  expect(news).toContain('client connect');
});

test('a killed process leaves its peers with a closed connection', async () => {
  const { bench, socket } = await connected();
  bench.server.kill();
  bench.network.closeAllOf(bench.server);
  await bench.run(10);
  expect(bench.news()).toEqual(['client end', 'client close']);
  expect(socket.destroyed).toBe(true);
  bench.connect();
  await bench.run(10);
  expect(bench.news()).toEqual(['client ECONNREFUSED', 'client close']);
});

test('a machine without power says nothing until it is back', async () => {
  const { bench, socket } = await connected();
  const ways = [bench.network.link('c', 's'), bench.network.link('s', 'c')];
  for (const way of ways) way.block();
  bench.server.kill();
  bench.network.silenceAllOf(bench.server);
  socket.write(Buffer.from('anybody?'));
  await bench.run(10_000);
  expect(bench.news()).toEqual([]);
  for (const way of ways) way.unblock();
  await bench.run(10);
  expect(bench.news()).toEqual(['client ECONNRESET', 'client close']);
});

test('a connection can be reset, and cut in the middle of what is sent', async () => {
  const { bench, socket } = await connected();
  const [connection] = bench.network.connections;
  connection!.cutAfter(3, 'server');
  socket.write(Buffer.from('ab'));
  socket.write(Buffer.from('cdef'));
  await bench.run(10);
  expect(bench.news().sort()).toEqual(
    [
      'server ab',
      'server c',
      'server ECONNRESET',
      'server close',
      'client ECONNRESET',
      'client close',
    ].sort(),
  );
  expect(bench.network.connections).toEqual([]);
});

test('a paused process takes connections, and reads nothing', async () => {
  const { bench, socket } = await connected();
  bench.server.pause();
  socket.write(Buffer.from('a'));
  bench.connect().write(Buffer.from('b'));
  await bench.run(100);
  expect(bench.news()).toEqual(['client connect']);
  bench.server.resume();
  await bench.run(1);
  expect(bench.news()).toEqual(['server a', 'server b']);
});

test('who does not read makes the other stop writing', async () => {
  const { bench, socket } = await connected();
  bench.accepted[0]!.pause();
  let written = 0;
  while (socket.write(Buffer.alloc(64 * 1024))) written++;
  expect(written).toBeGreaterThan(1);
  expect(socket.writableNeedDrain).toBe(true);
  await bench.run(100);
  expect(bench.news()).toEqual([]);
  bench.accepted[0]!.resume();
  await bench.run(100);
  expect(bench.news()).toContain('client drain');
  expect(socket.writableLength).toBe(0);
});

test('the same seed gives the same trace, another seed another', async () => {
  const fingerprint = async (seed: number) => {
    const { bench, socket } = await connected(seed);
    for (let i = 0; i < 20; i++) socket.write(Buffer.from(`${i}`));
    bench.connect().write(Buffer.from('x'));
    await bench.run(100);
    return bench.trace.fingerprint;
  };
  expect(await fingerprint(1)).toBe(await fingerprint(1));
  expect(await fingerprint(1)).not.toBe(await fingerprint(2));
});
