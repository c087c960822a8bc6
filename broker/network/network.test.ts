import { connect } from 'node:net';
import { once } from 'node:events';
import { ErrorCode } from '../../client/protocol/error-codes';
import { ApiVersions } from '../../client/protocol/messages/api-versions';
import { Fetch } from '../../client/protocol/messages/fetch';
import { Produce } from '../../client/protocol/messages/produce';
import { msgpackCodec } from '../../client/protocol/msgpack/codec';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { deferred } from '../../client/runtime/deferred';
import { noNetworkMetrics, type NetworkMetrics } from './network-metrics';
import type { RequestHandler } from './request-handler';
import {
  ask,
  bySequence,
  emptyAnswer,
  framed,
  produce,
  settle,
  until,
  World,
} from './testing/network-world';

let world: World;
afterEach(() => world.stop());

describe('order', () => {
  test('responses go out in the order of the requests, however they become ready', async () => {
    const gates = Array.from({ length: 4 }, () => deferred<object | undefined>());
    world = await new World((request) => gates[bySequence(request)].promise).start();
    const client = await world.client();
    client.send(ask(0), ask(1), ask(2), ask(3));
    await until(() => world.requests.length === 4);
    gates[2].resolve(emptyAnswer);
    gates[1].reject(new ProtocolError('NOT_CONTROLLER'));
    gates[3].resolve(undefined);
    await settle();
    expect(client.answers).toEqual([]);
    gates[0].resolve(emptyAnswer);
    expect(await client.received(3)).toEqual([
      { id: 0 },
      { id: 1, failure: 'NOT_CONTROLLER' },
      { id: 2 },
    ]);
    expect(world.server.load().inFlightRequests).toBe(0);
  });

  test('a synchronous answer waits behind one that is still to come', async () => {
    const gate = deferred<object>();
    const answers = [gate.promise, emptyAnswer, emptyAnswer];
    world = await new World((request) => answers[bySequence(request)]).start();
    const client = await world.client();
    client.send(ask(0), ask(1), ask(2));
    await until(() => world.requests.length === 3);
    await settle();
    expect(client.answers).toEqual([]);
    gate.resolve(emptyAnswer);
    expect((await client.received(3)).map(({ id }) => id)).toEqual([0, 1, 2]);
  });

  test('answers of one turn travel in one write', async () => {
    world = await new World(() => emptyAnswer).start();
    const client = await world.client();
    let chunks = 0;
    client.socket.on('data', () => chunks++);
    client.send(...Array.from({ length: 50 }, (_, id) => ask(id)));
    await client.received(50);
    expect(chunks).toBe(1);
  });

  test('a request tells where it came from, and may arrive byte by byte', async () => {
    world = await new World(() => emptyAnswer).start();
    const client = await world.client();
    for (const byte of Buffer.concat(ask(7, 'slow'))) {
      client.socket.write(Buffer.from([byte]));
      await settle(1);
    }
    await client.received(1);
    const [{ header, api, connection, receivedAt }] = world.requests;
    expect(header).toEqual({ apiKey: 18, apiVersion: 3, correlationId: 7, clientId: 'slow' });
    expect(api.name).toBe('ApiVersions');
    expect(connection).toEqual({
      id: 1,
      listenerName: 'PLAINTEXT',
      remoteAddress: '127.0.0.1',
      localPort: world.server.port('PLAINTEXT'),
      codecName: 'msgpack',
    });
    expect(receivedAt).toBe(world.clock.monotonic());
  });
});

