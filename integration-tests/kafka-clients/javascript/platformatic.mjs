// Produces and reads with @platformatic/kafka, which is an ES module; prints what it saw as JSON.
import { Admin, Consumer, Producer, stringSerializers } from '@platformatic/kafka';

const options = { clientId: 'platformatic', bootstrapBrokers: process.argv.slice(2) };
const topic = 'platform';

const admin = new Admin(options);
await admin.createTopics({ topics: [topic], partitions: 1, replicas: 3 });
const metadata = await admin.metadata({ topics: [topic] });
const { id: topicId, partitions } = metadata.topics.get(topic);
await admin.close();

const producer = new Producer({ ...options, serializers: stringSerializers, idempotent: true });
const messages = ['one', 'two'].map((value) => ({ topic, key: 'k', value }));
await producer.send({ messages });
await producer.close();

const consumer = new Consumer({ ...options, groupId: 'unused' });
const { leader, leaderEpoch } = partitions[0];
const wanted = {
  partition: 0,
  currentLeaderEpoch: leaderEpoch,
  fetchOffset: 0n,
  lastFetchedEpoch: -1,
  partitionMaxBytes: 1024 * 1024,
};
const fetched = await consumer.fetch({
  node: leader,
  topics: [{ topicId, partitions: [wanted] }],
  maxWaitTime: 5000,
});
await consumer.close();

const [{ errorCode, records }] = fetched.responses[0].partitions;
const values = records.flatMap((batch) => batch.records.map(({ value }) => value.toString()));
console.log(JSON.stringify({ topics: [...metadata.topics.keys()], errorCode, values }));
