import { ErrorCode } from '../protocol/error-codes';
import { apis } from '../protocol/apis';
import { ConfigResourceType } from '../protocol/messages/describe-configs';
import { ProtocolError } from '../protocol/protocol-error';
import { Cluster, ConnectionError, RetriesExhaustedError } from '../network';
import { BackoffClock } from '../network/testing/backoff-clock';
import { FakeBroker, Misbehaviour } from '../network/testing/fake-broker';
import { Admin } from './admin';
import { AdminError } from './admin-error';

const { CreatePartitions, CreateTopics, DeleteRecords, DeleteTopics, DescribeCluster } = apis;
const { DescribeConfigs, DescribeLogDirs, IncrementalAlterConfigs, ListOffsets, Metadata } = apis;

let first: FakeBroker;
let second: FakeBroker;
let admin: Admin;

beforeEach(async () => {
  first = await FakeBroker.start(1);
  second = await FakeBroker.start(2, first.cluster);
  first.cluster.addTopic('clicks', 2);
  admin = new Admin(new Cluster({ brokers: [first.address], clock: new BackoffClock() }));
});

afterEach(async () => {
  await admin.close();
  await Promise.all([first.stop(), second.stop()]);
});

async function failureOf(call: Promise<unknown>): Promise<AdminError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AdminError);
  return error as AdminError;
}

/** Lets the controller create what it is asked for, except the topics named, which get errors. */
function creating(refused: Record<string, number> = {}): void {
  first.on(CreateTopics, ({ topics, validateOnly }) => ({
    topics: topics.map(({ name, numPartitions }) => {
      const errorCode = refused[name] ?? (first.cluster.topics.has(name) ? 36 : 0);
      if (errorCode === 0 && !validateOnly) first.cluster.addTopic(name, Math.abs(numPartitions));
      return {
        name,
        errorCode,
        errorMessage: null,
        numPartitions,
        replicationFactor: 1,
        configs: [],
      };
    }),
  }));
}

describe('createTopics', () => {
  test('sends what was asked to the controller and waits for leaders', async () => {
    creating();
    let withoutLeader = 2;
    first.on(Metadata, (body) => {
      const reply = first.cluster.metadata(body);
      const asksForIt = body.topics?.some(({ name }) => name === 'views');
      if (!asksForIt || withoutLeader-- <= 0) return reply;
      return { ...reply, topics: [{ name: 'views', errorCode: 5, partitions: [] }] };
    });
    const [created] = await admin.createTopics([
      { topic: 'views', numPartitions: 3, configs: { 'retention.ms': '1000' } },
    ]);
    expect(created).toMatchObject({ topic: 'views', numPartitions: 3, replicationFactor: 1 });
    expect(first.received(CreateTopics)[0]).toMatchObject({
      topics: [
        {
          name: 'views',
          numPartitions: 3,
          replicationFactor: -1,
          configs: [{ name: 'retention.ms', value: '1000' }],
        },
      ],
      validateOnly: false,
    });
    expect(withoutLeader).toBe(-1);
  });

  test('assignments go by partition number', async () => {
    creating();
    await admin.createTopics([{ topic: 'placed', assignments: [[2, 1], [1]] }], {
      validateOnly: true,
    });
    expect(first.received(CreateTopics)[0].topics[0].assignments).toEqual([
      { partitionIndex: 0, brokerIds: [2, 1] },
      { partitionIndex: 1, brokerIds: [1] },
    ]);
  });

  test('some failing: the error names them and holds the others', async () => {
    creating({ 'bad/name': ErrorCode.INVALID_TOPIC_EXCEPTION });
    const topics = ['clicks', 'views', 'bad/name'].map((topic) => ({ topic, numPartitions: 1 }));
    const error = await failureOf(admin.createTopics(topics));
    expect(error.code).toBe('ADMIN_PARTIAL_FAILURE');
    expect([...error.succeeded.keys()]).toEqual(['views']);
    expect(error.failures.get('clicks')).toMatchObject({ code: 'TOPIC_ALREADY_EXISTS' });
    expect(error.failures.get('bad/name')).toBeInstanceOf(ProtocolError);
    expect(error.message).toContain('clicks (TOPIC_ALREADY_EXISTS');
  });

  test('one failure lends the error its code and advice', async () => {
    creating();
    const error = await failureOf(admin.createTopics([{ topic: 'clicks' }]));
    expect(error).toMatchObject({ code: 'TOPIC_ALREADY_EXISTS', retriable: false });
    expect(error.advice).not.toBe('');
  });

  test('only what failed for a passing reason is asked for again', async () => {
    creating();
    first.once(CreateTopics, ({ topics }) => ({
      topics: topics.map(({ name }) => {
        const errorCode = name === 'b' ? ErrorCode.NOT_CONTROLLER : ErrorCode.NONE;
        if (errorCode === 0) first.cluster.addTopic(name);
        return { name, errorCode, errorMessage: null, configs: null };
      }),
    }));
    const names = ['a', 'b'].map((topic) => ({ topic, numPartitions: 1 }));
    expect((await admin.createTopics(names)).map(({ topic }) => topic)).toEqual(['a', 'b']);
    const asked = first.received(CreateTopics).map(({ topics }) => topics.map(({ name }) => name));
    expect(asked).toEqual([['a', 'b'], ['b']]);
  });

  test('a creation whose answer was lost is recognised as done', async () => {
    creating();
    first.once(CreateTopics, () => {
      first.cluster.addTopic('views');
      return Misbehaviour.cut(3);
    });
    await expect(admin.createTopics([{ topic: 'views' }])).resolves.toMatchObject([
      { topic: 'views', topicId: undefined },
    ]);
  });

  test('a controller that has moved is followed', async () => {
    await admin.connect();
    first.cluster.controllerId = 2;
    first.on(CreateTopics, ({ topics }) => ({
      topics: topics.map(({ name }) => ({ name, errorCode: 41, errorMessage: null, configs: [] })),
    }));
    second.on(CreateTopics, ({ topics }) => ({
      topics: topics.map(({ name }) => ({ name, errorCode: 0, errorMessage: null, configs: [] })),
    }));
    await admin.createTopics([{ topic: 'views' }], { waitForLeaders: false });
    expect(second.received(CreateTopics)).toHaveLength(1);
  });

  test('leaders that never come are an error of the waiting, not of the creation', async () => {
    first.on(CreateTopics, ({ topics: [{ name }] }) => {
      first.cluster.addTopic(name, 2);
      first.cluster.moveLeader(name, 1, -1);
      return { topics: [{ name, errorCode: 0, errorMessage: null, configs: [] }] };
    });
    const waiting = admin.createTopics([{ topic: 'views', numPartitions: 2 }], { timeoutMs: 5000 });
    await expect(waiting).rejects.toBeInstanceOf(RetriesExhaustedError);
    await expect(waiting).rejects.toThrow('1 of 2 partitions of topic "views" have a leader');
  });
});