describe('failures', () => {
  test('a handler that throws fails the request, not the connection', async () => {
    const bodies = [
      () => {
        throw new Error('secret');
      },
      () => ({ errorCode: null, apiKeys: [] }),
      () => emptyAnswer,
    ];
    world = await new World((request) => bodies[bySequence(request)]()).start();
    const client = await world.client();
    client.send(ask(0), ask(1), ask(2));
    expect(await client.received(3)).toEqual([
      { id: 0, failure: 'UNKNOWN_SERVER_ERROR' },
      { id: 1, failure: 'UNKNOWN_SERVER_ERROR' },
      { id: 2 },
    ]);
    const errors = world.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ fields }) => fields.error)).toContain('secret');
    expect(errors).toHaveLength(2);
  });

  test('an unknown version or API is answered and the connection goes on', async () => {
    world = await new World(() => emptyAnswer).start();
    const client = await world.client();
    const header = { apiVersion: 99, correlationId: 1, clientId: null };
    client.send(msgpackCodec.encodeRequest(Object.assign({}, ApiVersions), header, {}), ask(2));
    const noSuchApi = framed(Buffer.from([0x95, 0xcd, 0x7f, 0x00, 0, 3, 0xc0, 0x80]));
    client.send(noSuchApi, ask(4));
    expect(await client.received(4)).toEqual([
      { id: 1, failure: 'UNSUPPORTED_VERSION' },
      { id: 2 },
      { id: 3, failure: 'UNSUPPORTED_VERSION' },
      { id: 4 },
    ]);
  });

  test('a frame that is not msgpack closes the connection behind earlier answers', async () => {
    const gate = deferred<object>();
    world = await new World(() => gate.promise).start();
    const client = await world.client();
    client.send(ask(0), framed(Buffer.from([0xc1, 1, 2, 3])), ask(9));
    await until(() => world.logged('connection-closed-for-cause').length === 1);
    gate.resolve(emptyAnswer);
    await client.closed;
    expect(client.answers).toEqual([{ id: 0 }]);
    expect(world.requests).toHaveLength(1);
  });

  test('a body that cannot be read is answered before the connection is closed', async () => {
    world = await new World(() => emptyAnswer).start();
    const client = await world.client();
    // Produce v9 whose acks is a string.
    const body = [0x81, 0xa4, ...Buffer.from('acks'), 0xa1, 0x61];
    client.send(framed(Buffer.from([0x95, 0, 9, 5, 0xc0, ...body])));
    await client.closed;
    expect(client.answers).toEqual([{ id: 5, failure: 'INVALID_REQUEST' }]);
  });

  test.each([
    ['an empty frame', Buffer.from([0, 0, 0, 0]), 'empty-frame'],
    ['an oversized frame', Buffer.from([0x7f, 0, 0, 0, 1]), 'oversized-frame'],
    ['a TLS handshake', Buffer.from([0x16, 3, 1, 2, 0, 1]), 'protocol-not-spoken'],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'protocol-not-spoken'],
    ['half a Kafka request', Buffer.from([0, 0, 0, 4, 0, 18, 0, 3]), 'malformed-request'],
    ['a msgpack number', Buffer.from([0, 0, 0, 1, 5]), 'protocol-not-spoken'],
  ])('%s is logged and the connection closed', async (_, bytes, reason) => {
    world = await new World(() => emptyAnswer).start();
    const client = await world.client();
    client.socket.write(bytes);
    await client.closed;
    expect(world.logged('connection-closed-for-cause')).toMatchObject([
      { reason, remoteAddress: '127.0.0.1' },
    ]);
    const next = await world.client();
    next.send(ask(1));
    expect(await next.received(1)).toEqual([{ id: 1 }]);
  });

  test('somebody who sends rubbish again and again does not fill the log', async () => {
    world = await new World(() => emptyAnswer).start();
    const rubbish = async () => {
      const client = await world.client();
      client.socket.write(Buffer.alloc(8));
      await client.closed;
    };
    for (let i = 0; i < 5; i++) await rubbish();
    expect(world.logged('connection-closed-for-cause')).toHaveLength(1);
    world.clock.advance(10_000);
    await rubbish();
    expect(world.logged('connection-closed-for-cause')[1]).toMatchObject({ suppressed: 4 });
  });

  test('random bytes leave the server standing', async () => {
    world = await new World(() => emptyAnswer).start();
    let seed = 42;
    const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff);
    for (let i = 0; i < 200; i++) {
      const client = await world.client();
      const payload = Buffer.from(Array.from({ length: random() % 40 }, () => random() >> 8));
      client.socket.write(random() % 2 ? Buffer.concat(framed(payload)) : payload);
      client.socket.end();
      await client.closed;
    }
    await until(() => world.server.load().connections === 0);
    expect(world.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(world.server.load()).toMatchObject({ queuedRequestBytes: 0, queuedResponseBytes: 0 });
  });
});

