import { ProtocolError } from '../../../client/protocol/protocol-error';
import { ZERO_UUID } from '../../../client/protocol/schema';
import { awaitedBrokers } from './awaited-brokers';
import { describedTopics } from './describe-topics';
import { NO_LEADER, type DescribedTopic } from './described-topic';
import { formatTopic, topicAsJson } from './format-topic';
import { planDescription } from './partition-report';
import { parseReplicaAssignment } from './replica-assignment';
import { checkTopicsOptions, type TopicsOptions } from './topics-options';

const given = (options: Partial<TopicsOptions>): TopicsOptions => ({ config: {}, ...options });

describe('the command line of kafka-topics', () => {
  test.each<[Partial<TopicsOptions>, string]>([
    [{ list: true }, 'list'],
    [{ describe: true, topicId: 'x' }, 'describe'],
    [{ describe: true, topic: 't', ifExists: true, underMinIsrPartitions: true }, 'describe'],
    [{ create: true, topic: 't', partitions: 3, config: { a: '1' } }, 'create'],
    [{ create: true, topic: 't', replicaAssignment: '1:2' }, 'create'],
    [{ alter: true, topic: 't', partitions: 3, replicaAssignment: '1,2,3' }, 'alter'],
    [{ delete: true, topic: 't', ifExists: true }, 'delete'],
  ])('%j', (options, action) => expect(checkTopicsOptions(given(options))).toBe(action));

  test.each<[Partial<TopicsOptions>, string]>([
    [{}, 'exactly one action: --list, --describe, --create, --alter or --delete.'],
    [{ list: true, create: true }, 'exactly one action'],
    [{ create: true }, '--create needs --topic.'],
    [{ delete: true }, '--delete needs --topic.'],
    [{ describe: true, ifExists: true }, '--topic or --topic-id is required'],
    [{ alter: true, topic: 't' }, '--alter needs --partitions.'],
    [{ alter: true, topic: 't', config: { a: '1' } }, 'does not change configs'],
    [{ alter: true, topic: 't', deleteConfig: 'a' }, 'does not change configs'],
    [{ describe: true, partitions: 3 }, "--partitions can't be used with --describe."],
    [{ list: true, ifExists: true }, "--if-exists can't be used with --list."],
    [{ create: true, topic: 't', partitions: 0 }, '--partitions must be between 1 and'],
    [
      { create: true, topic: 't', replicationFactor: 40000 },
      '--replication-factor must be between 1 and 32767, not 40000.',
    ],
    [
      { create: true, topic: 't', replicaAssignment: '1', partitions: 1 },
      "--replica-assignment can't be used with --partitions.",
    ],
    [
      { describe: true, topicsWithOverrides: true, atMinIsrPartitions: true },
      "--at-min-isr-partitions can't be used with --topics-with-overrides.",
    ],
  ])('%j is refused', (options, message) =>
    expect(() => checkTopicsOptions(given(options))).toThrow(message),
  );
});

test('a deletion waits for the brokers that hold replicas and are away', () => {
  const partitions = [{ replicas: [3, 1] }, { replicas: [2, 3] }];
  expect(awaitedBrokers(partitions, new Set([1]))).toEqual([2, 3]);
  expect(awaitedBrokers(partitions, new Set([1, 2, 3, 4]))).toEqual([]);
});

describe('--replica-assignment', () => {
  test('lists the brokers of each partition', () =>
    expect(parseReplicaAssignment('1:2, 2:3')).toEqual([
      [1, 2],
      [2, 3],
    ]));

  test.each([
    ['1:1', 'duplicate entries: 1.'],
    ['1:2,3', 'Partition 1 has a different replication factor: 3.'],
    ['1,x', '"x" in --replica-assignment is not a broker id.'],
    ['', '"" in --replica-assignment'],
  ])('%j is refused', (text, message) =>
    expect(() => parseReplicaAssignment(text)).toThrow(message),
  );
});

const topic: DescribedTopic = {
  name: 't',
  topicId: '4fXSgkPdQ1iXrjnBzn8zXg',
  configs: [
    { name: 'min.insync.replicas', value: '2' },
    { name: 'cleanup.policy', value: 'compact,delete' },
  ],
  minIsr: 2,
  partitions: [
    { partition: 0, leader: 1, replicas: [1, 2, 3], isr: [1, 2, 3] },
    { partition: 1, leader: 2, replicas: [2, 3, 1], isr: [2, 1] },
    { partition: 2, leader: 9, replicas: [9, 2, 1], isr: [9] },
    { partition: 3, leader: NO_LEADER, replicas: [3, 1, 2], isr: [] },
  ],
};
const live = new Set([1, 2, 3]);

