const { Kafka, logLevel } = require('kafkajs');

const topic = `signals-${process.env.RUN}`;
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
  await producer.send({ topic, messages: ['a', 'b', 'c'].map((value) => ({ value })) });

  const consumer = kafka.consumer({
    groupId: `listeners-${process.env.RUN}`,
    maxWaitTimeInMs: 100,
    heartbeatInterval: 100,
    retry: { retries: 0, initialRetryTime: 50, restartOnFailure: async () => false },
  });
  const { CONNECT, DISCONNECT, STOP, CRASH, GROUP_JOIN, HEARTBEAT } = consumer.events;
  const { START_BATCH_PROCESS, END_BATCH_PROCESS, COMMIT_OFFSETS } = consumer.events;
  const first = {};
  const seen = (type) => new Promise((resolve) => consumer.on(type, resolve));
  for (const type of [CONNECT, GROUP_JOIN, START_BATCH_PROCESS, END_BATCH_PROCESS]) {
    first[type] = seen(type);
  }
  for (const type of [COMMIT_OFFSETS, HEARTBEAT, STOP, DISCONNECT, CRASH]) first[type] = seen(type);
  try {
    consumer.on('consumer.nonsense', () => {});
  } catch (error) {
    console.log(error.name);
  }

  await consumer.connect();
  console.log((await first[CONNECT]).type);
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let fail = false;
  await consumer.run({
    eachMessage: async () => {
      if (fail) throw new Error('the handler is broken');
    },
  });
  const { payload: join } = await first[GROUP_JOIN];
  console.log(
    'join',
    join.isLeader,
    join.groupProtocol,
    JSON.stringify(join.memberAssignment[topic]),
  );
  console.log('member', join.memberId === join.leaderId, join.memberId.startsWith('example-'));
  const { payload: batch } = await first[START_BATCH_PROCESS];
  console.log('batch', batch.partition, batch.highWatermark, batch.batchSize);
  console.log('offsets', batch.firstOffset, batch.lastOffset, batch.offsetLag, batch.offsetLagLow);
  const { payload: done } = await first[END_BATCH_PROCESS];
  console.log('done', done.lastOffset, typeof done.duration);
  const { payload: commit } = await first[COMMIT_OFFSETS];
  const [{ partition, offset }] = commit.topics[0].partitions;
  console.log('commit', Number(partition), offset);
  const { payload: beat } = await first[HEARTBEAT];
  console.log('heartbeat', beat.memberId === join.memberId, beat.groupGenerationId);

  fail = true;
  await producer.send({ topic, messages: [{ value: 'd' }] });
  const { payload: crash } = await first[CRASH];
  console.log('crash', crash.error.name, crash.error.message, crash.restart);
  console.log((await first[STOP]).type, (await first[DISCONNECT]).type);
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
