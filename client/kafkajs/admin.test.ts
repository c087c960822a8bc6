import { FakeGroups } from '../admin/testing/fake-groups';
import { FakeBroker } from '../network/testing/fake-broker';
import { apis } from '../protocol/apis';
import { ErrorCode } from '../protocol/error-codes';
import { Kafka, ConfigResourceTypes, KafkaJSAggregateError, logLevel, type Admin } from '.';

let broker: FakeBroker;
let groups: FakeGroups;
let admin: Admin;

beforeEach(async () => {
  broker = await FakeBroker.start(1);
  broker.cluster.addTopic('clicks', 2);
  groups = new FakeGroups([broker]);
  admin = new Kafka({
    brokers: [broker.address],
    connectionTimeout: 10_000,
    retry: { initialRetryTime: 1, maxRetryTime: 5, retries: 2 },
    logLevel: logLevel.NOTHING,
  }).admin();
  broker.on(apis.ListOffsets, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => ({
        partitionIndex,
        errorCode: 0,
        offset: timestamp === -1 ? 100 : timestamp === -2 ? 10 : timestamp <= 1000 ? 50 : -1,
      })),
    })),
  }));
});
afterEach(async () => {
  await admin.disconnect();
  await broker.stop();
});

describe('topics', () => {
  test('creation: true, false for a topic that is there, errors together', async () => {
    broker.on(apis.CreateTopics, ({ topics }) => ({
      topics: topics.map(({ name, numPartitions }) => {
        const exists = broker.cluster.topics.has(name);
        const wrong = name.includes('/') ? ErrorCode.INVALID_TOPIC_EXCEPTION : 0;
        if (!exists && !wrong) broker.cluster.addTopic(name, Math.abs(numPartitions));
        const errorCode = exists ? ErrorCode.TOPIC_ALREADY_EXISTS : wrong;
        return { name, errorCode, errorMessage: null, configs: [] };
      }),
    }));
    const topics = [
      {
        topic: 'views',
        numPartitions: 2,
        configEntries: [{ name: 'retention.ms', value: '5' }],
      },
    ];
    await expect(admin.createTopics({ topics })).resolves.toBe(true);
    expect(broker.received(apis.CreateTopics)[0].topics[0]).toMatchObject({
      name: 'views',
      numPartitions: 2,
      replicationFactor: -1,
      configs: [{ name: 'retention.ms', value: '5' }],
    });
    await expect(admin.createTopics({ topics })).resolves.toBe(false);
    const both = admin.createTopics({ topics: [{ topic: 'a/b' }, { topic: 'views' }] });
    const error = await both.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KafkaJSAggregateError);
    expect((error as KafkaJSAggregateError).errors).toMatchObject([
      { name: 'KafkaJSCreateTopicError', type: 'INVALID_TOPIC_EXCEPTION', topic: 'a/b' },
      { name: 'KafkaJSCreateTopicError', type: 'TOPIC_ALREADY_EXISTS', topic: 'views' },
    ]);
  });

  test('list, metadata, offsets', async () => {
    await expect(admin.listTopics()).resolves.toEqual(['clicks']);
    await expect(admin.fetchTopicMetadata()).resolves.toEqual({
      topics: [
        {
          name: 'clicks',
          partitions: [0, 1].map((partitionId) => ({
            partitionErrorCode: 0,
            partitionId,
            leader: 1,
            replicas: [1],
            isr: [1],
            offlineReplicas: [],
          })),
        },
      ],
    });
    await expect(admin.fetchTopicOffsets('clicks')).resolves.toEqual([
      { partition: 0, offset: '100', high: '100', low: '10' },
      { partition: 1, offset: '100', high: '100', low: '10' },
    ]);
    await expect(admin.fetchTopicOffsetsByTimestamp('clicks', 900)).resolves.toMatchObject([
      { partition: 0, offset: '50' },
      { partition: 1, offset: '50' },
    ]);
    await expect(admin.fetchTopicOffsetsByTimestamp('clicks', 2000)).resolves.toMatchObject([
      { offset: '100' },
      { offset: '100' },
    ]);
    await expect(admin.fetchTopicMetadata({ topics: ['none'] })).rejects.toMatchObject({
      name: 'KafkaJSProtocolError',
      type: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
    await expect(admin.fetchTopicOffsets('')).rejects.toThrow('Invalid topic');
  });

  test('records', async () => {
    broker.on(apis.DeleteRecords, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, offset }) => ({
          partitionIndex,
          lowWatermark: offset,
          errorCode: partitionIndex === 1 ? ErrorCode.OFFSET_OUT_OF_RANGE : 0,
        })),
      })),
    }));
    const partitions = [
      { partition: 0, offset: '-1' },
      { partition: 1, offset: '500' },
    ];
    await expect(admin.deleteTopicRecords({ topic: 'clicks', partitions })).rejects.toMatchObject({
      name: 'KafkaJSDeleteTopicRecordsError',
      retriable: false,
      partitions: [{ partition: 1, offset: '500', error: { type: 'OFFSET_OUT_OF_RANGE' } }],
    });
  });
});

