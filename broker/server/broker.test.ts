import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection, resolveClientOptions } from '../../client/network';
import { apis } from '../../client/protocol/apis';
import { ErrorCode } from '../../client/protocol/error-codes';
import { OffsetSpec } from '../../client/protocol/messages/list-offsets';
import { ConfigOperation } from '../../client/protocol/messages/incremental-alter-configs';
import { ConfigResourceType, ConfigSource } from '../../client/protocol/messages/describe-configs';
import { RecordBatchBuilder, recordsOf } from '../../client/records';
import { silentLogger } from '../../client/runtime/logger';
import { ConfigStore, ZooKeeperClient } from '../../zk-coordination';
import { InMemoryEnsemble } from '../../zk-coordination/double/in-memory-ensemble';
import { BrokerConfig } from '../config/broker-config';
import { Broker } from './broker';

let folder: string;
let ensemble: InMemoryEnsemble;
let broker: Broker;
let connection: Connection;

async function startBroker(overrides: Record<string, string> = {}): Promise<void> {
  broker = await Broker.start({
    config: BrokerConfig.create({
      'broker.id': '1',
      listeners: 'PLAINTEXT://127.0.0.1:0',
      'zookeeper.connect': 'in-memory:2181',
      'log.dirs': join(folder, 'logs'),
      ...overrides,
    }),
    logger: silentLogger,
    edges: { sessions: ensemble.sessions() },
    onFatal: (error) => {
      throw error;
    },
  });
  const [{ host, port }] = broker.endpoints;
  const options = resolveClientOptions({ brokers: [`${host}:${port}`], clientId: 'test' });
  connection = await Connection.open({ host, port }, options);
}

async function stopBroker(): Promise<void> {
  connection.close();
  await broker.stop();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kafka-classic-broker-'));
  ensemble = new InMemoryEnsemble();
  await startBroker();
});
afterEach(async () => {
  await stopBroker();
  rmSync(folder, { recursive: true });
});

test('says where it has looked for ZooKeeper in vain', async () => {
  const config = BrokerConfig.create({
    'broker.id': '2',
    'zookeeper.connect': '127.0.0.1:1/kafka',
    'zookeeper.connection.timeout.ms': '300',
    'log.dirs': join(folder, 'other-logs'),
  });
  const starting = Broker.start({ config, logger: silentLogger, onFatal: () => undefined });
  await expect(starting).rejects.toMatchObject({
    code: 'ZOOKEEPER_UNREACHABLE',
    message: expect.stringContaining('127.0.0.1:1/kafka'),
  });
});

async function createTopic(name: string, numPartitions = 1): Promise<void> {
  const { topics } = await connection.send(apis.CreateTopics, {
    topics: [{ name, numPartitions }],
    timeoutMs: 5000,
  });
  expect(topics).toMatchObject([{ name, errorCode: 0, errorMessage: null }]);
}

function batchOf(values: readonly string[], timestamp = 1000): Buffer {
  const builder = new RecordBatchBuilder({ compression: 'none' });
  values.forEach((value, i) => builder.tryAppend(timestamp + i, `k${i}`, value));
  return Buffer.from(builder.build());
}

async function produce(topic: string, records: Buffer | null, acks = -1, index = 0) {
  const { responses } = await connection.send(apis.Produce, {
    acks,
    timeoutMs: 5000,
    topicData: [{ name: topic, partitionData: [{ index, records }] }],
  });
  return responses[0].partitionResponses[0];
}

async function fetch(topic: string, fetchOffset: number, options: object = {}) {
  const { responses } = await connection.send(apis.Fetch, {
    maxWaitMs: 0,
    minBytes: 1,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }] }],
    ...options,
  });
  return responses[0].partitions[0];
}

const valuesIn = (records: Buffer | null) =>
  records?.length ? recordsOf(records).map(({ value }) => value?.toString()) : [];

async function listOffset(topic: string, timestamp: number) {
  const { topics } = await connection.send(apis.ListOffsets, {
    isolationLevel: 0,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }],
  });
  return topics[0].partitions[0];
}

