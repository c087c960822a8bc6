import type { Logger } from '../../client/runtime/logger';
import type { StateChange } from './state-changes';

/** Partitions that get a line each; the rest is told in one. */
const MOST_LINES = 20;

/**
 * Writes who leads what from now on, and which partitions nobody leads.
 *
 * @param cause e.g. `broker 2 left`
 */
export function logLeadership(
  logger: Logger,
  changes: readonly StateChange[],
  cause: string,
): void {
  const moved = changes.filter(({ before, after }) => before.leader !== after.leader);
  for (const change of moved.slice(0, MOST_LINES)) logOne(logger, change, cause);
  const rest = moved.slice(MOST_LINES);
  if (rest.length === 0) return;
  const offline = rest.filter(({ after }) => after.leader < 0).length;
  logger.info(
    { event: 'leaders-elected', partitions: rest.length - offline, offline, cause },
    `${rest.length - offline} more partitions have new leaders, ${offline} more have none (${cause}).`,
  );
}

function logOne(logger: Logger, { partition, before, after }: StateChange, cause: string): void {
  const name = `${partition.topic}-${partition.partition}`;
  const facts = {
    topic: partition.topic,
    partition: partition.partition,
    leader: after.leader,
    leaderEpoch: after.leaderEpoch,
    isr: after.isr,
    before: before.leader,
    cause,
  };
  if (after.leader < 0) {
    logger.error(
      { event: 'partition-offline', ...facts },
      `Partition ${name} has no leader: nobody of its ISR is available (${cause}).`,
    );
  } else if (after.leaderRecoveryState === 'recovering' && !before.isr.includes(after.leader)) {
    logger.warn(
      { event: 'leader-elected', unclean: true, ...facts },
      `Broker ${after.leader} leads ${name}, though it was not in sync: records may be lost (${cause}).`,
    );
  } else {
    logger.info(
      { event: 'leader-elected', unclean: false, ...facts },
      `Broker ${after.leader} leads ${name} (${cause}).`,
    );
  }
}
