import { AdminError, Kafka } from '../../../client';
import type { StartContext } from '../start-context';
import type { Step } from '../step';

const TOPIC = 'user_clicks';
const PARTITIONS = 3;

/** Creates the topic, or uses the one of an earlier start. Sets `demo`. */
export const topicStep: Step<StartContext> = {
  title: `Creating topic ${TOPIC}`,
  run: async (context) => {
    const kafka = new Kafka({
      brokers: context.bootstrapServer!.split(','),
      clientId: 'npm-start',
    });
    const admin = kafka.admin();
    try {
      const created = await admin
        .createTopics([{ topic: TOPIC, numPartitions: PARTITIONS }])
        .then(() => true, ifThere);
      const [{ partitions }] = await admin.describeTopics([TOPIC]);
      // What an earlier start has left is not read again.
      const starts = await admin.listOffsets(
        partitions.map(({ partition }) => ({ topic: TOPIC, partition })),
      );
      context.demo = { kafka, topic: TOPIC, starts };
      const count = `${partitions.length} partitions`;
      const copies = partitions[0]?.replicas.length ?? 1;
      if (created) return `Topic ${TOPIC} is created with ${count}, each on ${copies} brokers`;
      const records = starts.reduce((sum, { offset }) => sum + offset, 0);
      return `Topic ${TOPIC} is there from earlier, with ${count} and ${records} records`;
    } finally {
      await admin.close();
    }
  },
};

function ifThere(error: unknown): false {
  if (error instanceof AdminError && error.code === 'TOPIC_ALREADY_EXISTS') return false;
  throw error;
}
