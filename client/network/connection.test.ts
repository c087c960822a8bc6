import { connect } from 'node:net';
import type { ResponseOf } from '../protocol/api';
import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import { FrameBuffers } from '../protocol/frame-buffers';
import { deferred } from '../runtime/deferred';
import { ManualClock } from '../runtime/manual-clock';
import { NoBrokerReachableError } from './bootstrap';
import { resolveClientOptions, type ClientOptions } from './client-options';
import { Connection } from './connection';
import { ConnectionError } from './connection-error';
import { RequestTimeoutError } from './request-timeout-error';
import { FakeBroker, Misbehaviour } from './testing/fake-broker';
import { UnsupportedApiError } from './unsupported-api-error';

const { Metadata, DescribeCluster, Fetch, Produce, ApiVersions, ListOffsets } = apis;
type FetchResponse = ResponseOf<typeof apis.Fetch>;

let broker: FakeBroker;
const opened: Connection[] = [];

async function open(options: Partial<ClientOptions> = {}): Promise<Connection> {
  const resolved = resolveClientOptions({ brokers: [broker.address], ...options });
  const connection = await Connection.open(broker, resolved);
  opened.push(connection);
  return connection;
}

beforeEach(async () => {
  broker = await FakeBroker.start();
  broker.cluster.addTopic('clicks', 2);
});

afterEach(async () => {
  for (const connection of opened.splice(0)) connection.close();
  await broker.stop();
});

const ask = (name: string) => ({ topics: [{ name }] });

describe('versions', () => {
  test('ApiVersions comes first and says who is calling', async () => {
    const connection = await open();
    expect(broker.requests).toHaveLength(1);
    expect(broker.received(ApiVersions)[0]).toMatchObject({ clientSoftwareName: 'kafka-classic' });
    expect(connection.versionOf(Metadata)).toBe(12);
  });

  test('the highest version both know is spoken', async () => {
    broker.limitVersions(Metadata, { min: 0, max: 4 });
    const connection = await open();
    await connection.send(Metadata, ask('clicks'));
    expect(broker.requests[1].header.apiVersion).toBe(4);
  });

  test('a broker that does not know the newest ApiVersions is asked in the oldest', async () => {
    broker.limitVersions(ApiVersions, { min: 0, max: 0 });
    const connection = await open();
    expect(connection.ready).toBe(true);
    expect(broker.requests[0].header.apiVersion).toBe(0);
  });

  test('without a common version the error names both ranges', async () => {
    broker.limitVersions(ListOffsets, { min: 40, max: 50 });
    broker.limitVersions(Produce, undefined);
    const connection = await open();
    const failed = await connection
      .send(ListOffsets, { topics: [], isolationLevel: 0 })
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(UnsupportedApiError);
    expect((failed as Error).message).toContain('versions 40-50 of ListOffsets');
    expect((failed as Error).message).toContain('speaks 0-9');
    expect(connection.supports(Produce)).toBe(false);
    expect(() => connection.versionOf(Produce)).toThrow('no version of Produce');
  });
});

