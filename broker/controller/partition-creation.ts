import {
  topicPartitionKey,
  ZkError,
  type CreatedPartitions,
  type NewPartition,
} from '../../zk-coordination';
import type { ControlledPartition } from './controlled-partition';
import type { ControllerTerm } from './controller-term';
import { firstState } from './elections';
import { settlePartition } from './partition-state-machine';
import { assertNotSuperseded } from './state-changes';

/**
 * Gives new partitions their first state: the first live replica leads, all live ones are in sync.
 * Those without a live replica stay new and are tried again when a broker joins. The brokers are
 * not told yet.
 *
 * @returns the partitions created now, and those that turn out to have a state already, which is
 *   taken over
 */
export async function createPartitions(
  term: ControllerTerm,
  partitions: readonly ControlledPartition[],
): Promise<{ created: ControlledPartition[]; existing: ControlledPartition[] }> {
  const { env, context } = term;
  const wanted = partitions.flatMap((partition) => {
    const state = firstState(
      partition.assignment.replicas,
      ableToLead(term, partition),
      term.epoch,
    );
    if (!state) {
      const { topic, partition: index } = partition;
      env.logger.warn(
        { event: 'partition-without-replicas', topic, partition: index },
        `No broker of the new partition ${topic}-${index} is alive; it waits for one.`,
      );
    }
    return state ? [{ topic: partition.topic, partition: partition.partition, state }] : [];
  });
  const done = await term.during(createStates(term, wanted));
  const reads = await term.during(env.stores.states.getMany([...done.created, ...done.existing]));
  const take = (list: CreatedPartitions['created']): ControlledPartition[] =>
    list.flatMap((one) => {
      const partition = context.partition(one);
      const state = reads.get(topicPartitionKey(one));
      if (!partition || !state) return [];
      assertNotSuperseded(term, state);
      partition.state = state;
      settlePartition(partition, env.logger);
      return [partition];
    });
  return { created: take(done.created), existing: take(done.existing) };
}

/** Those that could lead: the brokers that are shutting down only when there is nobody else. */
function ableToLead({ context }: ControllerTerm, partition: ControlledPartition): Set<number> {
  const live = context.liveReplicas(partition);
  const staying = new Set([...live].filter((id) => !context.shuttingDown.has(id)));
  return staying.size > 0 ? staying : live;
}

/** A topic that is gone meanwhile takes nobody else's partitions with it. */
async function createStates(
  term: ControllerTerm,
  wanted: readonly NewPartition[],
): Promise<CreatedPartitions> {
  const { states } = term.env.stores;
  if (wanted.length === 0) return { created: [], existing: [] };
  try {
    return await states.createMany(wanted, term.writer);
  } catch (error) {
    if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
  }
  const created: CreatedPartitions['created'][number][] = [];
  const existing: CreatedPartitions['existing'][number][] = [];
  for (const topic of new Set(wanted.map((one) => one.topic))) {
    const ofTopic = wanted.filter((one) => one.topic === topic);
    try {
      const done = await term.during(states.createMany(ofTopic, term.writer));
      created.push(...done.created);
      existing.push(...done.existing);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
      term.env.logger.info(
        { event: 'topic-gone', topic },
        `Topic ${topic} went before it had its partitions.`,
      );
    }
  }
  return { created, existing };
}
