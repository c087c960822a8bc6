/** A record as a member got it: `partition/value`. */
export type ReadRecord = `${number}/${string}`;

/** A member of a group, by whatever client. It reads from the beginning until it is ended. */
export interface GroupMember {
  /** Empty before it has joined. */
  readonly memberId: string;
  /** The leader of the group, as it was told; kcat says nothing of it. */
  readonly leaderId?: string;
  /** Partitions of the topic that it has at the moment, in order. */
  readonly owned: readonly number[];
  /** Everything it has read. */
  readonly records: readonly ReadRecord[];
  /** Leaves the group. Resolves when it is gone. */
  leave(): Promise<void>;
}

/** What every member of a mixed group is told. */
export interface MembershipOptions {
  readonly brokers: readonly string[];
  readonly groupId: string;
  readonly topic: string;
  readonly strategy: 'range' | 'roundrobin';
}

/** Short, so that a rebalance is over soon. */
export const HEARTBEAT_MS = 200;
