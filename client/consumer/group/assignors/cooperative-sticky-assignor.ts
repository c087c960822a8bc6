import { formatPartition } from '../../topic-partition';
import { flattened } from '../topic-partitions';
import type { PartitionAssignor, SubscribedMember } from './assignor';
import { lastOwners } from './ownership';
import { asShares } from './range-assignor';
import { shareStickily, type Shares } from './share-stickily';
import { decodeGeneration, encodeGeneration } from './sticky-user-data';

/**
 * As `sticky`, without anybody stopping (KIP-429): a partition that is to move is given to nobody at
 * first. Its owner gives it up and joins again, and in that second round it gets its new owner.
 */
export function cooperativeStickyAssignor(): PartitionAssignor {
  let previous = -1;
  return {
    name: 'cooperative-sticky',
    protocols: ['cooperative', 'eager'],
    subscriptionUserData: () => encodeGeneration(previous),
    assign(counts, members) {
      const claims = members.map(({ memberId, ownedPartitions, generationId, userData }) => ({
        memberId,
        partitions: flattened(ownedPartitions),
        generation: generationId >= 0 ? generationId : decodeGeneration(userData),
      }));
      const shares = shareStickily(counts, members, lastOwners(claims));
      return asShares(withoutMoving(shares, members));
    },
    onAssignment(_, generation) {
      previous = generation;
    },
  };
}

/** Without what somebody else still holds. */
function withoutMoving(shares: Shares, members: readonly SubscribedMember[]): Shares {
  const holders = new Map<string, Set<string>>();
  for (const { memberId, ownedPartitions } of members) {
    for (const at of flattened(ownedPartitions)) {
      const name = formatPartition(at);
      holders.set(name, (holders.get(name) ?? new Set()).add(memberId));
    }
  }
  const settled: Shares = new Map();
  for (const [memberId, share] of shares) {
    const isFree = (name: string): boolean => {
      const held = holders.get(name);
      return held === undefined || held.has(memberId);
    };
    settled.set(
      memberId,
      share.filter((at) => isFree(formatPartition(at))),
    );
  }
  return settled;
}
