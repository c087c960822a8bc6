import { Produce } from '../../../client/protocol/messages/produce';
import { InitProducerId } from '../../../client/protocol/messages/init-producer-id';
import { ErrorCode } from '../../../client/protocol/error-codes';
import { RecordBatchBuilder, type ProducerStamp } from '../../../client/records';
import { RawClient } from '../../harness/raw-client';
import { readIntegers } from '../../harness/raw-topics';
import type { Drill, Stage } from '../drill';
import { failoverBudget } from './moves';

const TOPIC = 'twice';

/** One batch of one record, signed by hand. */
function batch(value: number, producer: ProducerStamp): Buffer {
  const builder = new RecordBatchBuilder({ producer });
  builder.tryAppend(Date.now(), null, String(value));
  return Buffer.from(builder.build());
}

/** Sends it to whoever leads, until there is an answer that is none of a broker on the move. */
async function send(stage: Stage, records: Buffer): Promise<{ error: number; offset: number }> {
  let answer: { error: number; offset: number } | undefined;
  await stage.until('there is an answer', async () => {
    const client = await leadersClient(stage);
    try {
      const { responses } = await client.request(Produce, {
        acks: -1,
        timeoutMs: 5000,
        topicData: [{ name: TOPIC, partitionData: [{ index: 0, records }] }],
      });
      const { errorCode, baseOffset } = responses[0]!.partitionResponses[0]!;
      answer = { error: errorCode, offset: baseOffset };
      return !ON_THE_MOVE.includes(errorCode);
    } finally {
      await client.close();
    }
  });
  return answer!;
}

const ON_THE_MOVE: readonly number[] = [
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ErrorCode.REQUEST_TIMED_OUT,
];

async function leadersClient({ cluster, view }: Stage): Promise<RawClient> {
  const leader = await view.leader(TOPIC, 0);
  return RawClient.connect(cluster.bootstrap[leader - 1]!);
}

/** The same requests again and again, at one leader and the next: each batch is there once. */
export const replayed: Drill = {
  id: 'D25',
  name: 'replayed-requests',
  title: 'Produce requests are sent again, by two processes of one id, also after a failover.',
  budget: { unavailabilityMs: failoverBudget(4000) },
  async faults(stage) {
    const { cluster, view, workload, until } = stage;
    const admin = workload.client('twice').admin();
    await admin.createTopics([{ topic: TOPIC, numPartitions: 1, replicationFactor: 3 }]);
    await admin.close();
    const client = await leadersClient(stage);
    const given = await client.request(InitProducerId, {
      transactionalId: null,
      transactionTimeoutMs: 60_000,
    });
    await client.close();
    const { producerId, producerEpoch } = given;
    const signed = (value: number, baseSequence: number, epoch = producerEpoch): Buffer =>
      batch(value, { producerId, producerEpoch: epoch, baseSequence });
    const expect = async (what: string, records: Buffer, wanted: number | 'refused') => {
      const { error, offset } = await send(stage, records);
      const told = error === 0 ? offset : 'refused';
      if (told !== wanted) throw new Error(`${what}: ${told} (error ${error}), not ${wanted}.`);
    };
    const five = [0, 1, 2, 3, 4].map((value) => signed(value, value));
    for (const [value, records] of five.entries()) await expect('a new batch', records, value);
    for (const [value, records] of five.entries()) await expect('a batch again', records, value);
    await expect('a gap', signed(99, 7), 'refused');

    const leader = cluster.broker(await view.leader(TOPIC, 0));
    await leader.kill();
    await until('another leads', async () => (await view.leader(TOPIC, 0)) !== leader.id);
    for (const [value, records] of five.entries()) {
      await expect('a batch again, after the failover', records, value);
    }
    await expect('the next batch', signed(5, 5), 5);
    await leader.start();
    await expect('a new epoch', signed(6, 0, producerEpoch + 1), 6);
    await expect('the old epoch', signed(98, 6), 'refused');
  },
  async checks(stage) {
    const client = await leadersClient(stage);
    const found = (await readIntegers(client, TOPIC, 0)).map(({ value }) => value);
    await client.close();
    const wanted = [0, 1, 2, 3, 4, 5, 6];
    return String(found) === String(wanted) ? [] : [`${TOPIC} holds ${found.join(', ')}`];
  },
};