describe('produce and fetch', () => {
  test('what was acknowledged can be read, from the batch that holds the offset on', async () => {
    await createTopic('t');
    expect(await produce('t', batchOf(['a', 'b']))).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await produce('t', batchOf(['c']), 1)).toMatchObject({ errorCode: 0, baseOffset: 2 });
    const { records, highWatermark } = await fetch('t', 2);
    expect(highWatermark).toBe(3);
    expect(valuesIn(records)).toEqual(['c']);
    expect(valuesIn((await fetch('t', 1)).records)).toEqual(['a', 'b']);
    expect(valuesIn((await fetch('t', 3)).records)).toEqual([]);
  });

  test('acks 0 gets no answer, and the record is there', async () => {
    await createTopic('t');
    connection.sendNoResponse(apis.Produce, {
      acks: 0,
      timeoutMs: 1000,
      topicData: [{ name: 't', partitionData: [{ index: 0, records: batchOf(['x']) }] }],
    });
    const { records } = await fetch('t', 0, { maxWaitMs: 5000 });
    expect(valuesIn(records)).toEqual(['x']);
  });

  test('acks 0 to a partition that is not here ends the connection', async () => {
    const topicData = [{ name: 'nope', partitionData: [{ index: 0, records: batchOf(['x']) }] }];
    connection.sendNoResponse(apis.Produce, { acks: 0, timeoutMs: 1000, topicData });
    await expect(connection.send(apis.Metadata, { topics: [] })).rejects.toThrow();
  });

  test('a fetch waits for records, and for as many bytes as it asks for', async () => {
    await createTopic('t');
    const size = batchOf(['x']).length;
    const waiting = fetch('t', 0, { maxWaitMs: 60_000, minBytes: size + 1 });
    // A second connection: requests of one connection are answered in order.
    const { host, port } = broker.endpoints[0];
    const other = await Connection.open(
      { host, port },
      resolveClientOptions({ brokers: [`${host}:${port}`] }),
    );
    for (const value of ['x', 'y']) {
      await other.send(apis.Produce, {
        acks: 1,
        timeoutMs: 1000,
        topicData: [{ name: 't', partitionData: [{ index: 0, records: batchOf([value]) }] }],
      });
    }
    expect((await waiting).records?.length).toBe(2 * size);
    other.close();
  });

  test.each([
    ['an unknown topic', () => produce('nope', batchOf(['a'])), 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['no records', () => produce('t', null), 'INVALID_RECORD'],
    ['wrong acks', () => produce('t', batchOf(['a']), 7), 'INVALID_REQUIRED_ACKS'],
    [
      'a damaged batch',
      () => {
        const batch = batchOf(['a']);
        batch[batch.length - 1] ^= 1;
        return produce('t', batch);
      },
      'CORRUPT_MESSAGE',
    ],
    [
      'a batch that is too large',
      () => produce('t', batchOf(['x'.repeat(1_100_000)])),
      'MESSAGE_TOO_LARGE',
    ],
  ] as const)('%s is refused and nothing is appended', async (_, act, code) => {
    await createTopic('t');
    expect(await act()).toMatchObject({ errorCode: ErrorCode[code], baseOffset: -1 });
    expect((await listOffset('t', OffsetSpec.LATEST)).offset).toBe(0);
  });

  test('offsets outside of the log, and leader epochs that are not the one in force', async () => {
    await createTopic('t');
    expect(await fetch('t', 5)).toMatchObject({ errorCode: ErrorCode.OFFSET_OUT_OF_RANGE });
    const at = (currentLeaderEpoch: number) =>
      fetch('t', 0, {
        topics: [
          {
            topic: 't',
            partitions: [
              { partition: 0, fetchOffset: 0, partitionMaxBytes: 1000, currentLeaderEpoch },
            ],
          },
        ],
      });
    expect(await at(0)).toMatchObject({ errorCode: 0 });
    expect(await at(9)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_LEADER_EPOCH });
  });
});

