import { ZERO_UUID } from '../../client/protocol/schema';
import { silentLogger } from '../../client/runtime/logger';
import { MetadataCache } from '../metadata/metadata-cache';
import { metadataHandler } from './metadata';

const handle = metadataHandler({
  metadata: new MetadataCache(),
  clusterId: 'c',
  logger: silentLogger,
  autoCreate: undefined,
  untilComplete: () => Promise.resolve(),
});

test('a broker that has just started waits to hear of the topics', async () => {
  const metadata = new MetadataCache();
  const partition = { partition: 0, leader: 1, leaderEpoch: 0, isr: [1], replicas: [1] };
  const told = { ...partition, partitionEpoch: 0, offlineReplicas: [] };
  const topics = { name: 't', topicId: 'id-of-t', partitions: [told] };
  const answer = metadataHandler({
    metadata,
    clusterId: 'c',
    logger: silentLogger,
    autoCreate: undefined,
    untilComplete: () => Promise.resolve(metadata.update([topics], true)),
  })(
    {
      topics: null,
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    },
    {
      apiVersion: 12,
      clientId: null,
      listenerName: 'PLAINTEXT',
      remoteAddress: '',
      protocol: 'msgpack',
      onSent: () => {},
    },
  );
  expect(await answer).toMatchObject({ topics: [{ name: 't', errorCode: 0 }] });
});

async function askById(apiVersion: number, topicId: string, name: string | null = null) {
  const request = {
    topics: [{ topicId, name }],
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  };
  return handle(request, {
    apiVersion,
    clientId: null,
    listenerName: 'PLAINTEXT',
    remoteAddress: '127.0.0.1',
    protocol: 'msgpack',
    onSent: () => undefined,
  });
}

test('a topic without a name is refused where the response could not tell of it', async () => {
  await expect(askById(11, ZERO_UUID)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  expect((await askById(12, ZERO_UUID))?.topics).toMatchObject([{ name: null, errorCode: 100 }]);
});

test("a topic goes by its id also when its name is empty, as Kafka's own client asks", async () => {
  const topicId = 'f3d7a2c0-0000-4000-8000-000000000001';
  expect((await askById(12, topicId, ''))?.topics).toMatchObject([
    { name: null, topicId, errorCode: 100 },
  ]);
  await expect(askById(11, topicId, '')).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
});

describe('what clients are told', () => {
  const metadata = new MetadataCache();
  const endpoints = (...names: string[]) =>
    new Map(names.map((name, port) => [name, { host: 'h', port }]));
  metadata.setBrokers([
    { id: 1, epoch: 1, rack: 'a', endpoints: endpoints('PLAINTEXT') },
    { id: 2, epoch: 2, rack: null, endpoints: endpoints('INTERNAL') },
  ]);
  const partition = (index: number, leader: number, offlineReplicas: number[] = []) => ({
    partition: index,
    leader,
    leaderEpoch: 4,
    isr: [1],
    replicas: [1, 2, 3],
    partitionEpoch: 0,
    offlineReplicas,
  });
  metadata.update([
    {
      name: 't',
      topicId: 'id',
      partitions: [partition(0, 1), partition(1, -1, [2]), partition(2, 3), partition(4, 2)],
    },
  ]);
  const ask = async (apiVersion: number) =>
    metadataHandler({
      metadata,
      clusterId: 'c',
      logger: silentLogger,
      autoCreate: undefined,
      untilComplete: () => Promise.resolve(),
    })(
      {
        topics: null,
        allowAutoTopicCreation: false,
        includeClusterAuthorizedOperations: false,
        includeTopicAuthorizedOperations: false,
      },
      {
        apiVersion,
        clientId: null,
        listenerName: 'PLAINTEXT',
        remoteAddress: '127.0.0.1',
        protocol: 'msgpack',
        onSent: () => undefined,
      } as Parameters<typeof handle>[1],
    );

  test('leaders that cannot be reached, and replicas that cannot be used', async () => {
    const answer = await ask(12);
    expect(answer?.brokers).toEqual([{ nodeId: 1, host: 'h', port: 0, rack: 'a' }]);
    expect(answer?.topics?.[0]?.partitions).toMatchObject([
      { errorCode: 0, leaderId: 1, leaderEpoch: 4, offlineReplicas: [3] },
      { errorCode: 5, leaderId: -1, leaderEpoch: 4, offlineReplicas: [2, 3] },
      { errorCode: 5, leaderId: -1, offlineReplicas: [3] },
      { errorCode: 5, leaderId: -1, leaderEpoch: -1, replicaNodes: [], offlineReplicas: [] },
      { errorCode: 72, leaderId: -1, leaderEpoch: 4 },
    ]);
    expect((await ask(5))?.topics?.[0]?.partitions[4]?.errorCode).toBe(5);
  });
});