describe('a described topic', () => {
  test('as text', () => {
    const plan = planDescription(topic, {}, live);
    expect(formatTopic(topic, plan).join('\n')).toBe(
      [
        'Topic: t\tTopicId: 4fXSgkPdQ1iXrjnBzn8zXg\tPartitionCount: 4\tReplicationFactor: 3\t' +
          'Configs: min.insync.replicas=2,cleanup.policy=compact,delete',
        '\tTopic: t\tPartition: 0\tLeader: 1\tReplicas: 1,2,3\tIsr: 1,2,3\tElr: N/A\tLastKnownElr: N/A',
        '\tTopic: t\tPartition: 1\tLeader: 2\tReplicas: 2,3,1\tIsr: 2,1\tElr: N/A\tLastKnownElr: N/A',
        '\tTopic: t\tPartition: 2\tLeader: 9\tReplicas: 9,2,1\tIsr: 9\tElr: N/A\tLastKnownElr: N/A',
        '\tTopic: t\tPartition: 3\tLeader: none\tReplicas: 3,1,2\tIsr: \tElr: N/A\tLastKnownElr: N/A',
      ].join('\n'),
    );
  });

  describe('while its partitions are moved', () => {
    const replicas = [2, 1, 3];
    const reassignment = { replicas, addingReplicas: [2], removingReplicas: [3] };
    const moving: DescribedTopic = {
      ...{ name: 't', topicId: ZERO_UUID, configs: [], minIsr: 1 },
      partitions: [
        { partition: 0, leader: 1, replicas, isr: [1, 3], reassignment },
        { partition: 1, leader: 1, replicas, isr: [1], reassignment },
        // Over when the partition was looked at, and one replica is not in sync.
        {
          ...{ partition: 2, leader: 1, replicas: [1, 4], isr: [1] },
          reassignment: { replicas: [5, 6, 1, 4], addingReplicas: [5, 6], removingReplicas: [] },
        },
      ],
    };

    test('brokers that are yet to be added do not count as replicas', () => {
      const [topicLine, first] = formatTopic(moving, planDescription(moving, {}, live));
      expect(topicLine).toBe('Topic: t\tPartitionCount: 3\tReplicationFactor: 2\tConfigs: ');
      expect(first).toBe(
        '\tTopic: t\tPartition: 0\tLeader: 1\tReplicas: 2,1,3\tIsr: 1,3' +
          '\tAdding Replicas: 2\tRemoving Replicas: 3\tElr: N/A\tLastKnownElr: N/A',
      );
    });

    test('nor are they missing', () => {
      const plan = planDescription(moving, { underReplicatedPartitions: true }, live);
      expect(plan.partitions.map(({ partition }) => partition)).toEqual([1, 2]);
    });

    test('as JSON', () =>
      expect(topicAsJson(moving, planDescription(moving, {}, live))).toMatchObject({
        replicationFactor: 2,
        partitions: [{ addingReplicas: [2], removingReplicas: [3] }, {}, {}],
      }));

    test.each([
      ['UNSUPPORTED_VERSION', undefined],
      ['NOT_CONTROLLER', 'NOT_CONTROLLER'],
    ] as const)('when listing the moves ends with %s', async (code, thrown) => {
      const described = describedTopics(
        {
          describeTopics: async () => [
            { name: 't', topicId: ZERO_UUID, isInternal: false, partitions: [] },
          ],
          describeConfigs: async () => [],
          listPartitionReassignments: () => Promise.reject(new ProtocolError(code)),
        },
        ['t'],
      );
      if (thrown) await expect(described).rejects.toMatchObject({ code: thrown });
      else expect(await described).toMatchObject([{ name: 't' }]);
    });
  });

  test('without an id, as from old brokers', () => {
    const old = { ...topic, topicId: ZERO_UUID, configs: [] };
    expect(formatTopic(old, { topicLine: true, partitions: [] })).toEqual([
      'Topic: t\tPartitionCount: 4\tReplicationFactor: 3\tConfigs: ',
    ]);
  });

  test('as JSON', () => {
    const [, , , last] = topic.partitions;
    expect(topicAsJson(topic, { topicLine: true, partitions: [last] })).toEqual({
      topic: 't',
      topicId: '4fXSgkPdQ1iXrjnBzn8zXg',
      partitionCount: 4,
      replicationFactor: 3,
      configs: { 'min.insync.replicas': '2', 'cleanup.policy': 'compact,delete' },
      partitions: [{ partition: 3, leader: null, replicas: [3, 1, 2], isr: [] }],
    });
  });

  test.each([
    ['underReplicatedPartitions', [1, 2, 3]],
    ['underMinIsrPartitions', [2, 3]],
    ['atMinIsrPartitions', [1]],
    ['unavailablePartitions', [2, 3]],
  ])('--%s', (report, partitions) => {
    const plan = planDescription(topic, { [report]: true }, live);
    expect(plan.topicLine).toBe(false);
    expect(plan.partitions.map(({ partition }) => partition)).toEqual(partitions);
  });

  test('several reports together show what is in any of them', () => {
    const reports = { atMinIsrPartitions: true, unavailablePartitions: true };
    const { partitions } = planDescription(topic, reports, live);
    expect(partitions.map(({ partition }) => partition)).toEqual([1, 2, 3]);
  });

  test('--topics-with-overrides shows one line, of topics that have some', () => {
    const overrides = { topicsWithOverrides: true };
    expect(planDescription(topic, overrides, live)).toEqual({ topicLine: true, partitions: [] });
    const plain = { ...topic, configs: [] };
    expect(planDescription(plain, overrides, live).topicLine).toBe(false);
  });
});
