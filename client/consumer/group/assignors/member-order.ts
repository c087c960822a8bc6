import type { SubscribedMember } from './assignor';

/**
 * Members in an order that does not change from one rebalance to the next: static ones by their
 * instance ids, which outlive restarts, then dynamic ones by member ids.
 *
 * Source: MemberInfo in AbstractPartitionAssignor.java.
 */
export function inOrder(members: readonly SubscribedMember[]): SubscribedMember[] {
  return [...members].sort(
    (a, b) =>
      Number(a.groupInstanceId === null) - Number(b.groupInstanceId === null) ||
      compare(a.groupInstanceId ?? '', b.groupInstanceId ?? '') ||
      compare(a.memberId, b.memberId),
  );
}

/** By code unit, as Java compares: every member must come to the same order. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
