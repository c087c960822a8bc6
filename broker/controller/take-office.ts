import {
  topicPartitionKey,
  type BrokersChange,
  type LiveBroker,
  type PartitionStateRead,
} from '../../zk-coordination';
import { tellItsReplicas, tellMetadata } from './announcements';
import { takeBrokers } from './broker-changes';
import type { ControlledPartition } from './controlled-partition';
import { controlledTopic } from './controlled-topic';
import type { ControllerTerm } from './controller-term';
import { reelect } from './leader-elections';
import { createPartitions } from './partition-creation';
import { settlePartition } from './partition-state-machine';
import { isBeingReassigned } from './reassignment';
import { assertNotSuperseded } from './state-changes';
import { beginPartitions, settleLiveReplicas } from './topic-adoption';

/** Before leaders are moved back to where they belong for the first time. */
const FIRST_REBALANCE_MS = 5_000;

/**
 * Takes office (Kafka's `onControllerFailover`): watches first, so that nothing happens unseen;
 * then everything is read, leaders are elected where there are none, and every broker is told
 * everything. What the watches tell meanwhile is handled afterwards, the wishes to delete, reassign
 * and elect among it.
 *
 * Kafka tells everybody who lives before it tells anybody what to lead. Here brokers see in
 * ZooKeeper who lives, so one telling is enough.
 */
export async function takeOffice(term: ControllerTerm): Promise<void> {
  const { zk, logger } = term.env;
  const started = zk.clock.monotonic();
  await term.sync();
  const { brokers, topics } = await watch(term);
  takeBrokers(term, brokers);
  const reads = await load(term, topics);
  const all = [...term.context.partitions()];
  const changes = await reelect(
    term,
    all.filter(({ state }) => state !== undefined),
    'controller failover',
    (partition) => restartedSince(term, partition, reads),
  );
  const { created, existing } = await createPartitions(
    term,
    all.filter(({ state, topic }) => state === undefined && !term.context.isToBeDeleted(topic)),
  );
  await reelect(term, existing, 'controller failover');
  for (const partition of all) if (partition.state) settleLiveReplicas(term, partition);

  const isNew = new Set(created);
  tellItsReplicas(term, term.context.liveIds(), (partition) => isNew.has(partition));
  tellMetadata(term, term.context.liveIds());
  resumeWork(term);
  logger.info(
    {
      event: 'controller-failover-complete',
      controllerEpoch: term.epoch,
      ms: Math.round(zk.clock.monotonic() - started),
      brokers: term.context.brokers.size,
      topics: term.context.topics.size,
      partitions: all.length,
      elected: changes.length,
    },
    `Controller epoch ${term.epoch} has taken over ${all.length} partitions.`,
  );
}

/** What earlier controllers have begun, and what comes round again and again. */
function resumeWork(term: ControllerTerm): void {
  const moving = [...term.context.partitions()].filter(({ assignment }) =>
    isBeingReassigned(assignment),
  );
  if (moving.length > 0) term.put({ type: 'reassignments-advanced', partitions: moving });
  term.putLater({ type: 'leaders-to-rebalance' }, FIRST_REBALANCE_MS);
}

/** Sets every watch. @returns what there was at the start */
async function watch(term: ControllerTerm): Promise<{
  brokers: ReadonlyMap<number, LiveBroker>;
  topics: readonly string[];
}> {
  const { stores } = term.env;
  let alive: BrokersChange | undefined;
  const brokersSeen = new Promise<void>((resolve) => {
    const observer = stores.brokers.observe((change) => {
      alive ??= change;
      term.put({ type: 'brokers-changed', change });
      resolve();
    });
    term.onEnd(() => {
      observer.close();
      resolve();
    });
  });
  const topics = stores.topics.observeList(({ next }) =>
    term.put({ type: 'topics-changed', names: next ?? [] }),
  );
  const deletions = stores.deletions.observe(() => term.put({ type: 'deletions-changed' }));
  const cells = [
    topics,
    deletions,
    stores.logDirEvents.observe(() => term.put({ type: 'log-dirs-failed' })),
    stores.reassignments.observe(({ next: requests }) => {
      if (requests) term.put({ type: 'reassignment-wished', requests });
    }),
    stores.preferredElections.observe(({ next: election }) => {
      if (election) term.put({ type: 'preferred-election-wished', election });
    }),
  ];
  term.onEnd(() => {
    for (const cell of cells) cell.close();
  });
  const firsts = Promise.all([brokersSeen, ...cells.map(({ first }) => first)]);
  await term.during(firsts);
  for (const name of deletions.current?.children ?? []) {
    if (term.env.configs.deleteTopicEnable()) term.context.topicsToDelete.add(name);
  }
  return {
    brokers: alive?.brokers ?? new Map<number, LiveBroker>(),
    topics: topics.current?.children ?? [],
  };
}

/** Reads all topics and the states of all partitions into the context. */
async function load(
  term: ControllerTerm,
  names: readonly string[],
): Promise<Map<string, PartitionStateRead>> {
  const { context, env } = term;
  for (const stored of await term.topicWatch.follow(names)) {
    context.topics.set(stored.name, controlledTopic(stored));
  }
  const partitions = [...context.partitions()];
  const reads = await term.during(env.stores.states.readMany(partitions));
  beginPartitions(term, partitions);
  for (const partition of partitions) {
    const read = reads.get(topicPartitionKey(partition));
    if (!read) continue;
    assertNotSuperseded(term, read.state);
    partition.state = read.state;
    settlePartition(partition, env.logger);
  }
  return reads;
}

/**
 * Brokers that have been restarted since the state was written: nobody knows whether an earlier
 * controller has noticed.
 */
function restartedSince(
  { context }: ControllerTerm,
  partition: ControlledPartition,
  reads: ReadonlyMap<string, PartitionStateRead>,
): Set<number> {
  const writtenIn = reads.get(topicPartitionKey(partition))?.writtenIn ?? 0n;
  const restarted = partition.assignment.replicas.filter((id) => {
    const broker = context.brokers.get(id);
    return broker !== undefined && broker.epoch > writtenIn;
  });
  return new Set(restarted);
}