describe('offsets', () => {
  test('by time, first, last, largest time; DeleteRecords raises the first', async () => {
    await createTopic('t');
    await produce('t', batchOf(['a', 'b'], 5000));
    await produce('t', batchOf(['c'], 9000));
    expect(await listOffset('t', OffsetSpec.EARLIEST)).toMatchObject({ offset: 0 });
    expect(await listOffset('t', OffsetSpec.LATEST)).toMatchObject({ offset: 3, timestamp: -1 });
    expect(await listOffset('t', 5001)).toMatchObject({ offset: 1, timestamp: 5001 });
    expect(await listOffset('t', 6000)).toMatchObject({ offset: 2, timestamp: 9000 });
    expect(await listOffset('t', 9001)).toMatchObject({ offset: -1, timestamp: -1 });
    expect(await listOffset('t', OffsetSpec.MAX_TIMESTAMP)).toMatchObject({ offset: 2 });
    const { topics } = await connection.send(apis.DeleteRecords, {
      timeoutMs: 1000,
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: 2 }] }],
    });
    expect(topics[0].partitions[0]).toMatchObject({ errorCode: 0, lowWatermark: 2 });
    expect(await listOffset('t', OffsetSpec.EARLIEST)).toMatchObject({ offset: 2 });
    expect(await fetch('t', 0)).toMatchObject({ errorCode: ErrorCode.OFFSET_OUT_OF_RANGE });
  });
});

