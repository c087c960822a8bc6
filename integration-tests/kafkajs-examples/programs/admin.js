const { Kafka, ConfigResourceTypes, logLevel } = require('kafkajs');

const topic = `inventory-${process.env.RUN}`;
const kafka = new Kafka({
  clientId: 'example',
  brokers: process.env.BROKERS.split(','),
  logLevel: logLevel.NOTHING,
});

async function main() {
  const admin = kafka.admin();
  admin.on(admin.events.CONNECT, ({ type }) => console.log(type));
  admin.on(admin.events.DISCONNECT, ({ type }) => console.log(type));
  await admin.connect();

  const topics = [
    { topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '86400000' }] },
  ];
  console.log('created', await admin.createTopics({ topics }));
  console.log('created again', await admin.createTopics({ topics }));
  console.log('listed', (await admin.listTopics()).includes(topic));

  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
  console.log('partitions', metadata.topics[0].partitions.length);
  const { brokers, controller, clusterId } = await admin.describeCluster();
  console.log('brokers', brokers.length, controller === brokers[0].nodeId, typeof clusterId);

  const producer = kafka.producer();
  await producer.connect();
  await producer.send({
    topic,
    messages: [1, 2, 3].map((n) => ({ value: `${n}`, partition: 0, timestamp: `${1000 * n}` })),
  });
  await producer.disconnect();
  const offsets = (list) => JSON.stringify(list.sort((a, b) => a.partition - b.partition));
  console.log('offsets', offsets(await admin.fetchTopicOffsets(topic)));
  console.log('by time', offsets(await admin.fetchTopicOffsetsByTimestamp(topic, 2000)));
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
  console.log('offsets', offsets(await admin.fetchTopicOffsets(topic)));

  const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
  await admin.alterConfigs({
    resources: [{ ...resource, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] }],
  });
  const described = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ ...resource, configNames: ['cleanup.policy', 'retention.ms'] }],
  });
  for (const { configName, configValue, isDefault } of described.resources[0].configEntries) {
    console.log('config', configName, configValue, isDefault);
  }

  const groupId = `stock-${process.env.RUN}`;
  await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '2' }] });
  const { groups } = await admin.listGroups();
  console.log(
    'group',
    groups.some((group) => group.groupId === groupId),
  );
  const [{ state, members }] = (await admin.describeGroups([groupId])).groups;
  console.log('state', state, members.length);
  console.log('deleted', JSON.stringify((await admin.deleteGroups([groupId]))[0].errorCode));
  try {
    await admin.deleteGroups([groupId]);
  } catch (error) {
    console.log(error.name, error.groups[0].error.type);
  }
  try {
    await admin.createTopics({ topics: [{ topic: 'not/legal' }] });
  } catch (error) {
    console.log(error.name, error.errors[0].name, error.errors[0].type);
  }
  await admin.deleteTopics({ topics: [topic] });
  console.log('listed', (await admin.listTopics()).includes(topic));
  await admin.disconnect();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
