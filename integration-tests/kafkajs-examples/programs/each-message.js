const { Kafka, logLevel } = require('kafkajs');

const topic = `greetings-${process.env.RUN}`;
const groupId = `readers-${process.env.RUN}`;
const kafka = new Kafka({
  clientId: 'example',
  brokers: process.env.BROKERS.split(','),
  logLevel: logLevel.NOTHING,
});

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });

  const producer = kafka.producer();
  await producer.connect();
  await producer.send({
    topic,
    messages: ['en:hello', 'fr:bonjour', 'de:hallo', 'es:hola'].map((text) => ({
      key: text.slice(0, 2),
      value: text.slice(3),
      headers: { length: String(text.length) },
      timestamp: '1700000000000',
    })),
  });

  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let left = 4;
  const finished = new Promise((resolve) => {
    consumer.run({
      eachMessage: async ({ partition, message, heartbeat }) => {
        const { key, value, headers, offset, timestamp } = message;
        console.log(partition, offset, timestamp, `${key}=${value}`, `${headers.length}`);
        await heartbeat();
        if (--left === 0) resolve();
      },
    });
  });
  await finished;
  await consumer.disconnect();

  const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
  console.log('committed', JSON.stringify(partitions));

  // Who joins later goes on behind that.
  await producer.send({ topic, messages: [{ key: 'it', value: 'ciao' }] });
  const next = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await next.connect();
  await next.subscribe({ topic: new RegExp(`^greetings-${process.env.RUN}$`) });
  await new Promise((resolve) => {
    next.run({
      eachMessage: async ({ message }) => {
        console.log('later', message.offset, message.value.toString());
        resolve();
      },
    });
  });
  await next.disconnect();
  await producer.disconnect();
  await admin.disconnect();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
