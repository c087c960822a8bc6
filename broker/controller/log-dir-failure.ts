import { tellEverybody, tellItsReplicas, tellReplicas } from './announcements';
import type { ControlledPartition } from './controlled-partition';
import type { TermEvent } from './controller-events';
import type { ControllerTerm } from './controller-term';
import { reelect } from './leader-elections';
import { moveReplicas } from './replica-state-machine';

/**
 * Brokers say that they have lost log directories. Which replicas were there they are asked by
 * sending them all their instructions again: those for lost replicas are answered with
 * KAFKA_STORAGE_ERROR.
 */
export async function onLogDirsFailed(term: ControllerTerm): Promise<void> {
  const { env, context, writer } = term;
  const { logDirEvents } = env.stores;
  const events = await term.during(logDirEvents.list());
  if (events.length === 0) return;
  const brokers = new Set(events.flatMap(({ brokerId }) => brokerId ?? []));
  tellItsReplicas(
    term,
    [...brokers].filter((id) => context.brokers.has(id)),
  );
  await term.during(logDirEvents.delete(events, writer));
}

/** A broker could not do as it was told with some partitions. */
export async function onLeaderAndIsrAnswered(
  term: ControllerTerm,
  { brokerId, brokerEpoch, results }: TermEvent & { type: 'leader-and-isr-answered' },
): Promise<void> {
  const { context, env } = term;
  if (!context.isCurrent(brokerId, brokerEpoch)) return;
  const lost: ControlledPartition[] = [];
  for (const { error, ...name } of results) {
    const partition = context.partition(name);
    if (!partition?.assignment.replicas.includes(brokerId)) continue;
    if (error !== 'KAFKA_STORAGE_ERROR' || !context.isReplicaOnline(name, brokerId)) continue;
    context.markDirectoryFailed(name, brokerId);
    if (partition.life !== 'nonexistent') lost.push(partition);
  }
  if (lost.length === 0) return;
  env.logger.warn(
    { event: 'replicas-offline', broker: brokerId, partitions: lost.length },
    `Broker ${brokerId} has lost ${lost.length} replicas with a log directory.`,
  );
  moveReplicas(
    context,
    lost.map((partition) => ({ partition, brokerId })),
    'offline',
    env.logger,
  );
  const changes = await reelect(term, lost, `broker ${brokerId} lost a log directory`);
  tellReplicas(
    term,
    changes.map(({ partition }) => partition),
  );
  // Also where nothing was decided: clients are told which replicas are offline.
  tellEverybody(term, lost);
}
