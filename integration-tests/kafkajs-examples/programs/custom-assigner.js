const { Kafka, AssignerProtocol, logLevel } = require('kafkajs');
const { Buffer } = require('node:buffer');

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
const topic = `shards-${process.env.RUN}`;
const kafka = new Kafka({
  clientId: 'example',
  brokers: process.env.BROKERS.split(','),
  logLevel: logLevel.NOTHING,
});

// The member that says "large" gets three partitions, the other one the rest.
const bySize =
  (size) =>
  ({ cluster }) => ({
    name: 'BySize',
    version: 1,
    async assign({ members, topics }) {
      const sizeOf = ({ memberMetadata }) =>
        MemberMetadata.decode(memberMetadata).userData.toString();
      const order = [...members].sort((a, b) => sizeOf(a).localeCompare(sizeOf(b)));
      return order.map((member, index) => {
        const assignment = {};
        for (const of of topics) {
          const partitions = cluster.findTopicPartitionMetadata(of).map((one) => one.partitionId);
          partitions.sort((a, b) => a - b);
          const large = order.length === 1 ? partitions : partitions.slice(0, 3);
          assignment[of] = index === 0 ? large : partitions.slice(3);
        }
        return {
          memberId: member.memberId,
          memberAssignment: MemberAssignment.encode({
            version: this.version,
            assignment,
            userData: Buffer.from(''),
          }),
        };
      });
    },
    protocol({ topics }) {
      return {
        name: this.name,
        metadata: MemberMetadata.encode({
          version: this.version,
          topics,
          userData: Buffer.from(size),
        }),
      };
    },
  });

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 4 }] });

  const latest = {};
  let settled;
  const both = new Promise((resolve) => (settled = resolve));
  const start = async (size) => {
    const consumer = kafka.consumer({
      groupId: `sized-${process.env.RUN}`,
      partitionAssigners: [bySize(size)],
      maxWaitTimeInMs: 100,
      heartbeatInterval: 200,
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      latest[size] = payload.memberAssignment[topic] || [];
      const { large = [], small = [] } = latest;
      if (large.length === 3 && small.length === 1) settled(payload.groupProtocol);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    await consumer.run({ eachMessage: async () => {} });
    return consumer;
  };
  const consumers = [await start('large'), await start('small')];
  console.log('protocol', await both);
  console.log(JSON.stringify({ large: latest.large, small: latest.small }));
  const { state, members, protocol } = await consumers[0].describeGroup();
  console.log(state, protocol, members.length);
  for (const { memberAssignment } of members) {
    const { assignment } = MemberAssignment.decode(memberAssignment);
    if (assignment[topic].length === 1) console.log('small has', assignment[topic][0]);
  }
  await Promise.all(consumers.map((consumer) => consumer.disconnect()));
  await admin.disconnect();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