describe('produce without acknowledgement', () => {
  test('has no answer, and its failure closes the connection', async () => {
    world = await new World((request) => {
      if (bySequence(request) === 2) throw new ProtocolError('KAFKA_STORAGE_ERROR');
      return request.api.key === Produce.key ? undefined : emptyAnswer;
    }).start();
    const client = await world.client();
    client.send(produce(0, 0, 10), ask(1));
    expect(await client.received(1)).toEqual([{ id: 1 }]);
    client.send(produce(2, 0, 10));
    await client.closed;
    expect(client.answers).toHaveLength(1);
  });

  test('what is behind a failure gives its bytes back once', async () => {
    const [first, second] = [deferred<undefined>(), deferred<object>()];
    world = await new World((request) =>
      bySequence(request) === 0 ? first.promise : second.promise,
    ).start();
    const client = await world.client();
    client.send(produce(0, 0, 10), ask(1));
    await until(() => world.requests.length === 2);
    first.reject(new ProtocolError('KAFKA_STORAGE_ERROR'));
    second.resolve(emptyAnswer);
    await client.closed;
    await until(() => world.server.load().connections === 0);
    expect(world.server.load().queuedRequestBytes).toBe(0);
  });
});

describe('back-pressure', () => {
  const large = 512 * 1024;
  const records = Buffer.alloc(large);
  const fetched = {
    responses: [{ topic: 't', partitions: [{ partitionIndex: 0, records: [records] }] }],
  };
  const fetch = (correlationId: number) =>
    msgpackCodec.encodeRequest(
      Fetch,
      { apiVersion: 12, correlationId, clientId: null },
      { maxWaitMs: 0, minBytes: 0, topics: [] },
    );

  test('a client that does not read is not read from', async () => {
    world = await new World(() => fetched).start();
    const client = await world.client();
    client.socket.pause();
    const total = 200;
    client.send(...Array.from({ length: total }, (_, id) => fetch(id)));
    await until(() => world.server.load().queuedResponseBytes > 0);
    await settle(50);
    const { queuedResponseBytes } = world.server.load();
    expect(queuedResponseBytes).toBeLessThan(4 * large);
    expect(world.requests.length).toBeLessThan(total);
    client.socket.resume();
    await until(() => client.bytesReceived > total * large);
    await until(() => world.server.load().queuedResponseBytes === 0);
    expect(world.requests.map(bySequence)).toEqual(Array.from({ length: total }, (_, id) => id));
  });

  test('no more requests are taken than may be in flight', async () => {
    const gates: (() => void)[] = [];
    const handler = () => new Promise<object>((resolve) => gates.push(() => resolve(emptyAnswer)));
    world = await new World(handler, { maxInFlightRequests: 3 }).start();
    const client = await world.client();
    client.send(...Array.from({ length: 10 }, (_, id) => ask(id)));
    await until(() => world.requests.length === 3);
    await settle();
    expect(world.requests).toHaveLength(3);
    for (let answered = 0; answered < 10; answered++) {
      await until(() => gates.length > answered);
      gates[answered]();
    }
    expect((await client.received(10)).map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('the bound of one in flight holds for synchronous answers too', async () => {
    world = await new World(() => emptyAnswer, { maxInFlightRequests: 1 }).start();
    const client = await world.client();
    client.send(...Array.from({ length: 10 }, (_, id) => ask(id)));
    await client.received(10);
    client.send(ask(10));
    await client.received(11);
  });

  test('requests in the works are bounded in bytes over all connections', async () => {
    const gates: (() => void)[] = [];
    const handler = () =>
      new Promise<object>((resolve) => gates.push(() => resolve({ responses: [] })));
    world = await new World(handler, { maxQueuedRequestBytes: 150_000 }).start();
    const clients = [await world.client(), await world.client(), await world.client()];
    for (const client of clients) client.send(produce(0, 1, 100_000), produce(1, 1, 100_000));
    await until(() => world.requests.length === 2);
    await settle();
    expect(world.requests).toHaveLength(2);
    for (let answered = 0; answered < 6; answered++) {
      await until(() => gates.length > answered);
      expect(world.server.load().queuedRequestBytes).toBeLessThan(150_000 + 101_000);
      gates[answered]();
    }
    for (const client of clients) await client.received(2);
    expect(world.server.load().queuedRequestBytes).toBe(0);
  });

  test('a small request gets through when large ones that wait for it have used up the bound', async () => {
    const waiting = deferred<object>();
    const handler: RequestHandler = (request) =>
      request.api.key === Produce.key ? waiting.promise : emptyAnswer;
    world = await new World(handler, { maxQueuedRequestBytes: 100_000 }).start();
    const [producer, follower] = [await world.client(), await world.client()];
    producer.send(produce(0, 1, 100_000), produce(1, 1, 100_000));
    await until(() => world.requests.length === 1);
    for (let id = 0; id < 3; id++) {
      follower.send(ask(id), ask(id + 10));
      await follower.received(2 * (id + 1));
    }
    expect(world.requests.filter(({ api }) => api.key === Produce.key)).toHaveLength(1);
    waiting.resolve({ responses: [] });
    await producer.received(2);
  });

  test('tells when the bytes of a response have left, or never will', async () => {
    let sent = 0;
    const gate = deferred<object>();
    world = await new World((request) => {
      request.onSent(() => sent++);
      if (bySequence(request) === 2) return gate.promise;
      return bySequence(request) === 0 ? emptyAnswer : fetched;
    }).start();
    const client = await world.client();
    client.send(ask(0), fetch(1));
    await until(() => sent === 2);
    client.send(fetch(2));
    await until(() => world.requests.length === 3);
    client.socket.destroy();
    await until(() => world.server.load().connections === 0);
    gate.resolve(fetched);
    await until(() => sent === 3);
    expect(world.server.load().queuedRequestBytes).toBe(0);
  });
});

describe('limits', () => {
  const limits = (maxConnections: number, maxConnectionsPerIp: number, override?: number) => ({
    limits: {
      maxConnections,
      maxConnectionsPerIp,
      overrides: new Map(override === undefined ? [] : [['127.0.0.1', override]]),
    },
  });

  test.each([
    [limits(2, 100), 'max.connections'],
    [limits(100, 2), 'max.connections.per.ip'],
    [limits(100, 1, 2), 'max.connections.per.ip'],
  ])('a third connection is refused: %#', async (options, reason) => {
    const refused: string[] = [];
    const metrics: NetworkMetrics = {
      ...noNetworkMetrics,
      connectionRefused: (why) => void refused.push(why),
    };
    world = await new World(() => emptyAnswer, { ...options, metrics }).start();
    const [first] = [await world.client(), await world.client()];
    const third = await world.client();
    await third.closed;
    expect(refused).toEqual([reason]);
    expect(world.logged('connection-refused')).toMatchObject([{ reason }]);
    first.socket.destroy();
    await until(() => world.server.load().connections === 1);
    const next = await world.client();
    next.send(ask(1));
    await next.received(1);
  });

  test('brokers find room where clients have taken it all', async () => {
    const listeners = ['CLIENTS', 'BROKERS'].map((name) => ({ name, host: '127.0.0.1', port: 0 }));
    const options = { ...limits(2, 100), listeners, protectedListener: 'BROKERS' };
    world = await new World(() => emptyAnswer, options).start();
    const [busy, idle] = [await world.client('CLIENTS'), await world.client('CLIENTS')];
    await until(() => world.server.load().connections === 2);
    world.clock.advance(10);
    busy.send(ask(1));
    await busy.received(1);
    const broker = await world.client('BROKERS');
    await idle.closed;
    broker.send(ask(2));
    await broker.received(1);
    await (
      await world.client('CLIENTS')
    ).closed;
  });

  test('new limits can be set while the broker runs', async () => {
    world = await new World(() => emptyAnswer, limits(0, 0)).start();
    await (
      await world.client()
    ).closed;
    world.server.updateLimits(limits(1, 1).limits);
    const client = await world.client();
    client.send(ask(1));
    await client.received(1);
  });
});

describe('time', () => {
  test('a connection that nobody uses is closed, one with a request in the works is not', async () => {
    const gate = deferred<object>();
    world = await new World(() => gate.promise, { maxIdleMs: 60_000 }).start();
    const [idle, waiting] = [await world.client(), await world.client()];
    waiting.send(ask(1));
    await until(() => world.requests.length === 1);
    await until(() => world.server.load().connections === 2);
    world.clock.advance(59_000);
    expect(world.server.load().connections).toBe(2);
    world.clock.advance(6_000);
    await idle.closed;
    gate.resolve(emptyAnswer);
    await waiting.received(1);
  });

  test.each([1, 2, 10])(
    '%d bytes of a request that never ends are not waited for',
    async (bytes) => {
      world = await new World(() => emptyAnswer).start();
      const client = await world.client();
      client.send(ask(1));
      await client.received(1);
      client.socket.write(Buffer.concat(ask(2)).subarray(0, bytes));
      await settle();
      world.clock.advance(20_000);
      client.socket.write(Buffer.concat(ask(2)).subarray(bytes, bytes + 1));
      await settle();
      world.clock.advance(15_000);
      await client.closed;
      expect(world.logged('connection-closed-for-cause')).toMatchObject([
        { reason: 'half-sent-request' },
      ]);
    },
  );

  test('a large request that comes slowly but steadily is waited for', async () => {
    world = await new World(() => ({ responses: [] }), { maxRequestBytes: 8 << 20 }).start();
    const client = await world.client();
    const request = Buffer.concat(produce(1, 1, 4 << 20));
    for (let from = 0; from < request.length; from += 1 << 20) {
      client.socket.write(request.subarray(from, from + (1 << 20)));
      await settle(50);
      world.clock.advance(20_000);
    }
    await client.received(1);
  });

  test('a negative idle time waits for ever', async () => {
    world = await new World(() => emptyAnswer, { maxIdleMs: -1 }).start();
    const client = await world.client();
    await until(() => world.server.load().connections === 1);
    world.clock.advance(1e8);
    client.send(ask(1));
    await client.received(1);
  });
});

describe('start and stop', () => {
  test('connections wait until processing is enabled', async () => {
    world = new World(() => emptyAnswer);
    await world.server.bind();
    const client = await world.client();
    client.send(ask(1));
    await settle();
    expect(world.requests).toEqual([]);
    world.server.enableProcessing();
    await client.received(1);
  });

  test('requests in the works are answered before the end', async () => {
    const gate = deferred<object>();
    world = await new World(() => gate.promise).start();
    const [busy, idle] = [await world.client(), await world.client()];
    busy.send(ask(1));
    await until(() => world.requests.length === 1);
    await until(() => world.server.load().connections === 2);
    const port = world.server.port('PLAINTEXT');
    const closed = world.server.close(60_000);
    await idle.closed;
    const late = connect(port, '127.0.0.1');
    await once(late, 'error');
    gate.resolve(emptyAnswer);
    await busy.closed;
    expect(busy.answers).toEqual([{ id: 1 }]);
    await closed;
  });

  test('who does not come to an end is cut off', async () => {
    world = await new World(() => new Promise<object>(() => {})).start();
    const client = await world.client();
    client.send(ask(1));
    await until(() => world.requests.length === 1);
    const closed = world.server.close(1000);
    world.clock.advance(1000);
    await closed;
    await client.closed;
  });

  test('a client that has only closed its own half still gets its answers', async () => {
    const gate = deferred<object>();
    world = await new World(() => gate.promise).start();
    const client = await world.client();
    client.send(ask(1));
    client.socket.end();
    await until(() => world.requests.length === 1);
    gate.resolve(emptyAnswer);
    await client.closed;
    expect(client.answers).toEqual([{ id: 1 }]);
  });

  test('a port that is taken is a clear error', async () => {
    world = await new World(() => emptyAnswer).start();
    const port = world.server.port('PLAINTEXT');
    const listeners = [
      { name: 'FREE', host: '127.0.0.1', port: 0 },
      { name: 'TAKEN', host: '127.0.0.1', port },
    ];
    const second = new World(() => emptyAnswer, { listeners });
    await expect(second.server.bind()).rejects.toMatchObject({
      code: 'LISTENER_FAILED',
      message: expect.stringContaining(`TAKEN cannot listen on 127.0.0.1:${port}`) as string,
    });
    expect(() => second.server.port('FREE')).toThrow('not bound');
  });
});

test('metrics are told of every request', async () => {
  const told: unknown[] = [];
  const metrics: NetworkMetrics = {
    ...noNetworkMetrics,
    requestReceived: (api, version, bytes, protocol) =>
      void told.push(['in', api.name, version, bytes, protocol]),
    requestAnswered: (api, ms, bytes) => void told.push(['out', api.name, ms, bytes]),
    requestFailed: (api, code) => void told.push(['failed', api?.name, code]),
  };
  const handler: RequestHandler = (request) => {
    if (bySequence(request) === 1) throw new ProtocolError('NOT_CONTROLLER');
    return emptyAnswer;
  };
  world = await new World(handler, { metrics }).start();
  const client = await world.client();
  client.send(ask(0), ask(1));
  await client.received(2);
  const size = Buffer.concat(ask(0)).length - 4;
  expect(told).toEqual([
    ['in', 'ApiVersions', 3, size, 'msgpack'],
    ['out', 'ApiVersions', 0, expect.any(Number)],
    ['in', 'ApiVersions', 3, size, 'msgpack'],
    ['failed', 'ApiVersions', ErrorCode.NOT_CONTROLLER],
    ['out', 'ApiVersions', 0, expect.any(Number)],
  ]);
});