test('deleteTopics reports the missing one and does not repeat', async () => {
  first.on(DeleteTopics, ({ topics }) => ({
    responses: topics.map(({ name }) => ({
      name,
      errorCode: first.cluster.topics.delete(name ?? '') ? 0 : 3,
    })),
  }));
  const error = await failureOf(admin.deleteTopics(['clicks', 'nowhere']));
  expect([...error.failures.keys()]).toEqual(['nowhere']);
  expect([...error.succeeded.keys()]).toEqual(['clicks']);
  expect(first.received(DeleteTopics)).toHaveLength(1);
});

test('createPartitions waits until the new ones are there', async () => {
  first.on(CreatePartitions, ({ topics }) => {
    first.cluster.addTopic('clicks', topics[0].count);
    return { results: [{ name: 'clicks', errorCode: 0 }] };
  });
  await admin.createPartitions([{ topic: 'clicks', count: 4, assignments: [[1], [2]] }]);
  expect(first.received(CreatePartitions)[0].topics[0].assignments).toEqual([
    { brokerIds: [1] },
    { brokerIds: [2] },
  ]);
  expect((await admin.describeTopics(['clicks']))[0].partitions).toHaveLength(4);
});

describe('looking at topics', () => {
  test('listTopics sorts by name', async () => {
    first.cluster.addTopic('apples');
    expect((await admin.listTopics()).map(({ name }) => name)).toEqual(['apples', 'clicks']);
  });

  test('describeTopics keeps the order and refuses the unknown at once', async () => {
    first.cluster.addTopic('apples');
    const described = await admin.describeTopics(['clicks', 'apples']);
    expect(described.map(({ name }) => name)).toEqual(['clicks', 'apples']);
    expect(described[0].partitions[1]).toMatchObject({ leader: 2, isr: [2] });
    const error = await failureOf(admin.describeTopics(['nowhere']));
    expect(error.code).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });
});

