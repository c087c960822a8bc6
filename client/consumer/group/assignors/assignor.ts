import type { ConsumerAssignment, ConsumerSubscription } from '../../../protocol/consumer-protocol';
import type { TopicPartition } from '../../topic-partition';

/**
 * How a member takes part in a rebalance. `eager`: it gives up everything before it joins again.
 * `cooperative`: it goes on reading, and gives up only what the new assignment takes from it
 * (KIP-429).
 */
export type RebalanceProtocol = 'eager' | 'cooperative';

/** A member of the group, as its leader sees it. */
export interface SubscribedMember extends ConsumerSubscription {
  readonly memberId: string;
  /** Of a static member (KIP-345), null for a dynamic one. */
  readonly groupInstanceId: string | null;
}

/** What one member shall read. */
export interface MemberShare {
  readonly partitions: readonly TopicPartition[];
  /** For the assignor of that member. Default: nothing. */
  readonly userData?: Buffer | null;
}

/** The existing topics that anybody subscribed to, with the numbers of their partitions. */
export type PartitionCounts = ReadonlyMap<string, number>;

/**
 * Shares out the partitions of a group. All members must have an assignor of the same name; the one
 * of the leader decides.
 *
 * Kafka's ConsumerPartitionAssignor. A consumer keeps its assignors as long as it lives, so one may
 * remember what it was told last.
 */
export interface PartitionAssignor {
  /** On the wire; the same at all members. Kafka's own: `range`, `sticky`, … */
  readonly name: string;
  /**
   * The rebalance protocols it can work with. A consumer uses `cooperative` only when all its
   * assignors can. Default `['eager']`.
   */
  readonly protocols?: readonly RebalanceProtocol[];
  /** What the leader's assignor shall know of this member. Default: nothing. */
  subscriptionUserData?(topics: readonly string[]): Buffer | null;
  /**
   * Called at the leader. Members that are left out get nothing.
   *
   * @returns shares by member id
   * @throws what it likes: the leader then leaves the assignment to the next rebalance, and whoever
   *   reads from the consumer gets the error
   */
  assign(
    partitions: PartitionCounts,
    members: readonly SubscribedMember[],
  ): ReadonlyMap<string, MemberShare> | Promise<ReadonlyMap<string, MemberShare>>;
  /** Told what this member got. */
  onAssignment?(assignment: ConsumerAssignment, generationId: number): void;
}