describe('pipelining', () => {
  test('several requests are under way, responses find their requests in order', async () => {
    const gate = deferred();
    broker.on(Metadata, async (body) => {
      await gate.promise;
      return broker.cluster.metadata(body);
    });
    const connection = await open();
    const order: string[] = [];
    const all = ['a', 'b', 'c', 'd'].map(async (name) => {
      const { topics } = await connection.send(Metadata, ask(name));
      order.push(topics[0].name ?? '');
    });
    await broker.until(Metadata, 1);
    expect(connection.pending).toBe(4);
    gate.resolve();
    await Promise.all(all);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    expect(connection.pending).toBe(0);
  });

  test('no more than maxInFlightRequests are sent; the rest keep their order', async () => {
    const gates = [deferred(), deferred()];
    let handled = 0;
    broker.on(DescribeCluster, async () => {
      await gates[handled++]?.promise;
      return { clusterId: String(handled), brokers: [] };
    });
    const connection = await open({ maxInFlightRequests: 1 });
    const first = connection.send(DescribeCluster, {});
    const second = connection.send(DescribeCluster, {});
    await broker.until(DescribeCluster, 1);
    gates[0].resolve();
    expect((await first).clusterId).toBe('1');
    await broker.until(DescribeCluster, 2);
    gates[1].resolve();
    expect((await second).clusterId).toBe('2');
  });

  test('large and small frames interleave without mixing', async () => {
    const connection = await open();
    broker.on(Produce, ({ topicData }) => ({
      responses: topicData.map(({ name, partitionData }) => ({
        name,
        partitionResponses: partitionData.map(({ index, records }) => ({
          index,
          errorCode: 0,
          baseOffset: records?.length ?? -1,
        })),
      })),
    }));
    const sizes = [10, 100_000, 3, 2000, 70_000, 1, 5000];
    const answers = await Promise.all(
      sizes.map((size, index) =>
        connection.send(Produce, {
          acks: 1,
          timeoutMs: 1000,
          topicData: [
            { name: 't', partitionData: [{ index, records: Buffer.alloc(size, index) }] },
          ],
        }),
      ),
    );
    expect(answers.map((a) => a.responses[0].partitionResponses[0].baseOffset)).toEqual(sizes);
  });

  test('requests without a response do not disturb the order', async () => {
    const connection = await open();
    broker.on(Produce, () => undefined);
    const acked = connection.send(Metadata, ask('clicks'));
    expect(connection.sendNoResponse(Produce, { acks: 0, timeoutMs: 0, topicData: [] })).toBe(true);
    const after = connection.send(Metadata, ask('other'));
    expect((await acked).topics[0].name).toBe('clicks');
    expect((await after).topics[0].name).toBe('other');
    expect(broker.received(Produce)).toHaveLength(1);
    await connection.drained();
  });

  test('the callback is never called before sendCallback has returned', async () => {
    const connection = await open();
    connection.close();
    let returned = false;
    const failed = deferred<boolean>();
    connection.sendCallback(DescribeCluster, {}, () => failed.resolve(returned));
    returned = true;
    await expect(failed.promise).resolves.toBe(true);
  });

  test('a body that cannot be encoded fails alone', async () => {
    const connection = await open();
    const bad = connection.send(Metadata, { topics: [{ name: 5 as unknown as string }] });
    const good = connection.send(Metadata, ask('clicks'));
    await expect(bad).rejects.toThrow();
    expect((await good).topics[0].name).toBe('clicks');
  });
});

describe('timeouts', () => {
  test('a late response is consumed and the connection stays usable', async () => {
    const clock = new ManualClock();
    const gate = deferred();
    broker.once(DescribeCluster, async () => {
      await gate.promise;
      return { clusterId: 'late', brokers: [] };
    });
    const connection = await open({ clock });
    const slow = connection.send(DescribeCluster, {}, { timeoutMs: 50 });
    await broker.until(DescribeCluster, 1);
    clock.advance(50);
    await expect(slow).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT', maybeSent: true });
    await expect(slow).rejects.toBeInstanceOf(RequestTimeoutError);
    const next = connection.send(DescribeCluster, {});
    gate.resolve();
    expect((await next).clusterId).toBe('fake-cluster');
    expect(connection.ready).toBe(true);
  });

  test('a request that waited in vain for its turn is never sent', async () => {
    const clock = new ManualClock();
    const gate = deferred();
    broker.once(DescribeCluster, async () => {
      await gate.promise;
      return { clusterId: 'first', brokers: [] };
    });
    const connection = await open({ clock, maxInFlightRequests: 1 });
    const first = connection.send(DescribeCluster, {}, { timeoutMs: 1000 });
    const second = connection.send(Metadata, ask('clicks'), { timeoutMs: 10 });
    clock.advance(10);
    await expect(second).rejects.toMatchObject({ maybeSent: false });
    gate.resolve();
    expect((await first).clusterId).toBe('first');
    await connection.send(DescribeCluster, {});
    expect(broker.received(Metadata)).toHaveLength(0);
  });

  test('a broker silent long after a timeout is taken for dead', async () => {
    const clock = new ManualClock();
    broker.on(DescribeCluster, () => Misbehaviour.silence);
    const connection = await open({ clock, requestTimeout: 100 });
    const lost = connection.send(DescribeCluster, {});
    await broker.until(DescribeCluster, 1);
    clock.advance(100);
    await expect(lost).rejects.toBeInstanceOf(RequestTimeoutError);
    expect(connection.ready).toBe(true);
    clock.advance(100);
    expect(connection.ready).toBe(false);
    await broker.untilConnections(0);
  });

  test('connecting to somebody who does not answer ends in time', async () => {
    const clock = new ManualClock();
    broker.on(ApiVersions, () => Misbehaviour.silence);
    const opening = open({ clock, connectionTimeout: 200 });
    await broker.until(ApiVersions, 1);
    clock.advance(200);
    await expect(opening).rejects.toThrow('could not connect within 200 ms');
    await broker.untilConnections(0);
  });

  test('an idle connection is closed', async () => {
    const clock = new ManualClock();
    const connection = await open({ clock, connectionsMaxIdle: 1000 });
    clock.advance(600);
    await connection.send(DescribeCluster, {});
    clock.advance(600);
    expect(connection.ready).toBe(true);
    clock.advance(400);
    expect(connection.ready).toBe(false);
    await broker.untilConnections(0);
  });

  test('a throttled connection sends nothing until the pause is over', async () => {
    const clock = new ManualClock();
    const connection = await open({ clock });
    broker.once(DescribeCluster, () => ({ throttleTimeMs: 500, clusterId: 'x', brokers: [] }));
    await connection.send(DescribeCluster, {});
    const paused = connection.send(Metadata, ask('clicks'));
    clock.advance(499);
    expect(connection.pending).toBe(1);
    expect(broker.received(Metadata)).toHaveLength(0);
    clock.advance(1);
    expect((await paused).topics[0].name).toBe('clicks');
  });
});