describe('describeCluster', () => {
  test('tells id, controller and brokers', async () => {
    const description = await admin.describeCluster();
    expect(description.clusterId).toBe('fake-cluster');
    expect(description.controller?.nodeId).toBe(1);
    expect(description.brokers.map(({ port }) => port)).toEqual([first.port, second.port]);
  });

  test('brokers that do not answer it are asked for metadata', async () => {
    first.limitVersions(DescribeCluster, undefined);
    expect((await admin.describeCluster()).brokers).toHaveLength(2);
  });

  test('its own error code counts', async () => {
    const { CLUSTER_AUTHORIZATION_FAILED } = ErrorCode;
    first.on(DescribeCluster, () => ({
      errorCode: CLUSTER_AUTHORIZATION_FAILED,
      clusterId: '',
      brokers: [],
    }));
    await expect(admin.describeCluster()).rejects.toMatchObject({
      code: 'CLUSTER_AUTHORIZATION_FAILED',
    });
  });
});

describe('configs', () => {
  test('a broker is asked about its own, any about topics', async () => {
    for (const broker of [first, second]) {
      broker.on(DescribeConfigs, ({ resources }) => ({
        results: resources.map(({ resourceType, resourceName }) => ({
          errorCode: 0,
          resourceType,
          resourceName,
          configs: [
            {
              name: 'retention.ms',
              value: String(broker.nodeId),
              readOnly: false,
              configSource: resourceType === ConfigResourceType.TOPIC ? 1 : 5,
              isSensitive: false,
              configType: 5,
              synonyms: [{ name: 'log.retention.ms', value: '7', source: 4 }],
            },
          ],
        })),
      }));
    }
    const [topic, broker] = await admin.describeConfigs([
      { type: 'TOPIC', name: 'clicks', configNames: ['retention.ms'] },
      { type: 'BROKER', name: '2' },
    ]);
    expect(topic.configs[0]).toEqual({
      name: 'retention.ms',
      value: expect.any(String) as string,
      source: 'DYNAMIC_TOPIC_CONFIG',
      isDefault: false,
      readOnly: false,
      isSensitive: false,
      type: 'LONG',
      synonyms: [{ name: 'log.retention.ms', value: '7', source: 'STATIC_BROKER_CONFIG' }],
      documentation: null,
    });
    expect(broker).toMatchObject({ type: 'BROKER', name: '2' });
    expect(broker.configs[0]).toMatchObject({ value: '2', isDefault: true });
  });

  test('a broker that is not there fails alone', async () => {
    first.on(IncrementalAlterConfigs, ({ resources }) => ({
      responses: resources.map(({ resourceType, resourceName }) => ({
        errorCode: 0,
        resourceType,
        resourceName,
      })),
    }));
    const error = await failureOf(
      admin.incrementalAlterConfigs([
        {
          type: 'TOPIC',
          name: 'clicks',
          changes: [
            { name: 'retention.ms', value: '5' },
            { name: 'flush.ms', operation: 'DELETE' },
          ],
        },
        { type: 'BROKER', name: '77', changes: [] },
      ]),
    );
    expect([...error.failures.keys()]).toEqual(['BROKER 77']);
    expect([...error.succeeded.keys()]).toEqual(['TOPIC clicks']);
    expect(first.received(IncrementalAlterConfigs)[0].resources[0].configs).toEqual([
      { name: 'retention.ms', configOperation: 0, value: '5' },
      { name: 'flush.ms', configOperation: 1, value: null },
    ]);
  });

  test('configs of a broker that is not there may be left with another one', async () => {
    first.on(IncrementalAlterConfigs, ({ resources }) => ({
      responses: resources.map(({ resourceType, resourceName }) => ({
        errorCode: 0,
        resourceType,
        resourceName,
      })),
    }));
    second.on(IncrementalAlterConfigs, ({ resources }) => ({
      responses: resources.map(({ resourceType, resourceName }) => ({
        errorCode: 0,
        resourceType,
        resourceName,
      })),
    }));
    const resources = [{ type: 'BROKER', name: '77', changes: [] }] as const;
    await admin.incrementalAlterConfigs(resources, { brokersMayBeAbsent: true });
    const asked = [first, second].flatMap((broker) => broker.received(IncrementalAlterConfigs));
    expect(asked.map((request) => request.resources[0].resourceName)).toEqual(['77']);
  });
});

