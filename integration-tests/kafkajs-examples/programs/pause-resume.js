const { Kafka, logLevel } = require('kafkajs');

const topic = `jobs-${process.env.RUN}`;
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
  await producer.send({ topic, messages: [1, 2, 3, 4].map((n) => ({ value: `job ${n}` })) });

  const consumer = kafka.consumer({ groupId: `workers-${process.env.RUN}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let busy = false;
  let done = 0;
  await new Promise((resolve) => {
    consumer.run({
      eachMessage: async ({ message, pause }) => {
        if (busy) console.log('a job came while the partition was paused');
        console.log(message.value.toString());
        done++;
        if (done === 4) resolve();
        if (done !== 2) return;
        busy = true;
        const resume = pause();
        console.log('paused', JSON.stringify(consumer.paused()[0].partitions));
        setTimeout(() => {
          busy = false;
          resume();
          console.log('resumed', consumer.paused().length);
        }, 300);
      },
    });
  });
  consumer.pause([{ topic }]);
  console.log('paused', JSON.stringify(consumer.paused()[0].partitions));
  consumer.resume([{ topic }]);
  console.log('resumed', consumer.paused().length);
  await consumer.disconnect();
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