describe('breaking', () => {
  test('everything pending fails, in order, with the address and what happened', async () => {
    const connection = await open({ maxInFlightRequests: 2 });
    broker.on(DescribeCluster, () => Misbehaviour.silence);
    const failures: string[] = [];
    const errors = ['a', 'b', 'c'].map((name) =>
      connection.send(DescribeCluster, {}).catch((error: unknown) => {
        failures.push(name);
        return error as ConnectionError;
      }),
    );
    await broker.until(DescribeCluster, 2);
    broker.cutConnections();
    const [first, , third] = await Promise.all(errors);
    expect(failures).toEqual(['a', 'b', 'c']);
    expect(first).toBeInstanceOf(ConnectionError);
    expect(first).toMatchObject({ code: 'NETWORK_EXCEPTION', retriable: true, maybeSent: true });
    expect((first as Error).message).toContain(broker.address);
    expect(third).toMatchObject({ maybeSent: false });
    await expect(connection.send(DescribeCluster, {})).rejects.toMatchObject({ maybeSent: false });
  });

  test('half a response is an end, not an answer', async () => {
    const connection = await open();
    broker.on(DescribeCluster, () => Misbehaviour.cut(40));
    await expect(connection.send(DescribeCluster, {})).rejects.toThrow(
      'in the middle of a response',
    );
  });

  test.each([
    ['a frame that is no message', Buffer.from([0, 0, 0, 3, 0xc1, 0xc1, 0xc1])],
    ['a response nobody asked for', Buffer.from([0, 0, 0, 4, 0x92, 0x7f, 0x80, 0xc0])],
    ['a frame beyond the limit', Buffer.from([0x7f, 0, 0, 0])],
  ])('%s closes the connection', async (_what, bytes) => {
    const connection = await open();
    broker.on(DescribeCluster, () => Misbehaviour.raw(bytes));
    await expect(connection.send(DescribeCluster, {})).rejects.toBeInstanceOf(ConnectionError);
    expect(connection.ready).toBe(false);
  });

  test('a refused request is an error of that request alone', async () => {
    const connection = await open();
    broker.once(DescribeCluster, () => Misbehaviour.failure(ErrorCode.INVALID_REQUEST, 'Bad.'));
    await expect(connection.send(DescribeCluster, {})).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message: 'Bad.',
    });
    await connection.send(DescribeCluster, {});
  });

  test('close fails what is pending and tells the listeners once', async () => {
    const connection = await open();
    broker.on(DescribeCluster, () => Misbehaviour.silence);
    const told: Error[] = [];
    connection.onClose((error) => told.push(error));
    const pending = connection.send(DescribeCluster, {});
    connection.close();
    connection.close();
    await expect(pending).rejects.toThrow('the client closed the connection');
    await broker.untilConnections(0);
    expect(told).toHaveLength(1);
    await expect(connection.drained()).rejects.toBeInstanceOf(ConnectionError);
    expect(() =>
      connection.sendNoResponse(Produce, { acks: 0, timeoutMs: 0, topicData: [] }),
    ).toThrow(ConnectionError);
  });

  test('what was written before close still arrives', async () => {
    const connection = await open();
    broker.on(Produce, () => undefined);
    const records = Buffer.alloc(3_000_000, 7);
    const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }];
    const room = connection.sendNoResponse(Produce, { acks: 0, timeoutMs: 0, topicData });
    expect(room).toBe(false);
    connection.close();
    await broker.until(Produce, 1);
    const [{ topicData: received }] = broker.received(Produce);
    expect(received[0].partitionData[0].records?.equals(records)).toBe(true);
  });

  test('drained waits for the socket', async () => {
    const connection = await open();
    broker.on(Produce, () => undefined);
    const records = Buffer.alloc(3_000_000);
    const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }];
    connection.sendNoResponse(Produce, { acks: 0, timeoutMs: 0, topicData });
    await connection.drained();
    expect(connection.sendNoResponse(Produce, { acks: 0, timeoutMs: 0, topicData: [] })).toBe(true);
  });

  test('nobody listening is a ConnectionError', async () => {
    await broker.stop();
    await expect(open()).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION', port: broker.port });
  });

  test('a name with several addresses fails with what each of them says', async () => {
    await broker.stop();
    const addresses = [1, 2].map((n) => ({ address: `127.0.0.${n}`, family: 4 }));
    const socketFactory = ({ port }: { port: number }) =>
      connect({
        host: 'several.test',
        port,
        autoSelectFamily: true,
        lookup: (_host, _options, callback) => callback(null, addresses),
      });
    const failed = await open({ socketFactory }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ConnectionError);
    const { what, message } = failed as ConnectionError;
    for (const { address } of addresses) expect(what).toContain(`${address}:${broker.port}`);
    expect(what).toMatch(/^connect E/);
    expect(new NoBrokerReachableError([failed]).message).toContain(message);
  });

  test('the socket comes from the socketFactory', async () => {
    const socketFactory = jest.fn(({ host, port }: { host: string; port: number }) =>
      connect({ host, port }),
    );
    await open({ socketFactory });
    expect(socketFactory).toHaveBeenCalledTimes(1);
  });

  test('a socketFactory may have the connection read into its own buffer', async () => {
    const data = jest.fn();
    const connection = await open({
      socketFactory: ({ host, port }, onread) =>
        connect({ host, port, ...(onread && { onread }) }).on('data', data),
    });
    const [one, two] = await Promise.all([
      connection.send(Metadata, ask('clicks')),
      connection.send(DescribeCluster, {}),
    ]);
    expect(one.topics[0].partitions).toHaveLength(2);
    expect(two.clusterId).toBe(broker.cluster.clusterId);
    expect(data).not.toHaveBeenCalled();
  });
});

