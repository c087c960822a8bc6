import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import { ProtocolError } from '../protocol/protocol-error';
import { ManualClock } from '../runtime/manual-clock';
import { NoBrokerReachableError } from './bootstrap';
import { ClientClosedError } from './client-closed-error';
import type { ClientOptions } from './client-options';
import { Cluster } from './cluster';
import { ConnectionError } from './connection-error';
import { RetriesExhaustedError } from './retry';
import { BackoffClock } from './testing/backoff-clock';
import { FakeBroker, Misbehaviour } from './testing/fake-broker';

const { CreateTopics, DescribeCluster, ListOffsets, Metadata } = apis;
const quick = { initialRetryTime: 1, maxRetryTime: 2 };
const patient = { initialRetryTime: 100, maxRetryTime: 900 };

let first: FakeBroker;
let second: FakeBroker;
let cluster: Cluster;

function client(options: Partial<ClientOptions> = {}): Cluster {
  return (cluster = new Cluster({
    brokers: [first.address],
    retry: quick,
    reconnectBackoff: 1,
    reconnectBackoffMax: 2,
    ...options,
  }));
}

beforeEach(async () => {
  first = await FakeBroker.start(1);
  second = await FakeBroker.start(2, first.cluster);
  first.cluster.addTopic('clicks', 2);
});

afterEach(async () => {
  await cluster.close();
  await Promise.all([first.stop(), second.stop()]);
});

const offsetsOf = (partitionIndex: number) => ({
  isolationLevel: 0,
  topics: [{ name: 'clicks', partitions: [{ partitionIndex, timestamp: -1 }] }],
});

describe('bootstrap', () => {
  test('one reachable address is enough to learn the cluster', async () => {
    const dead = await FakeBroker.start(9);
    await dead.stop();
    await client({ brokers: [dead.address, first.address] }).connect();
    expect([...cluster.snapshot.brokers.keys()]).toEqual([1, 2]);
    expect(cluster.snapshot.clusterId).toBe('fake-cluster');
    expect(cluster.snapshot.controller?.port).toBe(first.port);
  });

  test('addresses may come from a function', async () => {
    const brokers = jest.fn(() => Promise.resolve([` ${first.address},${second.address} `]));
    await client({ brokers }).connect();
    expect(brokers).toHaveBeenCalledTimes(1);
  });

  test('when none can be reached, the error names each', async () => {
    await Promise.all([first.stop(), second.stop()]);
    const brokers = [first.address, second.address];
    client({ brokers, clock: new BackoffClock(), retry: patient });
    const error = await cluster.connect().catch((thrown: RetriesExhaustedError) => thrown);
    expect(error).toBeInstanceOf(RetriesExhaustedError);
    const { cause } = error as RetriesExhaustedError;
    expect(cause).toBeInstanceOf(NoBrokerReachableError);
    expect((error as Error).message).toContain(first.address);
    expect((error as Error).message).toContain(second.address);
  });

  test('when all known brokers have moved away, it begins anew', async () => {
    let address = first.address;
    await client({ brokers: () => [address] }).connect();
    const moved = await FakeBroker.start(7);
    address = moved.address;
    await Promise.all([first.stop(), second.stop()]);
    await cluster.retrying('Asking', () => cluster.refreshMetadata());
    expect([...cluster.snapshot.brokers.keys()]).toEqual([7]);
    await moved.stop();
  });
});

describe('connections', () => {
  test('concurrent calls share one attempt; long polls have a connection of their own', async () => {
    await client().connect();
    const opened = await Promise.all([1, 2, 3].map(() => cluster.connection(2)));
    expect(new Set(opened).size).toBe(1);
    expect(second.connectionsAccepted).toBe(1);
    expect(cluster.readyConnection(2, 'fetch')).toBeUndefined();
    expect(await cluster.connection(2, 'fetch')).not.toBe(opened[0]);
    expect(second.connectionsAccepted).toBe(2);
  });

  test('the connection used to bootstrap serves its broker', async () => {
    await client().connect();
    await cluster.sendToBroker(1, DescribeCluster, {});
    expect(first.connectionsAccepted).toBe(1);
  });

  test('a broken connection is replaced', async () => {
    await client().connect();
    const before = await cluster.connection(2);
    const gone = new Promise((resolve) => before.onClose(resolve));
    second.cutConnections();
    await gone;
    expect(cluster.readyConnection(2)).toBeUndefined();
    await cluster.sendToBroker(2, DescribeCluster, {});
    expect(second.connectionsAccepted).toBe(2);
  });

  test('connecting again waits for the backoff', async () => {
    const clock = new ManualClock();
    client({ clock, reconnectBackoff: 100, reconnectBackoffMax: 100, random: () => 0.5 });
    await cluster.connect();
    await second.stop();
    await expect(cluster.connection(2)).rejects.toBeInstanceOf(ConnectionError);
    await second.restart();
    const again = cluster.connection(2);
    clock.advance(99);
    await cluster.sendToBroker(1, DescribeCluster, {});
    expect(second.connectionsAccepted).toBe(0);
    clock.advance(1);
    expect((await again).ready).toBe(true);
  });

  test('callbacks sent while the connection opens keep their order', async () => {
    await client().connect();
    for (const n of [0, 1, 2]) {
      cluster.sendToBrokerCallback(2, ListOffsets, offsetsOf(n), () => undefined);
    }
    await second.until(ListOffsets, 3);
    const asked = second.received(ListOffsets).map((r) => r.topics[0].partitions[0].partitionIndex);
    expect(asked).toEqual([0, 1, 2]);
  });

  test('an id no live broker has is an error at once', async () => {
    await client().connect();
    await expect(cluster.sendToBroker(5, DescribeCluster, {})).rejects.toMatchObject({
      code: 'BROKER_NOT_AVAILABLE',
    });
  });
});

