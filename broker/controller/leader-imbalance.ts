import type { ControlledPartition } from './controlled-partition';

/** What decides whether leaders are moved back. */
export interface ImbalanceRule {
  /** `leader.imbalance.per.broker.percentage`: how much per preferred leader is put up with. */
  readonly percentage: number;
  /** Whether the topic is to be deleted: its partitions do not count. */
  isToBeDeleted(topic: string): boolean;
  /** Whether the preferred leader could take over, now. */
  canMove(partition: ControlledPartition): boolean;
}

/**
 * Partitions whose leadership should go back to the preferred leader (Kafka's
 * `checkAndTriggerAutoLeaderRebalance`). Counted per preferred leader: only where more than the
 * percentage of the partitions it should lead are led by others, those that can be moved are.
 */
export function imbalancedPartitions(
  partitions: Iterable<ControlledPartition>,
  rule: ImbalanceRule,
): ControlledPartition[] {
  return [...byPreferredLeader(partitions, rule)].flatMap(([preferred, led]) => {
    const elsewhere = led.filter(({ state }) => state?.leader !== preferred);
    const imbalanced = elsewhere.length * 100 > led.length * rule.percentage;
    return imbalanced ? elsewhere.filter((partition) => rule.canMove(partition)) : [];
  });
}

function byPreferredLeader(
  partitions: Iterable<ControlledPartition>,
  { isToBeDeleted }: ImbalanceRule,
): Map<number, ControlledPartition[]> {
  const groups = new Map<number, ControlledPartition[]>();
  for (const partition of partitions) {
    const preferred = partition.assignment.replicas[0];
    if (!partition.state || preferred === undefined || isToBeDeleted(partition.topic)) continue;
    const group = groups.get(preferred);
    if (group) group.push(partition);
    else groups.set(preferred, [partition]);
  }
  return groups;
}
