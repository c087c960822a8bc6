import type { TopicPartition } from '../../topic-partition';
import type { PartitionAssignor, PartitionCounts } from './assignor';
import { compare, inOrder } from './member-order';
import { asShares } from './range-assignor';

/**
 * Deals out all partitions of all topics in turn; who does not read a topic is passed over.
 *
 * Source: RoundRobinAssignor.java.
 *
 * @param name on the wire; KafkaJS calls its own, which deals alike, `RoundRobinAssigner`
 */
export function roundRobinAssignor(name = 'roundrobin'): PartitionAssignor {
  return {
    name,
    assign(counts, members) {
      const ordered = inOrder(members);
      const shares = new Map<string, TopicPartition[]>();
      for (const { memberId } of members) shares.set(memberId, []);
      let turn = 0;
      for (const at of allPartitions(counts)) {
        const reads = ({ topics }: { topics: readonly string[] }) => topics.includes(at.topic);
        if (!ordered.some(reads)) continue;
        while (!reads(ordered[turn % ordered.length])) turn++;
        shares.get(ordered[turn++ % ordered.length].memberId)?.push(at);
      }
      return asShares(shares);
    },
  };
}

/** Topics by name, partitions by number. */
export function allPartitions(counts: PartitionCounts): TopicPartition[] {
  const topics = [...counts].sort(([a], [b]) => compare(a, b));
  return topics.flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  );
}