describe('metadata', () => {
  test('what is known is not asked for again', async () => {
    client();
    await cluster.metadata(['clicks']);
    await cluster.metadata(['clicks']);
    await cluster.leaderOf('clicks', 1);
    expect(first.received(Metadata)).toHaveLength(1);
  });

  test('concurrent refreshes share one request; new topics share the next', async () => {
    first.cluster.addTopic('views');
    first.cluster.addTopic('likes');
    await client().metadata(['clicks']);
    await Promise.all([
      cluster.refreshMetadata(),
      cluster.refreshMetadata(),
      cluster.metadata(['views']),
      cluster.metadata(['likes']),
      cluster.metadata(['views', 'likes']),
    ]);
    const asked = first.received(Metadata).map(({ topics }) => topics?.map(({ name }) => name));
    expect(asked).toEqual([['clicks'], ['clicks'], ['clicks', 'views', 'likes']]);
  });

  test('a topic that appears in time is waited for', async () => {
    let asked = 0;
    first.on(Metadata, (body) => {
      if (++asked === 3) first.cluster.addTopic('late');
      return first.cluster.metadata(body);
    });
    const metadata = await client().metadata(['late'], { allowAutoTopicCreation: true });
    expect(metadata.topic('late')?.partitions).toHaveLength(1);
    expect(first.received(Metadata)[0].allowAutoTopicCreation).toBe(true);
  });

  test('who gives up waiting for a topic does not take it from those who go on', async () => {
    let exists = false;
    first.on(Metadata, (body) => {
      if (exists && body.topics?.length) first.cluster.addTopic('late');
      return first.cluster.metadata(body);
    });
    const waiting = client().metadata(['late']);
    await expect(cluster.metadata(['late'], { timeoutMs: 5 })).rejects.toThrow();
    exists = true;
    expect((await waiting).topic('late')?.partitions).toHaveLength(1);
  });

  test('one that does not appear fails with the step and the last reply', async () => {
    const waiting = client({ clock: new BackoffClock(), retry: patient }).metadata(['nowhere']);
    await expect(waiting).rejects.toBeInstanceOf(RetriesExhaustedError);
    await expect(waiting).rejects.toThrow('Looking for topic "nowhere" did not succeed');
    await expect(waiting).rejects.toThrow('UNKNOWN_TOPIC_OR_PARTITION');
  });

  test('an unusable topic fails at once', async () => {
    const { INVALID_TOPIC_EXCEPTION } = ErrorCode;
    first.on(Metadata, (body) => ({
      ...first.cluster.metadata(body),
      topics: [{ name: '/', errorCode: INVALID_TOPIC_EXCEPTION, partitions: [] }],
    }));
    await expect(client().metadata(['/'])).rejects.toMatchObject({
      code: 'INVALID_TOPIC_EXCEPTION',
    });
    expect(first.received(Metadata)).toHaveLength(1);
  });

  test('a deadline holds even when the broker never answers', async () => {
    first.on(Metadata, () => Misbehaviour.silence);
    await expect(client().metadata(['clicks'], { timeoutMs: 30 })).rejects.toThrow(
      'No answer came.',
    );
  });

  test('a leader is waited for, and its epoch never goes back', async () => {
    client();
    first.cluster.moveLeader('clicks', 0, -1);
    let asked = 0;
    first.on(Metadata, (body) => {
      const reply = first.cluster.metadata(body);
      if (++asked === 2) first.cluster.moveLeader('clicks', 0, 2);
      return reply;
    });
    expect(await cluster.leaderOf('clicks', 0)).toMatchObject({ nodeId: 2 });
    expect(cluster.snapshot.partition('clicks', 0)).toMatchObject({ leader: 2, leaderEpoch: 2 });
    const state = first.cluster.topics.get('clicks')?.partitions[0];
    Object.assign(state ?? {}, { leader: 1, leaderEpoch: 1 });
    await cluster.refreshMetadata();
    expect(cluster.snapshot.partition('clicks', 0)).toMatchObject({ leader: 2, leaderEpoch: 2 });
  });

  test('a partition that does not exist is named in the error', async () => {
    await expect(
      client({ clock: new BackoffClock(), retry: patient }).leaderOf('clicks', 9),
    ).rejects.toThrow('has 2 partitions, none with number 9');
  });

  test('it is asked for again after metadataMaxAge, without topics nobody uses any more', async () => {
    const clock = new ManualClock();
    client({ clock, metadataMaxAge: 1000, metadataMaxIdle: 1500 });
    await cluster.metadata(['clicks']);
    const refreshed = () => new Promise<void>((done) => cluster.onMetadata(() => done()));
    for (const topics of [['clicks'], []]) {
      const next = refreshed();
      clock.advance(1000);
      await next;
      expect(
        first
          .received(Metadata)
          .at(-1)
          ?.topics?.map(({ name }) => name),
      ).toEqual(topics);
    }
    expect(cluster.snapshot.topic('clicks')).toBeUndefined();
  });
});