describe('asking leaders', () => {
  beforeEach(() => {
    for (const broker of [first, second]) {
      broker.on(ListOffsets, ({ topics }) => ({
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex, timestamp }) => ({
            partitionIndex,
            errorCode: 0,
            offset: broker.nodeId * 1000 + timestamp,
          })),
        })),
      }));
    }
  });

  test('listOffsets asks each leader once, by place or time', async () => {
    const found = await admin.listOffsets([
      { topic: 'clicks', partition: 1 },
      { topic: 'clicks', partition: 0, at: 'earliest' },
    ]);
    expect(found).toMatchObject([
      { partition: 1, offset: 1999 },
      { partition: 0, offset: 998 },
    ]);
    const [byTime] = await admin.listOffsets([{ topic: 'clicks', partition: 0, at: 500 }], {
      isolationLevel: 'read-committed',
    });
    expect(byTime.offset).toBe(1500);
    expect(first.received(ListOffsets).at(-1)?.isolationLevel).toBe(1);
  });

  test('a partition may be asked about twice', async () => {
    const both = (['earliest', 'latest'] as const).map((at) => ({
      topic: 'clicks',
      partition: 0,
      at,
    }));
    const found = await admin.listOffsets(both);
    expect(found.map(({ offset }) => offset)).toEqual([998, 999]);
  });

  test('a leader that has moved is followed, a partition that is nowhere is final', async () => {
    first.once(ListOffsets, ({ topics }) => {
      first.cluster.moveLeader('clicks', 0, 2);
      return {
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 6 })),
        })),
      };
    });
    const error = await failureOf(
      admin.listOffsets([
        { topic: 'clicks', partition: 0 },
        { topic: 'clicks', partition: 5 },
        { topic: 'nowhere', partition: 0 },
      ]),
    );
    expect(error.succeeded.get('clicks-0')).toMatchObject({ offset: 1999 });
    expect([...error.failures.keys()].sort()).toEqual(['clicks-5', 'nowhere-0']);
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION', retriable: false });
  });

  test('deleteRecords tells the first offset left', async () => {
    first.on(DeleteRecords, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, offset }) => ({
          partitionIndex,
          lowWatermark: offset,
          errorCode: 0,
        })),
      })),
    }));
    expect(
      await admin.deleteRecords([{ topic: 'clicks', partition: 0, beforeOffset: 12 }]),
    ).toEqual([{ topic: 'clicks', partition: 0, lowWatermark: 12 }]);
  });

  test('a leader that stays away is told in the end, with what the others answered', async () => {
    await admin.connect();
    await second.stop();
    const error = await failureOf(
      admin.listOffsets(
        [0, 1].map((partition) => ({ topic: 'clicks', partition })),
        { timeoutMs: 3000 },
      ),
    );
    expect(error.succeeded.get('clicks-0')).toMatchObject({ offset: 999 });
    expect(error.failures.get('clicks-1')).toBeInstanceOf(ConnectionError);
    expect(first.received(ListOffsets)).toHaveLength(1);
  });
});

describe('asking brokers', () => {
  test('describeLogDirs asks every live broker about its own', async () => {
    for (const broker of [first, second]) {
      broker.on(DescribeLogDirs, () => ({
        results: [
          {
            errorCode: 0,
            logDir: `/data/${broker.nodeId}`,
            topics: [
              {
                name: 'clicks',
                partitions: [
                  { partitionIndex: 0, partitionSize: 9, offsetLag: 0, isFutureKey: false },
                ],
              },
            ],
          },
          { errorCode: 56, logDir: '/broken', topics: [] },
        ],
      }));
    }
    const brokers = await admin.describeLogDirs({
      partitions: [{ topic: 'clicks', partition: 0 }],
    });
    expect(brokers.map(({ brokerId }) => brokerId)).toEqual([1, 2]);
    const [healthy, failed] = brokers[1].logDirs;
    expect(healthy).toMatchObject({ path: '/data/2', error: undefined, totalBytes: -1 });
    expect(healthy.replicas).toEqual([
      { topic: 'clicks', partition: 0, size: 9, offsetLag: 0, isFuture: false },
    ]);
    expect(failed.error).toMatchObject({ code: 'KAFKA_STORAGE_ERROR' });
    expect(first.received(DescribeLogDirs)[0].topics).toEqual([
      { topic: 'clicks', partitions: [0] },
    ]);
  });

  test('describeApiVersions tells each broker own ranges', async () => {
    second.limitVersions(ListOffsets, { min: 1, max: 3 });
    const [one, two] = await admin.describeApiVersions();
    expect(one.versions.get(ListOffsets.key)).toEqual({ min: 0, max: 9 });
    expect(two.versions.get(ListOffsets.key)).toEqual({ min: 1, max: 3 });
    expect(two.broker).toMatchObject({ nodeId: 2, port: second.port });
  });

  test('a broker id nobody has is an error of that broker', async () => {
    const error = await failureOf(admin.describeApiVersions({ brokerIds: [1, 9] }));
    expect([...error.failures.keys()]).toEqual(['broker 9']);
    expect([...error.succeeded.keys()]).toEqual(['broker 1']);
  });
});

test('an unreachable cluster is one error, not one per item', async () => {
  await Promise.all([first.stop(), second.stop()]);
  await expect(admin.deleteTopics(['a', 'b'], { timeoutMs: 2000 })).rejects.toBeInstanceOf(
    RetriesExhaustedError,
  );
});
