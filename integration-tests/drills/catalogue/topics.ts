import { existsSync, readdirSync } from 'node:fs';
import type { Drill } from '../drill';
import {
  controllerOf,
  failoverBudget,
  othersThan,
  untilAnotherControls,
  untilInSync,
} from './moves';

const SESSION_MS = 4000;

const controllerKills: Drill = {
  id: 'D21',
  name: 'controller-kill-in-work',
  title: 'The controller is killed again and again while topics are made, moved and deleted.',
  workload: { churn: true, partitions: 4 },
  budget: { unavailabilityMs: 2 * failoverBudget(SESSION_MS) },
  async faults(stage) {
    for (let round = 0; round < 4; round++) {
      await stage.wait(stage.random.int(0, 2000));
      const controller = await controllerOf(stage);
      await controller.kill();
      stage.tell(`${controller.name}, the controller, is dead`);
      await untilAnotherControls(stage, controller);
      await stage.wait(stage.random.int(0, 1000));
      await controller.start();
      await untilInSync(stage);
    }
  },
};

const TOPIC = 'phoenix';
const RECORDS = 200;

/** What was in a topic that was deleted must never be in the next one of its name. */
const recreated: Drill = {
  id: 'D22',
  name: 'deleted-and-recreated',
  title: 'A topic is deleted and made again while a broker with its old records is down.',
  needs: ['files'],
  // Two of three are down for a while, which is one too many.
  budget: { unavailabilityMs: 2 * failoverBudget(SESSION_MS) },
  async faults(stage) {
    const { workload, random, tell, until, view } = stage;
    const client = workload.client('phoenix');
    const admin = client.admin();
    const producer = client.producer();
    const topic = { topic: TOPIC, numPartitions: 2, replicationFactor: 3 };
    const send = (value: string): Promise<unknown> =>
      producer.send({
        topic: TOPIC,
        messages: Array.from({ length: RECORDS }, (_, i) => ({ value, partition: i % 2 })),
      });
    await admin.createTopics([topic]);
    await send('old');
    const first = await controllerOf(stage);
    const sleeper = random.pick(othersThan(stage, first));
    await sleeper.kill();
    // A deletion waits for everybody who holds a replica, as Kafka's does; whoever asks for it does not.
    await admin.deleteTopics([TOPIC]);
    if (!(await view.topics()).includes(TOPIC)) throw new Error('The deletion did not wait.');
    await first.kill();
    tell(`${first.name}, which was deleting, is dead`);
    await untilAnotherControls(stage, first);
    await Promise.all([sleeper.start(), first.start()]);
    await until('the name is free', async () => !(await view.topics()).includes(TOPIC));
    tell('deleted');
    await admin.createTopics([topic]);
    await send('new');
    await untilInSync(stage);
    await producer.close();
    await admin.close();
  },
  async checks(stage) {
    const { workload, cluster, until } = stage;
    const problems: string[] = [];
    const consumer = workload.client('phoenix').consumer({ autoOffsetReset: 'earliest' });
    await consumer.assign({ topic: TOPIC, offset: 'earliest' });
    const values = new Map<string, number>();
    await until(`${RECORDS} new records are read`, async () => {
      for (const { records } of await consumer.poll(500)) {
        for (const { value } of records) {
          values.set(String(value), (values.get(String(value)) ?? 0) + 1);
        }
      }
      return (values.get('new') ?? 0) >= RECORDS;
    });
    await consumer.close();
    if (values.get('old')) problems.push(`${values.get('old')} old records in the new topic`);
    if (values.get('new') !== RECORDS) problems.push(`${values.get('new')} new records`);
    for (const { name, dataDirectory } of cluster.brokers) {
      if (!existsSync(dataDirectory)) continue;
      const mine = readdirSync(dataDirectory).filter((entry) => /^phoenix-\d+$/.test(entry));
      if (mine.length !== 2) problems.push(`${name} has ${mine.join(', ')}`);
    }
    return problems;
  },
};

/** Replies of ZooKeeper are lost: what was asked for may or may not have been done. */
const lostReplies: Drill = {
  id: 'D34',
  name: 'lost-replies-of-zookeeper',
  title: "ZooKeeper's replies to the controller are cut off, again and again.",
  needs: ['tear'],
  cluster: { sessionTimeoutMs: 8000 },
  workload: { churn: true, partitions: 4 },
  budget: { unavailabilityMs: 2 * failoverBudget(8000) },
  async faults(stage) {
    const { cluster, random, wait, tell } = stage;
    for (let round = 0; round < 25; round++) {
      const controller = await controllerOf(stage);
      for (const { id: server } of cluster.servers) {
        await cluster.network.tear({ server }, { broker: controller.id }, random.int(0, 60));
      }
      await wait(random.int(200, 900));
      if (round % 10 !== 9) continue;
      const victim = random.pick(othersThan(stage, controller));
      await victim.kill();
      tell(`${victim.name} is dead`);
      await victim.start();
    }
    await cluster.network.heal();
    await untilInSync(stage);
  },
};

export const topics = [controllerKills, recreated, lostReplies];
