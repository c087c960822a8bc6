import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { ControlledShutdown } from '../../client/protocol/messages/controlled-shutdown';
import { tellEverybody, tellReplicas } from './announcements';
import type { ControlledPartition } from './controlled-partition';
import type { ControllerTerm } from './controller-term';
import { withoutReplicas } from './elections';
import { electLeaders } from './leader-elections';
import { moveReplicas } from './replica-state-machine';
import { changeStates } from './state-changes';

/**
 * A broker is about to stop: others lead its partitions from now on, and it is in no ISR any more
 * where others are. It gets nothing to lead until it is back (Kafka's `doControlledShutdown`).
 *
 * @returns what it still leads, because nobody else is in sync
 */
export async function controlledShutdown(
  term: ControllerTerm,
  { brokerId, brokerEpoch }: RequestOf<typeof ControlledShutdown>,
): Promise<ResponseInput<typeof ControlledShutdown>> {
  const { context, env } = term;
  if (!context.brokers.has(brokerId)) return refused('BROKER_NOT_AVAILABLE');
  if (!context.isCurrent(brokerId, BigInt(brokerEpoch))) return refused('STALE_BROKER_EPOCH');
  context.shuttingDown.add(brokerId);
  env.logger.info(
    { event: 'controlled-shutdown-requested', broker: brokerId },
    `Broker ${brokerId} is about to stop.`,
  );
  const replicated = context.partitionsOn(brokerId).filter(({ state, assignment, life }) => {
    return state && assignment.replicas.length > 1 && life !== 'nonexistent';
  });
  const led = replicated.filter(({ state }) => state?.leader === brokerId);
  const cause = `broker ${brokerId} stops`;
  await moveLeadership(term, brokerId, led, cause);
  await stopFollowing(
    term,
    brokerId,
    replicated.filter((partition) => !led.includes(partition)),
  );
  const remaining = led.filter(({ state }) => state?.leader === brokerId);
  return {
    errorCode: ErrorCode.NONE,
    remainingPartitions: remaining.map(({ topic, partition }) => ({
      topicName: topic,
      partitionIndex: partition,
    })),
  };
}

/** Unlike in Kafka the broker does not follow who takes over: it is not let into an ISR anyway. */
async function moveLeadership(
  term: ControllerTerm,
  brokerId: number,
  led: readonly ControlledPartition[],
  cause: string,
): Promise<void> {
  const { changes } = await electLeaders(term, led, 'controlled-shutdown', cause);
  const moved = changes.map(({ partition }) => partition);
  tellReplicas(term, moved);
  tellEverybody(term, moved);
  letGo(term, brokerId, moved);
}

/** Leaves the ISR where it is not the last. */
async function stopFollowing(
  term: ControllerTerm,
  brokerId: number,
  followed: readonly ControlledPartition[],
): Promise<void> {
  const leaving = new Set([brokerId]);
  const changes = await changeStates(term, followed, (_, state) =>
    withoutReplicas(state, leaving, term.epoch),
  );
  const changed = changes.map(({ partition }) => partition);
  tellReplicas(term, changed);
  tellEverybody(term, changed);
  letGo(term, brokerId, followed);
}

/** Has the broker let go of the logs without deleting them. */
function letGo(
  { context, env, outbox }: ControllerTerm,
  brokerId: number,
  partitions: readonly ControlledPartition[],
): void {
  const replicas = partitions.map((partition) => ({ partition, brokerId }));
  moveReplicas(
    context,
    replicas.filter((replica) => context.replicaLife(replica) === 'online'),
    'offline',
    env.logger,
  );
  outbox.stopReplicas(
    brokerId,
    partitions.map(({ topic, partition, state }) => ({
      topic,
      partition,
      leaderEpoch: state?.leaderEpoch ?? -1,
      deletePartition: false,
    })),
  );
}

function refused(
  error: 'BROKER_NOT_AVAILABLE' | 'STALE_BROKER_EPOCH',
): ResponseInput<typeof ControlledShutdown> {
  return { errorCode: ErrorCode[error], remainingPartitions: [] };
}
