const { Kafka, CompressionTypes, logLevel } = require('kafkajs');

const topic = `orders-${process.env.RUN}`;
const kafka = new Kafka({
  clientId: 'example',
  brokers: process.env.BROKERS.split(','),
  logLevel: logLevel.NOTHING,
});

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
  await admin.disconnect();

  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();

  const sent = await producer.send({
    topic,
    messages: [
      { key: 'amsterdam', value: 'tulips' },
      { key: 'berlin', value: 'bread', headers: { source: 'web', tags: ['a', 'b'] } },
      { key: 'cairo', value: 'dates', timestamp: '1700000000000' },
      { value: 'to partition 2', partition: 2 },
    ],
  });
  for (const { topicName, partition, errorCode, baseOffset } of sort(sent)) {
    console.log('send', topicName === topic, partition, errorCode, baseOffset);
  }

  const batch = await producer.sendBatch({
    acks: -1,
    compression: CompressionTypes.GZIP,
    topicMessages: [
      { topic, messages: [{ key: 'amsterdam', value: 'cheese' }] },
      { topic, messages: [{ key: 'amsterdam', value: null }] },
    ],
  });
  for (const { partition, baseOffset } of batch) console.log('sendBatch', partition, baseOffset);

  try {
    await producer.send({ topic, messages: [{ key: 'no value' }] });
  } catch (error) {
    console.log(error.name, error.retriable);
  }
  await producer.disconnect();
  try {
    await producer.send({ topic, messages: [{ value: 'too late' }] });
  } catch (error) {
    console.log(error.name, error.message);
  }
}

function sort(records) {
  return [...records].sort((a, b) => a.partition - b.partition);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
