import type { StoredTopic } from '../../zk-coordination';
import { tellEverybody, tellGone, tellReplicas } from './announcements';
import type { ControlledPartition } from './controlled-partition';
import { addPartition, controlledTopic, type ControlledTopic } from './controlled-topic';
import type { ControllerTerm } from './controller-term';
import { reelect } from './leader-elections';
import { createPartitions } from './partition-creation';
import { movePartition } from './partition-state-machine';
import { moveReplicas } from './replica-state-machine';

/** The list of topics has changed: new ones are taken under control, others forgotten. */
export async function onTopicsChanged(
  term: ControllerTerm,
  names: readonly string[],
): Promise<void> {
  const { context } = term;
  const listed = new Set(names);
  for (const topic of [...context.topics.values()]) {
    if (!listed.has(topic.name)) forgetTopic(term, topic);
  }
  const fresh = names.filter((name) => !context.topics.has(name));
  if (fresh.length > 0) await adopt(term, await term.topicWatch.follow(fresh));
}

/** A topic's znode has changed: partitions were added, or it is another topic of the same name. */
export async function onTopicChanged(
  term: ControllerTerm,
  name: string,
  stored: StoredTopic | null,
): Promise<void> {
  const topic = term.context.topics.get(name);
  // A topic that is gone, or not known yet, is told by the list of topics.
  if (!topic || !stored || stored.czxid < topic.czxid) return;
  if (stored.czxid > topic.czxid) {
    forgetTopic(term, topic);
    await adopt(term, await term.topicWatch.follow([name]));
    return;
  }
  if (stored.version <= topic.version) return;
  topic.version = stored.version;
  if (term.context.isToBeDeleted(name)) return;
  const added = [...stored.partitions]
    .filter(([partition]) => !topic.partitions.has(partition))
    .map(([partition, assignment]) => addPartition(topic, partition, assignment));
  if (added.length > 0) await bringUp(term, added);
}

/** The topic is gone: nobody hears of it any more, nobody is told about it but this once. */
export function forgetTopic(term: ControllerTerm, topic: ControlledTopic): void {
  const { context } = term;
  context.topics.delete(topic.name);
  for (const partition of topic.partitions.values()) {
    for (const id of partition.assignment.replicas) context.forgetFailedReplica(partition, id);
  }
  term.topicWatch.unfollow(topic.name);
  tellGone(term, topic);
}

async function adopt(term: ControllerTerm, stored: readonly StoredTopic[]): Promise<void> {
  const topics = stored.map((one) => controlledTopic(one));
  for (const topic of topics) {
    term.context.topics.set(topic.name, topic);
    const { name, partitions, topicId } = topic;
    term.env.logger.info(
      { event: 'topic-created', topic: name, partitions: partitions.size, topicId },
      `Topic ${name} has been created, with ${partitions.size} partitions.`,
    );
  }
  await bringUp(
    term,
    topics.flatMap(({ partitions }) => [...partitions.values()]),
  );
}

/** Partitions the controller has never heard of: first states, then the brokers. */
async function bringUp(
  term: ControllerTerm,
  partitions: readonly ControlledPartition[],
): Promise<void> {
  beginPartitions(term, partitions);
  const { created, existing } = await createPartitions(term, partitions);
  await reelect(term, existing, 'topic adopted');
  for (const partition of [...created, ...existing]) settleLiveReplicas(term, partition);
  tellReplicas(term, created, () => true);
  tellReplicas(term, existing);
  tellEverybody(term, [...created, ...existing]);
}

/** Partitions and their replicas enter their lives. */
export function beginPartitions(
  { context, env }: ControllerTerm,
  partitions: readonly ControlledPartition[],
): void {
  for (const partition of partitions) {
    movePartition(partition, 'new', env.logger);
    const replicas = partition.assignment.replicas.map((brokerId) => ({ partition, brokerId }));
    moveReplicas(context, replicas, 'new', env.logger);
  }
}

/** Replicas of a partition that has a state: online or offline, as their brokers are. */
export function settleLiveReplicas(
  { context, env }: ControllerTerm,
  partition: ControlledPartition,
): void {
  for (const brokerId of partition.assignment.replicas) {
    const life = context.isReplicaOnline(partition, brokerId) ? 'online' : 'offline';
    moveReplicas(context, [{ partition, brokerId }], life, env.logger);
  }
}
