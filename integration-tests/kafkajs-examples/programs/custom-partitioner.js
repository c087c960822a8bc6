const { Kafka, Partitioners, logLevel } = require('kafkajs');

const topic = `visits-${process.env.RUN}`;
const kafka = new Kafka({
  clientId: 'example',
  brokers: process.env.BROKERS.split(','),
  logLevel: logLevel.NOTHING,
});

// Important customers have a partition of their own.
const VipPartitioner = () => {
  const others = Partitioners.DefaultPartitioner();
  return ({ topic: of, partitionMetadata, message }) => {
    if (message.headers && message.headers.vip) return 0;
    const rest = partitionMetadata.filter(({ partitionId }) => partitionId !== 0);
    const chosen = others({ topic: of, partitionMetadata: rest, message });
    return rest[chosen % rest.length].partitionId;
  };
};

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 4 }] });

  const sendWith = async (createPartitioner) => {
    const producer = kafka.producer({ createPartitioner });
    await producer.connect();
    const found = [];
    for (const name of ['ada', 'bob', 'cleo', 'dan', 'eve']) {
      const headers = name === 'cleo' ? { vip: 'yes' } : {};
      const messages = [{ key: name, value: 'here', headers }];
      const [{ partition }] = await producer.send({ topic, messages });
      found.push(`${name}:${partition}`);
    }
    await producer.disconnect();
    return found.join(' ');
  };
  console.log('vip', await sendWith(VipPartitioner));
  console.log('default', await sendWith(Partitioners.DefaultPartitioner));
  console.log('legacy', await sendWith(Partitioners.LegacyPartitioner));
  await admin.disconnect();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
