import { deferred } from '../../client/runtime/deferred';
import {
  ask,
  emptyAnswer,
  produce,
  settle,
  until,
  World,
  type TestClient,
} from './testing/network-world';

const KIB = 1024;
const LARGE = 1000 * KIB;

let world: World;
afterEach(() => world.stop());

const request = Buffer.concat(produce(1, 1, LARGE));

/** Clients that have sent most of a large request each, more in all than may be in the works. */
async function halfSent(count: number): Promise<TestClient[]> {
  world = await new World(() => ({ responses: [] }), {
    maxRequestBytes: 8 * LARGE,
    maxQueuedRequestBytes: LARGE,
  }).start();
  const clients: TestClient[] = [];
  for (let i = 0; i < count; i++) {
    const client = await world.client();
    client.socket.write(request.subarray(0, 700 * KIB));
    clients.push(client);
  }
  await settle(50);
  return clients;
}

test('large requests that have begun all come to their end, however many there are', async () => {
  const clients = await halfSent(8);
  for (const client of clients) client.socket.write(request.subarray(700 * KIB));
  for (const client of clients) expect(await client.received(1)).toEqual([{ id: 1 }]);
  expect(world.server.load().queuedRequestBytes).toBe(0);
});

test('peers that fall silent in the middle of them do not keep others waiting for ever', async () => {
  const clients = await halfSent(8);
  const talker = clients[7];
  talker.socket.write(request.subarray(700 * KIB));
  await settle(50);
  while (talker.answers.length === 0) {
    world.clock.advance(31_000);
    await settle();
  }
  expect(world.logged('connection-closed-for-cause')[0]).toMatchObject({
    reason: 'half-sent-request',
  });
});

test('peers that leave in the middle of them give their room back', async () => {
  const clients = await halfSent(8);
  for (const { socket } of clients.slice(0, 7)) socket.destroy();
  clients[7].socket.write(request.subarray(700 * KIB));
  await clients[7].received(1);
  await until(() => world.server.load().connections === 1);
});

test('a peer that trickles is cut off when the time for the whole request is over', async () => {
  world = await new World(() => emptyAnswer).start();
  const client = await world.client();
  client.socket.write(request.subarray(0, 4));
  await settle(50);
  world.clock.advance(29_000);
  client.socket.write(request.subarray(4, 5));
  await settle(50);
  expect(world.server.load().connections).toBe(1);
  world.clock.advance(6000);
  await client.closed;
  expect(world.logged('connection-closed-for-cause')).toMatchObject([
    { reason: 'half-sent-request' },
  ]);
});

test('a request that is half there does not end a connection whose last answers are awaited', async () => {
  const gate = deferred<object>();
  world = await new World(() => gate.promise).start();
  const client = await world.client();
  client.send(ask(0));
  client.socket.write(request.subarray(0, 100));
  await until(() => world.requests.length === 1);
  await settle(50);
  const closed = world.server.close(120_000);
  world.clock.advance(60_000);
  gate.resolve(emptyAnswer);
  await client.closed;
  expect(client.answers).toEqual([{ id: 0 }]);
  await closed;
});