describe('the bytes of a response', () => {
  const fetch = { maxWaitMs: 0, minBytes: 0, topics: [] };
  const recordsOf = (response: FetchResponse) =>
    response.responses[0].partitions[0].records as Buffer;

  beforeEach(() => {
    let count = 0;
    broker.on(Fetch, () => {
      const records = Buffer.alloc(40_000, ++count);
      const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 0, records };
      return { responses: [{ topic: 't', partitions: [partition] }] };
    });
  });

  async function openWith(frames?: FrameBuffers): Promise<Connection> {
    const resolved = resolveClientOptions({ brokers: [broker.address] });
    const connection = await Connection.open(broker, resolved, frames);
    opened.push(connection);
    return connection;
  }

  test('are used again when they are given back, not before', async () => {
    const connection = await openWith(new FrameBuffers());
    const first = await connection.send(Fetch, fetch);
    const second = await connection.send(Fetch, fetch);
    expect(recordsOf(second).buffer).not.toBe(recordsOf(first).buffer);
    expect(recordsOf(first)).toEqual(Buffer.alloc(40_000, 1));
    connection.giveBack(second);
    const third = await connection.send(Fetch, fetch);
    expect(recordsOf(third).buffer).toBe(recordsOf(second).buffer);
    expect(recordsOf(third)).toEqual(Buffer.alloc(40_000, 3));
    expect(recordsOf(first)).toEqual(Buffer.alloc(40_000, 1));
  });

  test('stay as they are where nobody may give them back', async () => {
    const connection = await openWith();
    const first = await connection.send(Fetch, fetch);
    connection.giveBack(first);
    await connection.send(Fetch, fetch);
    expect(recordsOf(first)).toEqual(Buffer.alloc(40_000, 1));
  });
});