describe('retries', () => {
  const answer = (errorCode: number, offset = -1) => ({
    topics: [{ name: 'clicks', partitions: [{ partitionIndex: 0, errorCode, offset }] }],
  });

  const latest = () =>
    cluster.retrying('Listing offsets', async () => {
      const response = await cluster.sendToLeader('clicks', 0, ListOffsets, offsetsOf(0));
      const [{ errorCode, offset }] = response.topics[0].partitions;
      if (errorCode !== 0) {
        throw ProtocolError.fromCode(errorCode) as Error;
      }
      return offset;
    });

  test('a moved leader is found', async () => {
    client();
    first.on(ListOffsets, () => {
      first.cluster.moveLeader('clicks', 0, 2);
      return answer(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    });
    second.on(ListOffsets, () => answer(0, 42));
    expect(await latest()).toBe(42);
    expect(first.received(ListOffsets)).toHaveLength(1);
  });

  test('a broken connection is opened again', async () => {
    client();
    first.on(ListOffsets, () => answer(0, 7));
    first.once(ListOffsets, () => Misbehaviour.cut(2));
    expect(await latest()).toBe(7);
  });

  test('an error that repeating does not mend is thrown as it is', async () => {
    client();
    first.on(ListOffsets, () => answer(ErrorCode.TOPIC_AUTHORIZATION_FAILED));
    await expect(latest()).rejects.toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' });
    expect(first.received(ListOffsets)).toHaveLength(1);
  });

  test('the last error tells how often and why', async () => {
    client({ retry: { ...quick, retries: 3 } });
    first.on(ListOffsets, () => answer(ErrorCode.OFFSET_NOT_AVAILABLE));
    const failed = latest();
    await expect(failed).rejects.toMatchObject({ code: 'RETRIES_EXHAUSTED', attempts: 4 });
    await expect(failed).rejects.toThrow(/Listing offsets did not succeed .*OFFSET_NOT_AVAILABLE/);
  });

  test('the controller is looked for again', async () => {
    client();
    await cluster.connect();
    first.cluster.controllerId = 2;
    second.on(CreateTopics, () => ({ topics: [] }));
    first.on(CreateTopics, () => Misbehaviour.failure(ErrorCode.NOT_CONTROLLER));
    await cluster.retrying('Creating', () =>
      cluster.sendToController(CreateTopics, { topics: [] }),
    );
    expect(second.received(CreateTopics)).toHaveLength(1);
  });
});

test('closing fails what is pending and what comes after', async () => {
  await client().connect();
  first.on(DescribeCluster, () => Misbehaviour.silence);
  const pending = cluster.sendToBroker(1, DescribeCluster, {});
  const repeated = cluster.retrying('Asking', () => cluster.sendToBroker(1, DescribeCluster, {}));
  await first.until(DescribeCluster, 2);
  await cluster.close();
  await expect(pending).rejects.toBeInstanceOf(ConnectionError);
  await expect(repeated).rejects.toBeInstanceOf(ClientClosedError);
  await expect(cluster.metadata()).rejects.toBeInstanceOf(ClientClosedError);
  await first.untilConnections(0);
});
