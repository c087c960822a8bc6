// Reads so many records of a topic in a group with @platformatic/kafka, commits, and leaves; prints
// as JSON what it read and what groups it saw.
// Arguments: group, topic, number of records, bootstrap brokers.
import { Admin, Consumer, stringDeserializers } from '@platformatic/kafka';
import process from 'node:process';

const [groupId, topic, count, ...bootstrapBrokers] = process.argv.slice(2);
const consumer = new Consumer({
  clientId: 'platformatic',
  groupId,
  bootstrapBrokers,
  deserializers: stringDeserializers,
});
const stream = await consumer.consume({
  topics: [topic],
  mode: 'committed',
  fallbackMode: 'earliest',
  autocommit: false,
  maxWaitTime: 200,
});
const values = [];
for await (const message of stream) {
  values.push(`${message.partition}/${message.value}`);
  await message.commit();
  if (values.length === Number(count)) break;
}
const admin = new Admin({ clientId: 'platformatic', bootstrapBrokers });
const groups = await admin.describeGroups({ groups: [groupId] });
const { state, protocolType, members } = groups.get(groupId);
await admin.close();
await consumer.close(true);
console.log(JSON.stringify({ values, state, protocolType, members: members.size }));
