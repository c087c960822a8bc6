import { tellEverybody } from './announcements';
import { DURING_DELETE, type StopEntry } from './control-entry';
import type { ControlledReplica } from './controlled-partition';
import type { ControlledTopic } from './controlled-topic';
import type { ControllerTerm } from './controller-term';
import type { TermEvent } from './controller-events';
import { movePartition } from './partition-state-machine';
import { moveReplicas } from './replica-state-machine';
import { forgetTopic } from './topic-adoption';
import {
  deletionReplicas,
  isTopicBeingReassigned,
  lifeAfterAnswer,
  nextDeletionStep,
} from './topic-deletion-state';

/** Before replicas that a live broker could not delete are tried again. */
const RETRY_MS = 5_000;

/**
 * The wishes to delete topics have changed. They are read anew: what was fulfilled since the change
 * was seen must not be taken for a wish to delete a later topic of the same name.
 */
export async function onDeletionsChanged(term: ControllerTerm): Promise<void> {
  const { context, env } = term;
  const wished = await namesWished(term);
  // A deletion that has begun is not taken back with the wish for it.
  for (const name of [...context.topicsToDelete]) {
    const topic = context.topics.get(name);
    if (!wished.has(name) && !(topic && hasBegun(topic))) context.topicsToDelete.delete(name);
  }
  for (const name of wished) {
    if (env.configs.deleteTopicEnable()) {
      context.topicsToDelete.add(name);
    } else {
      await term.during(env.stores.deletions.unmark(name, term.writer));
    }
  }
  await resumeDeletions(term, false);
}

/**
 * Names of the topics that are to be deleted. A wish that names another topic than the one there is
 * was fulfilled for an earlier one; it is taken out, and so is one without a topic.
 */
async function namesWished(term: ControllerTerm): Promise<Set<string>> {
  const { deletions, topics } = term.env.stores;
  const wishes = await term.during(deletions.getMany(await term.during(deletions.list())));
  const unknown = wishes.map(({ topic }) => topic).filter((name) => !term.context.topics.has(name));
  const stored = await term.during(topics.getMany(unknown));
  const listed = new Set(unknown.length > 0 ? await term.during(topics.list()) : []);
  const wished = new Set<string>();
  for (const { topic: name, topicId } of wishes) {
    const known = term.context.topics.get(name) ?? stored.get(name);
    const isMeant = !known?.topicId || topicId === null || known.topicId === topicId;
    // One that is listed and yet not known is malformed, and can be deleted all the same.
    if (isMeant && (known || listed.has(name))) {
      wished.add(name);
      continue;
    }
    await term.during(deletions.unmark(name, term.writer));
    term.env.logger.info(
      { event: 'topic-deletion-void', topic: name, topicId },
      `The topic ${name} that was to be deleted is gone.`,
    );
  }
  return wished;
}

/** @param retry whether replicas whose deletion has failed are tried again */
export async function resumeDeletions(term: ControllerTerm, retry = true): Promise<void> {
  for (const name of [...term.context.topicsToDelete]) await advance(term, name, retry);
}

/** Brokers have deleted replicas, or could not. */
export async function onStopReplicaAnswered(
  term: ControllerTerm,
  { brokerId, brokerEpoch, results }: TermEvent & { type: 'stop-replica-answered' },
): Promise<void> {
  const { context, env } = term;
  if (!context.isCurrent(brokerId, brokerEpoch)) return;
  const topics = new Set<string>();
  for (const { error, ...name } of results) {
    const partition = context.partition(name);
    const replica = partition && { partition, brokerId };
    if (!replica || context.replicaLife(replica) !== 'deletion-started') continue;
    moveReplicas(context, [replica], lifeAfterAnswer(error), env.logger);
    topics.add(name.topic);
    if (error === null) continue;
    env.logger.warn(
      { event: 'replica-deletion-failed', ...name, broker: brokerId, error },
      `Broker ${brokerId} could not delete ${name.topic}-${name.partition}: ${error}.`,
    );
    if (error === 'KAFKA_STORAGE_ERROR') context.markDirectoryFailed(name, brokerId);
    else term.putLater({ type: 'deletions-resumed' }, RETRY_MS);
  }
  for (const name of topics) await advance(term, name, false);
}

/** Takes the deletion of a topic as far as it can go now. */
async function advance(term: ControllerTerm, name: string, retry: boolean): Promise<void> {
  const { context } = term;
  const topic = context.topics.get(name);
  if (!topic) return erase(term, name);
  for (let resumed = retry; ; resumed = false) {
    const reassigning = isTopicBeingReassigned(topic);
    const step = nextDeletionStep(deletionReplicas(topic, context), { reassigning, resumed });
    if (step.type === 'wait') {
      if (step.for !== 'answers') {
        term.env.logger.info(
          { event: 'topic-deletion-waits', topic: name, for: step.for },
          `The deletion of topic ${name} waits for ${step.for}.`,
        );
      }
      return;
    }
    if (step.type === 'erase') return erase(term, name, topic);
    begin(term, topic);
    setAside(term, step.ineligible);
    startDeleting(term, step.start);
  }
}

/** Nobody leads the topic's partitions from now on. */
function begin(term: ControllerTerm, topic: ControlledTopic): void {
  if (hasBegun(topic)) return;
  for (const partition of topic.partitions.values()) {
    movePartition(partition, 'offline', term.env.logger);
    movePartition(partition, 'nonexistent', term.env.logger);
  }
  tellEverybody(term, [...topic.partitions.values()]);
}

function hasBegun(topic: ControlledTopic): boolean {
  return [...topic.partitions.values()].some(({ life }) => life === 'nonexistent');
}

function setAside({ context, env }: ControllerTerm, replicas: readonly ControlledReplica[]): void {
  for (const replica of replicas) {
    const started = context.replicaLife(replica) === 'deletion-started';
    if (!started) moveReplicas(context, [replica], 'offline', env.logger);
    moveReplicas(context, [replica], 'deletion-ineligible', env.logger);
  }
}

function startDeleting(term: ControllerTerm, replicas: readonly ControlledReplica[]): void {
  const { context, env, outbox } = term;
  moveReplicas(context, replicas, 'offline', env.logger);
  const perBroker = new Map<number, StopEntry[]>();
  for (const replica of moveReplicas(context, replicas, 'deletion-started', env.logger)) {
    const { partition, brokerId } = replica;
    const entries = perBroker.get(brokerId) ?? [];
    entries.push({
      topic: partition.topic,
      partition: partition.partition,
      leaderEpoch: DURING_DELETE,
      deletePartition: true,
    });
    perBroker.set(brokerId, entries);
  }
  for (const [id, entries] of perBroker) outbox.stopReplicas(id, entries);
}

/**
 * The topic goes from ZooKeeper: its configs first, as a later topic of the name may have its own;
 * last the topic and the wish to delete it, in one write. A controller that dies on the way leaves
 * its successor both. Whoever waits for the deletion may create the topic anew when it hears of it,
 * so the brokers hear of it after that.
 */
async function erase(term: ControllerTerm, name: string, topic?: ControlledTopic): Promise<void> {
  const { context, env, writer } = term;
  const { configs, deletions } = env.stores;
  if (topic) term.topicWatch.unfollow(name);
  await term.during(configs.delete({ type: 'topics', name }, writer));
  await term.during(deletions.complete(name, writer));
  context.topicsToDelete.delete(name);
  if (topic) forgetTopic(term, topic);
  env.logger.info({ event: 'topic-deleted', topic: name }, `Topic ${name} is deleted.`);
}
