import type { TopicPartition } from '../../topic-partition';
import type { MemberShare, PartitionAssignor } from './assignor';
import { inOrder } from './member-order';

/**
 * Topic by topic, each member gets a run of neighbouring partitions, the first members one more
 * where it does not divide. Topics with as many partitions are divided alike, so records that belong
 * together by their partition come to the same member.
 *
 * Source: RangeAssignor.java, without racks.
 */
export function rangeAssignor(): PartitionAssignor {
  return {
    name: 'range',
    assign(counts, members) {
      const shares = new Map<string, TopicPartition[]>();
      for (const { memberId } of members) shares.set(memberId, []);
      const ordered = inOrder(members);
      for (const [topic, count] of counts) {
        const readers = ordered.filter(({ topics }) => topics.includes(topic));
        let next = 0;
        readers.forEach(({ memberId }, index) => {
          const size =
            Math.floor(count / readers.length) + (index < count % readers.length ? 1 : 0);
          const share = shares.get(memberId);
          for (const end = next + size; next < end; next++) share?.push({ topic, partition: next });
        });
      }
      return asShares(shares);
    },
  };
}

export function asShares(
  partitions: ReadonlyMap<string, readonly TopicPartition[]>,
): Map<string, MemberShare> {
  return new Map([...partitions].map(([memberId, list]) => [memberId, { partitions: list }]));
}
