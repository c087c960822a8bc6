const { Kafka, logLevel } = require('kafkajs');

const topic = `measurements-${process.env.RUN}`;
const groupId = `averages-${process.env.RUN}`;
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
  const messages = Array.from({ length: 20 }, (_, i) => ({ value: String(i) }));
  await producer.send({ topic, messages });

  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });

  let sum = 0;
  let resolved = 0;
  await new Promise((resolve) => {
    consumer.run({
      eachBatchAutoResolve: false,
      autoCommitThreshold: 5,
      eachBatch: async (payload) => {
        const { batch, resolveOffset, heartbeat, commitOffsetsIfNecessary } = payload;
        for (const message of batch.messages) {
          if (!payload.isRunning() || payload.isStale()) break;
          // Only the first fifteen are of interest.
          if (resolved === 15) break;
          sum += Number(message.value.toString());
          resolveOffset(message.offset);
          resolved++;
          await commitOffsetsIfNecessary();
          await heartbeat();
        }
        const [pending] = payload.uncommittedOffsets().topics;
        console.log('uncommitted', pending === undefined ? 'none' : pending.partitions.length);
        if (resolved < 15) return;
        await commitOffsetsIfNecessary({
          topics: [{ topic, partitions: [{ partition: 0, offset: '15' }] }],
        });
        consumer.pause([{ topic }]);
        resolve();
      },
    });
  });
  console.log('sum', sum, 'resolved', resolved);
  await consumer.disconnect();
  const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
  console.log('committed', JSON.stringify(partitions));
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
