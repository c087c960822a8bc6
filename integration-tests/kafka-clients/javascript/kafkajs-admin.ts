import { expect } from '@jest/globals';
import { ConfigResourceTypes, ConfigSource, KafkaJSDeleteGroupsError, type Admin } from 'kafkajs';
import { kafkaJs } from '../tested-client';
import { until } from '../../harness/until';
import { clientShows, type ClientsWorld } from './clients-world';

/** All calls of KafkaJS's admin but those for ACLs. */
export function testAdmin(world: () => ClientsWorld): void {
  const shows = clientShows(world);
  const adminShows = (feature: string, work: (admin: Admin) => Promise<void>) =>
    shows(kafkaJs, `admin: ${feature}`, () => world().withAdmin(work));

  adminShows('topics are created, listed, described, extended and deleted', async (admin) => {
    const configEntries = [{ name: 'retention.ms', value: '1000000' }];
    const topics = [{ topic: 'made', numPartitions: 2, replicationFactor: 3, configEntries }];
    const validateOnly = { validateOnly: true, waitForLeaders: false };
    expect(await admin.createTopics({ topics, ...validateOnly })).toBe(true);
    expect(await admin.listTopics()).not.toContain('made');
    expect(await admin.createTopics({ topics, waitForLeaders: true })).toBe(true);
    expect(await admin.createTopics({ topics })).toBe(false);
    const replicaAssignment = [{ partition: 0, replicas: [3, 1] }];
    await admin.createTopics({ topics: [{ topic: 'placed', replicaAssignment }] });
    expect(await admin.listTopics()).toEqual(expect.arrayContaining(['made', 'placed']));

    const placed = await admin.fetchTopicMetadata({ topics: ['placed'] });
    expect(placed.topics[0]?.partitions[0]).toMatchObject({ leader: 3, replicas: [3, 1] });
    const all = await admin.fetchTopicMetadata();
    expect(all.topics.map(({ name }) => name)).toEqual(expect.arrayContaining(['made', 'placed']));

    const topicPartitions = [
      {
        topic: 'made',
        count: 4,
        assignments: [
          [1, 2, 3],
          [2, 3, 1],
        ],
      },
    ];
    await admin.createPartitions({ topicPartitions, validateOnly: true });
    await admin.createPartitions({ topicPartitions });
    // Each question goes to any broker, and brokers hear of new partitions one by one.
    let made: { partitionId: number; replicas: number[] }[] = [];
    await until(
      async () => {
        const { topics: answered } = await admin.fetchTopicMetadata({ topics: ['made'] });
        made = answered[0]?.partitions ?? [];
        return made.length === 4;
      },
      () => 'The partitions have not come.',
    );
    const last = made.find(({ partitionId }) => partitionId === 3);
    expect(last?.replicas).toEqual([2, 3, 1]);

    await admin.deleteTopics({ topics: ['made', 'placed'] });
    const left = await admin.listTopics();
    expect(left).not.toContain('made');
    expect(left).not.toContain('placed');
    await world().withAdmin(
      (impatient) =>
        expect(impatient.deleteTopics({ topics: ['made'] })).rejects.toMatchObject({
          cause: { type: 'UNKNOWN_TOPIC_OR_PARTITION' },
        }),
      { retry: { retries: 0 } },
    );
  });

  adminShows('the cluster is described', async (admin) => {
    const { brokers, controller, clusterId } = await admin.describeCluster();
    const { cluster } = world();
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual(cluster.ids);
    expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual(cluster.addresses);
    expect(cluster.ids).toContain(controller);
    expect(clusterId).toMatch(/^[\w-]{22}$/);
  });

  adminShows('configs of topics and brokers are described and altered', async (admin) => {
    await world().topicWith('configured', 1, 0);
    const resource = { type: ConfigResourceTypes.TOPIC, name: 'configured' };
    const configEntries = [{ name: 'retention.ms', value: '86400000' }];
    const described = async (configNames: string[]) => {
      const asked = { resources: [{ ...resource, configNames }], includeSynonyms: true };
      return (await admin.describeConfigs(asked)).resources[0]?.configEntries;
    };
    const resources = [{ ...resource, configEntries }];
    await admin.alterConfigs({ resources, validateOnly: true });
    const source = ConfigSource.DEFAULT_CONFIG;
    expect(await described(['retention.ms'])).toMatchObject([{ configSource: source }]);
    await admin.alterConfigs({ resources, validateOnly: false });
    expect(await described(['retention.ms'])).toMatchObject([
      {
        configName: 'retention.ms',
        configValue: '86400000',
        configSource: ConfigSource.TOPIC_CONFIG,
        configSynonyms: expect.arrayContaining([
          expect.objectContaining({ configName: 'retention.ms', configValue: '86400000' }),
        ]) as unknown,
      },
    ]);
    const wrong = [{ ...resource, configEntries: [{ name: 'retention.ms', value: 'long' }] }];
    await expect(
      admin.alterConfigs({ resources: wrong, validateOnly: false }),
    ).rejects.toMatchObject({ type: 'INVALID_CONFIG' });
    const ofBroker = await admin.describeConfigs({
      resources: [
        { type: ConfigResourceTypes.BROKER, name: '2', configNames: ['broker.id', 'log.dirs'] },
      ],
      includeSynonyms: false,
    });
    const [entries] = ofBroker.resources.map((one) => one.configEntries);
    expect(entries?.find(({ configName }) => configName === 'broker.id')).toMatchObject({
      configValue: '2',
      readOnly: true,
    });
  });

  adminShows('offsets are found by time, and records deleted', async (admin) => {
    await world().topicWith('kept', 1, 0);
    const messages = [1000, 2000, 3000].map((at) => ({ value: `at ${at}`, timestamp: `${at}` }));
    await world().withProducer({}, (producer) => producer.send({ topic: 'kept', messages }));
    const at = async (timestamp?: number) =>
      (await admin.fetchTopicOffsetsByTimestamp('kept', timestamp)).map(({ offset }) => offset);
    expect([await at(1500), await at(9000), await at()]).toEqual([['1'], ['3'], ['3']]);
    await admin.deleteTopicRecords({ topic: 'kept', partitions: [{ partition: 0, offset: '2' }] });
    expect(await admin.fetchTopicOffsets('kept')).toEqual([
      { partition: 0, offset: '3', high: '3', low: '2' },
    ]);
    await expect(
      admin.deleteTopicRecords({ topic: 'kept', partitions: [{ partition: 0, offset: '9' }] }),
    ).rejects.toMatchObject({
      cause: { partitions: [{ offset: '9', error: { type: 'OFFSET_OUT_OF_RANGE' } }] },
    });
  });

  adminShows('partitions are moved', async (admin) => {
    await world().topicWith('moved', 2, 3);
    const partitionAssignment = [{ partition: 1, replicas: [2] }];
    await admin.alterPartitionReassignments({ topics: [{ topic: 'moved', partitionAssignment }] });
    const moving = async () =>
      (await admin.listPartitionReassignments({ topics: [{ topic: 'moved', partitions: [0, 1] }] }))
        .topics;
    await until(
      async () => (await moving()).length === 0,
      () => 'The reassignment does not come to its end.',
    );
    const at = async () =>
      (await admin.fetchTopicMetadata({ topics: ['moved'] })).topics[0]?.partitions.find(
        ({ partitionId }) => partitionId === 1,
      );
    await until(
      async () => (await at())?.replicas.join() === '2',
      () => 'The replicas are not where they should be.',
    );
    const { topics } = await admin.listPartitionReassignments({});
    expect(topics.filter(({ topic }) => topic === 'moved')).toEqual([]);
  });

  adminShows('groups are listed, described, reset and deleted', async (admin) => {
    await world().topicWith('tracked', 2, 5);
    const groupId = 'tracking';
    const topic = 'tracked';
    // KafkaJS joins a group for each of these, and waits for a fetch.
    await Promise.all([
      admin.setOffsets({ groupId, topic, partitions: [{ partition: 1, offset: '3' }] }),
      admin.resetOffsets({ groupId: 'at the end', topic, earliest: false }),
      admin.resetOffsets({ groupId: 'at the beginning', topic, earliest: true }),
    ]);
    expect(await world().committed(groupId, topic)).toEqual(['-1', '3']);
    expect(await world().committed('at the end', topic)).toEqual(['-1', '-1']);
    expect(await world().committed('at the beginning', topic)).toEqual(['-2', '-2']);
    expect(await admin.fetchOffsets({ groupId })).toEqual([
      { topic, partitions: [{ partition: 1, offset: '3', metadata: null }] },
    ]);
    const resolved = await admin.fetchOffsets({ groupId, topics: [topic], resolveOffsets: true });
    expect(resolved[0]?.partitions.map(({ offset }) => offset)).toEqual(['5', '3']);

    await world().withConsumer({ groupId }, async (consumer) => {
      await consumer.subscribe({ topics: [topic] });
      const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
      await consumer.run({ eachMessage: () => Promise.resolve() });
      await joined;
      const { groups } = await admin.listGroups();
      expect(groups).toContainEqual({ groupId, protocolType: 'consumer' });
      const described = await admin.describeGroups([groupId, 'nobody']);
      expect(described.groups).toMatchObject([
        { groupId, state: 'Stable', protocol: 'RoundRobinAssigner', members: [{}] },
        { groupId: 'nobody', state: 'Dead', members: [] },
      ]);
      const refused = await admin.deleteGroups([groupId]).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(KafkaJSDeleteGroupsError);
      expect(refused).toMatchObject({ groups: [{ groupId, error: { type: 'NON_EMPTY_GROUP' } }] });
    });
    await admin.deleteGroups([groupId]);
    const { groups } = await admin.listGroups();
    expect(groups.map((one) => one.groupId)).not.toContain(groupId);
  });

  shows(kafkaJs, 'admin: events of connections and requests', async () => {
    const admin = world().kafka.admin();
    const heard: string[] = [];
    admin.on(admin.events.CONNECT, ({ type }) => void heard.push(type));
    admin.on(admin.events.DISCONNECT, ({ type }) => void heard.push(type));
    admin.on(admin.events.REQUEST, ({ payload }) => void heard.push(payload.apiName));
    await admin.connect();
    await admin.listGroups();
    await admin.disconnect();
    expect(heard[0]).toBe('ApiVersions');
    expect(heard).toEqual(expect.arrayContaining(['admin.connect', 'ListGroups']));
    expect(heard.at(-1)).toBe('admin.disconnect');
  });
}
