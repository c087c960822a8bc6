import { flattened } from '../topic-partitions';
import type { PartitionAssignor } from './assignor';
import { lastOwners } from './ownership';
import { asShares } from './range-assignor';
import { shareStickily } from './share-stickily';
import { decodePrevious, encodePrevious, type PreviousAssignment } from './sticky-user-data';

/**
 * Balanced, and as many partitions as possible stay where they were (KIP-54). An eager protocol: all
 * stop reading during a rebalance, so `cooperative-sticky` is better unless members of old need it.
 */
export function stickyAssignor(): PartitionAssignor {
  let previous: PreviousAssignment | undefined;
  return {
    name: 'sticky',
    subscriptionUserData: () => (previous ? encodePrevious(previous) : null),
    assign(counts, members) {
      const claims = members.map(({ memberId, userData }) => {
        const { topicPartitions, generation } = decodePrevious(userData);
        return { memberId, generation, partitions: flattened(topicPartitions) };
      });
      return asShares(shareStickily(counts, members, lastOwners(claims)));
    },
    onAssignment({ topicPartitions }, generation) {
      previous = { topicPartitions, generation };
    },
  };
}