describe('groups', () => {
  test('list, describe, delete', async () => {
    groups.add('busy', {
      members: [
        { memberId: 'm', clientId: 'app', partitions: [{ topic: 'clicks', partitions: [0] }] },
      ],
    });
    groups.add('idle');
    await expect(admin.listGroups()).resolves.toEqual({
      groups: [
        { groupId: 'busy', protocolType: 'consumer' },
        { groupId: 'idle', protocolType: 'consumer' },
      ],
    });
    await expect(admin.describeGroups(['busy'])).resolves.toMatchObject({
      groups: [
        {
          errorCode: 0,
          groupId: 'busy',
          protocol: 'range',
          protocolType: 'consumer',
          state: 'Stable',
          members: [{ memberId: 'm', clientId: 'app', clientHost: '/127.0.0.1' }],
        },
      ],
    });
    await expect(admin.deleteGroups(['idle'])).resolves.toEqual([
      { groupId: 'idle', errorCode: 0 },
    ]);
    await expect(admin.deleteGroups(['busy'])).rejects.toMatchObject({
      name: 'KafkaJSDeleteGroupsError',
      groups: [{ groupId: 'busy', errorCode: 68, error: { type: 'NON_EMPTY_GROUP' } }],
    });
  });

  test('offsets: fetched, set, reset', async () => {
    await admin.setOffsets({
      groupId: 'g',
      topic: 'clicks',
      partitions: [{ partition: 0, offset: '42' }],
    });
    await expect(admin.fetchOffsets({ groupId: 'g', topics: ['clicks'] })).resolves.toEqual([
      {
        topic: 'clicks',
        partitions: [
          { partition: 0, offset: '42', metadata: null },
          { partition: 1, offset: '-1', metadata: null },
        ],
      },
    ]);
    await expect(
      admin.fetchOffsets({ groupId: 'g', topics: ['clicks'], resolveOffsets: true }),
    ).resolves.toMatchObject([{ partitions: [{ offset: '42' }, { offset: '100' }] }]);
    await admin.resetOffsets({ groupId: 'g', topic: 'clicks', earliest: true });
    await expect(admin.fetchOffsets({ groupId: 'g' })).resolves.toMatchObject([
      { topic: 'clicks', partitions: [{ offset: '10' }, { offset: '10' }] },
    ]);
  });

  test('a group with members keeps its offsets', async () => {
    groups.add('busy', { members: [{ memberId: 'm', clientId: 'app', partitions: [] }] });
    const partitions = [{ partition: 0, offset: '1' }];
    await expect(
      admin.setOffsets({ groupId: 'busy', topic: 'clicks', partitions }),
    ).rejects.toThrow('The consumer group must have no running instances, current state: Stable');
  });
});

describe('the cluster', () => {
  test('brokers', () =>
    expect(admin.describeCluster()).resolves.toEqual({
      brokers: [{ nodeId: 1, host: broker.host, port: broker.port }],
      controller: 1,
      clusterId: 'fake-cluster',
    }));

  test('configs: described, and replaced as a whole', async () => {
    broker.on(apis.DescribeConfigs, ({ resources }) => ({
      results: resources.map(({ resourceType, resourceName }) => ({
        errorCode: 0,
        errorMessage: null,
        resourceType,
        resourceName,
        configs: [
          {
            name: 'retention.ms',
            value: '5',
            readOnly: false,
            configSource: 1,
            isSensitive: false,
          },
          { name: 'segment.ms', value: '7', readOnly: false, configSource: 5, isSensitive: false },
        ],
      })),
    }));
    broker.on(apis.IncrementalAlterConfigs, ({ resources }) => ({
      responses: resources.map(({ resourceType, resourceName }) => ({
        errorCode: 0,
        errorMessage: null,
        resourceType,
        resourceName,
      })),
    }));
    const resource = { type: ConfigResourceTypes.TOPIC, name: 'clicks' };
    const described = await admin.describeConfigs({
      resources: [resource],
      includeSynonyms: false,
    });
    expect(described.resources).toMatchObject([
      {
        errorCode: 0,
        resourceType: 2,
        resourceName: 'clicks',
        configEntries: [
          { configName: 'retention.ms', configValue: '5', configSource: 1, isDefault: false },
          { configName: 'segment.ms', configValue: '7', configSource: 5, isDefault: true },
        ],
      },
    ]);
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] }],
    });
    expect(broker.received(apis.IncrementalAlterConfigs)[0].resources[0].configs).toEqual([
      { name: 'cleanup.policy', configOperation: 0, value: 'compact' },
      { name: 'retention.ms', configOperation: 1, value: null },
    ]);
  });

  test('reassignments', async () => {
    broker.on(apis.ListPartitionReassignments, () => ({
      errorCode: 0,
      errorMessage: null,
      topics: [
        {
          name: 'clicks',
          partitions: [
            { partitionIndex: 1, replicas: [1, 2], addingReplicas: [2], removingReplicas: [] },
          ],
        },
      ],
    }));
    await expect(admin.listPartitionReassignments({})).resolves.toEqual({
      topics: [
        {
          topic: 'clicks',
          partitions: [
            {
              partitionIndex: 1,
              partition: 1,
              replicas: [1, 2],
              addingReplicas: [2],
              removingReplicas: [],
            },
          ],
        },
      ],
    });
  });

  test('may be connected to again', async () => {
    await admin.connect();
    await admin.disconnect();
    await admin.connect();
    await expect(admin.listTopics()).resolves.toEqual(['clicks']);
  });

  test('there are no ACLs', () =>
    expect(admin.createAcls({ acl: [] })).rejects.toMatchObject({ name: 'KafkaJSNotImplemented' }));
});
