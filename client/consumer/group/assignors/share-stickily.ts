import { formatPartition, type TopicPartition } from '../../topic-partition';
import type { PartitionCounts, SubscribedMember } from './assignor';
import { inOrder } from './member-order';
import { allPartitions } from './round-robin-assignor';

/** The partitions of each member by its id. */
export type Shares = Map<string, TopicPartition[]>;

/**
 * Shares out partitions so that, first, no partition could be moved to a member that has at least
 * two fewer, and then as many as possible stay where they were.
 *
 * What AbstractStickyAssignor.java achieves (KIP-54); the way is our own.
 *
 * @param owners who had a partition last, by its name
 */
export function shareStickily(
  counts: PartitionCounts,
  members: readonly SubscribedMember[],
  owners: ReadonlyMap<string, string>,
): Shares {
  const ordered = inOrder(members);
  const eligible = readersOf(counts, ordered);
  const shares: Shares = new Map(ordered.map(({ memberId }) => [memberId, []]));
  const open: TopicPartition[] = [];
  for (const at of allPartitions(counts)) {
    const owner = owners.get(formatPartition(at));
    if (eligible.get(at.topic)?.length === 0) continue;
    if (owner !== undefined && eligible.get(at.topic)?.includes(owner)) shares.get(owner)?.push(at);
    else open.push(at);
  }
  const everybody = [...eligible.values()].every(({ length }) => length === ordered.length);
  if (everybody) shareEvenly(shares, open);
  else shareAmongReaders(shares, open, eligible);
  return shares;
}

/** Ids of the members that read each topic. */
function readersOf(counts: PartitionCounts, members: readonly SubscribedMember[]) {
  const readers = new Map<string, string[]>();
  for (const topic of counts.keys()) readers.set(topic, []);
  for (const { memberId, topics } of members) {
    for (const topic of new Set(topics)) readers.get(topic)?.push(memberId);
  }
  return readers;
}

/** All read everything: each gets the same number, some one more. */
function shareEvenly(shares: Shares, open: TopicPartition[]): void {
  const total = [...shares.values()].reduce((sum, { length }) => sum + length, open.length);
  const least = Math.floor(total / shares.size);
  let extras = total % shares.size;
  for (const share of shares.values()) {
    const keeps = share.length > least && extras > 0 ? least + 1 : least;
    if (share.length > least && keeps > least) extras--;
    open.push(...share.splice(keeps));
  }
  open.sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition));
  let next = 0;
  for (const share of shares.values()) while (share.length < least) share.push(open[next++]);
  for (const share of shares.values()) {
    if (next < open.length && share.length === least) share.push(open[next++]);
  }
}

/** Members read different topics: the partitions with the least choice go first. */
function shareAmongReaders(
  shares: Shares,
  open: TopicPartition[],
  eligible: ReadonlyMap<string, readonly string[]>,
): void {
  const readers = ({ topic }: TopicPartition): readonly string[] => eligible.get(topic) ?? [];
  const load = (memberId: string): number => shares.get(memberId)?.length ?? 0;
  const idlest = (at: TopicPartition): string =>
    readers(at).reduce((best, memberId) => (load(memberId) < load(best) ? memberId : best));
  open.sort((a, b) => readers(a).length - readers(b).length);
  for (const at of open) shares.get(idlest(at))?.push(at);
  // Each move makes the sum of the squares of all loads smaller, so this ends.
  for (let moved = true; moved;) {
    moved = false;
    for (const [memberId, share] of shares) {
      for (const at of [...share]) {
        const other = idlest(at);
        if (load(memberId) - load(other) < 2) continue;
        share.splice(share.indexOf(at), 1);
        shares.get(other)?.push(at);
        moved = true;
      }
    }
  }
}
