import type { Logger } from '../../client/runtime/logger';
import type { ControlledPartition, PartitionLife } from './controlled-partition';

/** Where a partition may come from (Kafka's `PartitionStateMachine`). */
const MAY_COME_FROM: Record<PartitionLife, readonly PartitionLife[]> = {
  nonexistent: ['offline'],
  new: ['nonexistent'],
  online: ['new', 'online', 'offline'],
  offline: ['new', 'online', 'offline'],
};

export function mayPartitionMove(from: PartitionLife, to: PartitionLife): boolean {
  return MAY_COME_FROM[to].includes(from);
}

/**
 * Moves a partition on in its life. An illegal move is an error in this program; it is logged and
 * not made, so that one confused partition does not stop the others.
 *
 * @returns whether the partition is where it should be
 */
export function movePartition(
  partition: ControlledPartition,
  to: PartitionLife,
  logger: Logger,
): boolean {
  const { life: from, topic, partition: index } = partition;
  if (!mayPartitionMove(from, to)) {
    logger.error(
      { event: 'partition-move-refused', topic, partition: index, from, to },
      `Partition ${topic}-${index} cannot go from ${from} to ${to}.`,
    );
    return false;
  }
  partition.life = to;
  return true;
}

/** After its state was read or written: online with a leader, offline without. */
export function settlePartition(partition: ControlledPartition, logger: Logger): void {
  const { state } = partition;
  if (!state) return;
  const to = state.leader >= 0 ? 'online' : 'offline';
  if (partition.life === 'nonexistent') movePartition(partition, 'new', logger);
  if (partition.life !== to) movePartition(partition, to, logger);
}
