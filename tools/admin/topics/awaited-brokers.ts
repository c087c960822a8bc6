import type { PartitionMetadata } from '../../../client/network';

/** Brokers that hold replicas of a topic and are away: its deletion waits for them. */
export function awaitedBrokers(
  partitions: readonly Pick<PartitionMetadata, 'replicas'>[],
  live: ReadonlySet<number>,
): number[] {
  const holders = new Set(partitions.flatMap(({ replicas }) => replicas));
  return [...holders].filter((id) => !live.has(id)).sort((a, b) => a - b);
}
