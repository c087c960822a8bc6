import type { Admin } from '../../../client/admin';
import { KafkaClassicError } from '../../../client/runtime/error';
import type { CommandContext } from '../../cli/command';
import { awaitedBrokers } from './awaited-brokers';
import { describedTopics } from './describe-topics';
import { existingTopics, matchingTopics } from './find-topics';
import { formatTopic, topicAsJson } from './format-topic';
import { planDescription } from './partition-report';
import { parseReplicaAssignment } from './replica-assignment';
import type { TopicsAction, TopicsOptions } from './topics-options';

type Context = Pick<CommandContext<TopicsOptions>, 'options' | 'print' | 'note'>;

/** What kafka-topics does, by action. */
export const topicsActions: Record<
  TopicsAction,
  (admin: Admin, context: Context) => Promise<void>
> = { list, describe, create, alter, delete: remove };

async function list(admin: Admin, { options, print }: Context): Promise<void> {
  const topics = await matchingTopics(admin, options);
  if (options.json) print(JSON.stringify(topics));
  else topics.forEach(print);
}

async function describe(admin: Admin, { options, print, note }: Context): Promise<void> {
  if (options.topic !== undefined && options.topicId !== undefined) {
    note('Only the topic id is used when both --topic and --topic-id are specified.');
  }
  const topics = await describedTopics(admin, await existingTopics(admin, options));
  const { brokers } = await admin.describeCluster();
  const live = new Set(brokers.map(({ nodeId }) => nodeId));
  const planned = topics
    .map((topic) => ({ topic, plan: planDescription(topic, options, live) }))
    .filter(({ plan }) => plan.topicLine || plan.partitions.length > 0);
  if (options.json) {
    print(JSON.stringify(planned.map(({ topic, plan }) => topicAsJson(topic, plan))));
  } else {
    for (const { topic, plan } of planned) formatTopic(topic, plan).forEach(print);
  }
}

async function create(admin: Admin, { options, print }: Context): Promise<void> {
  const { topic = '', replicaAssignment, ifNotExists } = options;
  if (/[._]/.test(topic)) {
    print(
      "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore " +
        "('_') could collide. To avoid issues it is best to use either, but not both.",
    );
  }
  try {
    await admin.createTopics([
      {
        topic,
        numPartitions: options.partitions,
        replicationFactor: options.replicationFactor,
        assignments: replicaAssignment ? parseReplicaAssignment(replicaAssignment) : undefined,
        configs: options.config,
      },
    ]);
  } catch (error) {
    const exists = KafkaClassicError.is(error) && error.code === 'TOPIC_ALREADY_EXISTS';
    if (exists && ifNotExists) return;
    throw error;
  }
  print(`Created topic ${topic}.`);
}

async function alter(admin: Admin, { options }: Context): Promise<void> {
  const { partitions: count = 0, replicaAssignment } = options;
  const all = replicaAssignment ? parseReplicaAssignment(replicaAssignment) : undefined;
  const names = await existingTopics(admin, options);
  const topics = await admin.describeTopics(names);
  await admin.createPartitions(
    topics.map(({ name, partitions }) => ({
      topic: name,
      count,
      // The list names the brokers of all partitions; those of the present ones stay as they are.
      assignments: all?.slice(partitions.length),
    })),
  );
}

async function remove(admin: Admin, { options, note }: Context): Promise<void> {
  const names = await existingTopics(admin, options);
  const topics = await admin.describeTopics(names);
  await admin.deleteTopics(names);
  const { brokers } = await admin.describeCluster();
  const live = new Set(brokers.map(({ nodeId }) => nodeId));
  for (const topic of topics) {
    const awaited = awaitedBrokers(topic.partitions, live);
    if (awaited.length === 0) continue;
    const back = awaited.length === 1 ? `broker ${awaited[0]} is` : `brokers ${awaited.join()} are`;
    note(`Topic '${topic.name}' is marked for deletion; it goes when ${back} back.`);
  }
}
