const { Kafka, logLevel } = require('kafkajs');

const topic = `parcels-${process.env.RUN}`;
const groupId = `carriers-${process.env.RUN}`;
const kafka = new Kafka({
  clientId: 'example',
  brokers: process.env.BROKERS.split(','),
  logLevel: logLevel.NOTHING,
});
const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });

async function main() {
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await producer.send({ topic, messages: [1, 2, 3].map((n) => ({ value: `parcel ${n}` })) });
  await Promise.all([admin.disconnect(), producer.disconnect()]);

  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      console.log('picked up', message.value.toString());
      if (message.offset === '1') process.kill(process.pid, 'SIGTERM');
      await new Promise((resolve) => setTimeout(resolve, 200));
      console.log('delivered', message.value.toString());
    },
  });
}

for (const type of ['unhandledRejection', 'uncaughtException']) {
  process.on(type, async (error) => {
    console.error(type, error);
    await consumer.disconnect();
    process.exit(1);
  });
}
for (const type of ['SIGTERM', 'SIGINT', 'SIGUSR2']) {
  process.once(type, async () => {
    console.log(type);
    await consumer.disconnect();
    const admin = kafka.admin();
    await admin.connect();
    const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
    console.log('committed', partitions[0].offset);
    await admin.disconnect();
    process.exit(0);
  });
}

main();
