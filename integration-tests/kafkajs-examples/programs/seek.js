const { Kafka, logLevel } = require('kafkajs');

const topic = `letters-${process.env.RUN}`;
const groupId = `spellers-${process.env.RUN}`;
const kafka = new Kafka({
  clientId: 'example',
  brokers: process.env.BROKERS.split(','),
  logLevel: logLevel.NOTHING,
});

async function main() {
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await producer.send({ topic, messages: [...'abcdef'].map((value) => ({ value })) });

  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  try {
    consumer.seek({ topic, partition: 0, offset: '4' });
  } catch (error) {
    console.log(error.name, error.message);
  }
  const seen = [];
  const finished = new Promise((resolve) => {
    consumer.run({
      eachMessage: async ({ message }) => {
        seen.push(message.value.toString());
        // Behind the end of the first pass: once more from the third letter on.
        if (seen.length === 2) consumer.seek({ topic, partition: 0, offset: '2' });
        if (seen.length === 6) resolve();
      },
    });
  });
  consumer.seek({ topic, partition: 0, offset: '4' });
  await finished;
  console.log(seen.join(''));
  await consumer.disconnect();

  const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
  console.log('committed', JSON.stringify(partitions));
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
