import { dirname, join } from 'node:path';
import { ZERO_UUID } from '../../schema';
import type { RequestHeader } from '../../wire-codec';
import { everyVersion } from '../../testing/any-message';
import { kafkaCodec } from '../codec';
import { kafkaJsApis, kafkaJsFile } from './kafkajs';
import { valuesIn } from './unique-message';

interface Encoder {
  readonly buffer: Buffer;
}
type MakeRequest = (asked: unknown) => { encode(): Promise<Encoder> };
type MakeFrame = (envelope: object) => Promise<Encoder>;

const makeFrame = jest.requireActual<MakeFrame>(
  join(dirname(require.resolve('kafkajs')), 'src/protocol/request.js'),
);

const topicAt = (more: object) => [{ topic: 'topic', partitions: [{ partition: 3, ...more }] }];
const member = { memberId: 'member', groupInstanceId: 'instance' };
const group = { groupId: 'group', groupGenerationId: 4, generationId: 4, ...member };

/** What each of KafkaJS's encoders is given, for all of its versions. */
const asked: Readonly<Record<string, unknown>> = {
  Produce: {
    acks: -1,
    timeout: 1000,
    transactionalId: 'transaction',
    producerId: 7,
    producerEpoch: 8,
    topicData: topicAt({ messages: [{ key: 'k', value: 'v', timestamp: 9 }] }),
  },
  Fetch: {
    maxWaitTime: 1,
    minBytes: 2,
    maxBytes: 5,
    isolationLevel: 1,
    rackId: 'rack',
    topics: topicAt({ fetchOffset: 6, maxBytes: 7, currentLeaderEpoch: 8 }),
  },
  ListOffsets: { isolationLevel: 1, topics: topicAt({ timestamp: 9 }) },
  Metadata: { topics: ['topic', 'other'], allowAutoTopicCreation: true },
  OffsetCommit: {
    ...group,
    retentionTime: 5,
    topics: topicAt({ offset: 6, metadata: 'meta', timestamp: 7 }),
  },
  OffsetFetch: { groupId: 'group', topics: topicAt({}) },
  FindCoordinator: { groupId: 'group', coordinatorKey: 'group', coordinatorType: 0 },
  JoinGroup: {
    ...group,
    sessionTimeout: 1,
    rebalanceTimeout: 2,
    protocolType: 'consumer',
    groupProtocols: [{ name: 'range', metadata: Buffer.from('metadata') }],
  },
  Heartbeat: group,
  LeaveGroup: { ...group, members: [member] },
  SyncGroup: {
    ...group,
    groupAssignment: [{ memberId: 'member', memberAssignment: Buffer.from('assignment') }],
  },
  DescribeGroups: { groupIds: ['group', 'other'] },
  ListGroups: undefined,
  ApiVersions: undefined,
  CreateTopics: {
    topics: [
      {
        topic: 'topic',
        numPartitions: 2,
        replicationFactor: 5,
        replicaAssignment: [{ partition: 3, replicas: [1, 2] }],
        configEntries: [{ name: 'name', value: 'value' }],
      },
    ],
    timeout: 6,
    validateOnly: true,
  },
  DeleteTopics: { topics: ['topic', 'other'], timeout: 6 },
  DeleteRecords: { topics: topicAt({ offset: 9 }), timeout: 6 },
  InitProducerId: { transactionalId: 'transaction', transactionTimeout: 6 },
  DescribeConfigs: {
    resources: [{ type: 2, name: 'topic', configNames: ['name'] }],
    includeSynonyms: true,
  },
  AlterConfigs: {
    resources: [{ type: 2, name: 'topic', configEntries: [{ name: 'name', value: 'value' }] }],
    validateOnly: true,
  },
  CreatePartitions: {
    topicPartitions: [{ topic: 'topic', count: 5, assignments: [[1], [2]] }],
    timeout: 6,
    validateOnly: true,
  },
  DeleteGroups: ['group', 'other'],
  AlterPartitionReassignments: {
    topics: [{ topic: 'topic', partitionAssignment: [{ partition: 3, replicas: [1, 2] }] }],
    timeout: 6,
  },
  ListPartitionReassignments: { topics: [{ topic: 'topic', partitions: [3] }], timeout: 6 },
};

const cases = everyVersion().filter(
  ([name, version]) => kafkaJsFile(name, version, 'request') !== undefined,
);

test('every API that KafkaJS asks is among them', () => {
  expect(Object.keys(asked).sort()).toEqual(Object.keys(kafkaJsApis).sort());
});

test.each(cases)(
  '%s request %d of KafkaJS is read, and written as it was',
  async (name, version, api) => {
    const request = jest.requireActual<MakeRequest>(
      kafkaJsFile(name, version, 'request') as string,
    );
    const envelope = { correlationId: 7, clientId: 'kafkajs', request: request(asked[name]) };
    const { buffer } = await makeFrame(envelope);
    const header: RequestHeader = {
      apiKey: api.key,
      apiVersion: version,
      correlationId: 7,
      clientId: 'kafkajs',
    };
    const received = kafkaCodec.decodeRequest(buffer.subarray(4));
    expect(received.error).toBeUndefined();
    expect(received.header).toEqual(header);
    const { body } = received as { body: object };
    expect(Buffer.concat(kafkaCodec.encodeRequest(api, header, body))).toEqual(buffer);
    // No value is there that was not given, but defaults and record batches.
    const known = new Set([...valuesIn(asked[name]), '-1', ZERO_UUID]);
    const strange = valuesIn(body).filter((value) => !known.has(value) && !value.includes('\0'));
    expect(strange).toEqual([]);
  },
);