describe('topics', () => {
  test('a missing one is created when asked for, unless the client or the broker forbids', async () => {
    const ask = (name: string, allowAutoTopicCreation: boolean) =>
      connection.send(apis.Metadata, { topics: [{ name }], allowAutoTopicCreation });
    expect((await ask('no', false)).topics[0].errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect((await ask('yes', true)).topics[0]).toMatchObject({
      errorCode: 0,
      partitions: [{ leaderId: 1, errorCode: 0 }],
    });
    expect((await ask('b/ad', true)).topics[0].errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
    await stopBroker();
    await startBroker({ 'auto.create.topics.enable': 'false' });
    expect((await ask('no', true)).topics[0].errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  test('are extended, deleted, and found by id', async () => {
    await createTopic('t', 2);
    const { topics } = await connection.send(apis.Metadata, { topics: null });
    const { topicId } = topics[0];
    const extended = await connection.send(apis.CreatePartitions, {
      timeoutMs: 5000,
      topics: [{ name: 't', count: 3 }],
    });
    expect(extended.results).toMatchObject([{ errorCode: 0 }]);
    await produce('t', batchOf(['new']), -1, 2);
    const byId = await connection.send(apis.Metadata, { topics: [{ topicId, name: null }] });
    expect(byId.topics[0]).toMatchObject({ name: 't', errorCode: 0 });
    expect(byId.topics[0].partitions).toHaveLength(3);
    const deleted = await connection.send(apis.DeleteTopics, {
      timeoutMs: 5000,
      topics: [{ topicId }, { name: 'nope' }],
    });
    expect(deleted.responses).toMatchObject([
      { name: 't', errorCode: 0 },
      { name: 'nope', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
    ]);
    expect((await produce('t', batchOf(['x']))).errorCode).toBe(
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    );
  });
});

describe('configs', () => {
  const describe1 = async (resourceName: string, key: string, resourceType = 2) => {
    const { results } = await connection.send(apis.DescribeConfigs, {
      resources: [{ resourceType, resourceName, configurationKeys: [key] }],
    });
    return results[0].configs[0];
  };
  const alter = async (
    resourceName: string,
    name: string,
    value: string | null,
    configOperation: number = ConfigOperation.SET,
    resourceType: number = ConfigResourceType.TOPIC,
  ) => {
    const { responses } = await connection.send(apis.IncrementalAlterConfigs, {
      resources: [{ resourceType, resourceName, configs: [{ name, configOperation, value }] }],
    });
    return responses[0];
  };

  test('of a topic are changed, take effect, and go back to the default', async () => {
    await createTopic('t');
    expect(await alter('t', 'max.message.bytes', '100')).toMatchObject({ errorCode: 0 });
    expect(await describe1('t', 'max.message.bytes')).toMatchObject({
      value: '100',
      configSource: ConfigSource.DYNAMIC_TOPIC_CONFIG,
    });
    expect((await produce('t', batchOf(['x'.repeat(200)]))).errorCode).toBe(
      ErrorCode.MESSAGE_TOO_LARGE,
    );
    await alter('t', 'max.message.bytes', null, ConfigOperation.DELETE);
    expect((await produce('t', batchOf(['x'.repeat(200)]))).errorCode).toBe(0);
  });

  test('of a broker that nobody knows are refused, but may be taken back', async () => {
    const change = (operation: number, value: string | null) =>
      alter('1', 'no.such.config', value, operation, ConfigResourceType.BROKER);
    expect(await change(ConfigOperation.SET, '1')).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
    });
    expect(await change(ConfigOperation.DELETE, null)).toMatchObject({ errorCode: 0 });
  });

  test('of a topic are told as they are in ZooKeeper, before this broker has heard of a change', async () => {
    await createTopic('t');
    const zk = new ZooKeeperClient({ factory: ensemble.sessions() });
    const store = new ConfigStore(zk);
    await zk.connect();
    // A change of which nobody is told, as long as the other broker has not announced it.
    const entity = { type: 'topics', name: 't' } as const;
    await zk.multi(await store.replacing(entity, { 'max.message.bytes': '100' }));
    expect(await describe1('t', 'max.message.bytes')).toMatchObject({ value: '100' });
    await zk.close();
  });

  test('of topics that there are not, or cannot be, are not told', async () => {
    const { results } = await connection.send(apis.DescribeConfigs, {
      resources: ['nope', 'b/ad'].map((resourceName) => ({
        resourceType: ConfigResourceType.TOPIC,
        resourceName,
        configurationKeys: null,
      })),
    });
    expect(results).toMatchObject([
      { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, configs: [] },
      { errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, configs: [] },
    ]);
  });

  test('given at creation are in force from the first record on', async () => {
    await connection.send(apis.CreateTopics, {
      topics: [{ name: 't', configs: [{ name: 'max.message.bytes', value: '100' }] }],
      timeoutMs: 5000,
    });
    expect((await produce('t', batchOf(['x'.repeat(200)]))).errorCode).toBe(
      ErrorCode.MESSAGE_TOO_LARGE,
    );
  });

  test('lists are appended to and taken from', async () => {
    await createTopic('t');
    await alter('t', 'cleanup.policy', 'compact', ConfigOperation.APPEND);
    expect((await describe1('t', 'cleanup.policy')).value).toBe('delete,compact');
    await alter('t', 'cleanup.policy', 'delete', ConfigOperation.SUBTRACT);
    expect((await describe1('t', 'cleanup.policy')).value).toBe('compact');
  });

  test('what is wrong is refused by name', async () => {
    await createTopic('t');
    expect(await alter('t', 'retention.msec', '1')).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
    });
    expect(await alter('t', 'retention.ms', 'soon')).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
    });
    expect(await alter('nope', 'retention.ms', '1')).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    });
    const { BROKER } = ConfigResourceType;
    expect(await alter('1', 'log.dirs', '/x', ConfigOperation.SET, BROKER)).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
    });
  });

  test('of the broker are the defaults of its topics', async () => {
    await createTopic('t');
    const { BROKER } = ConfigResourceType;
    await alter('', 'log.retention.ms', '7777', ConfigOperation.SET, BROKER);
    expect((await describe1('t', 'retention.ms')).value).toBe('7777');
  });
});

describe('restart', () => {
  test('keeps topics, records and offsets, under a higher leader epoch', async () => {
    await createTopic('t');
    await produce('t', batchOf(['a', 'b', 'c']));
    await stopBroker();
    await startBroker();
    expect(valuesIn((await fetch('t', 0)).records)).toEqual(['a', 'b', 'c']);
    expect(await produce('t', batchOf(['d']))).toMatchObject({ baseOffset: 3 });
    expect(await listOffset('t', OffsetSpec.LATEST)).toMatchObject({ offset: 4, leaderEpoch: 1 });
  });

  test('serves on after its ZooKeeper session has expired', async () => {
    await createTopic('t');
    const controller = () => ensemble.tree.find('/controller')?.ephemeralOwner;
    const before = controller() as bigint;
    ensemble.faults.expire(before);
    expect(await produce('t', batchOf(['a']))).toMatchObject({ errorCode: 0 });
    while ([undefined, before].includes(controller())) await new Promise(setImmediate);
    await createTopic('u');
    expect(await produce('u', batchOf(['b']))).toMatchObject({ errorCode: 0 });
  });
});
