/** A member of a group, as it is kept. */
export interface StoredMember {
  readonly memberId: string;
  /** Of a static member (KIP-345). */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  /** Where it is, as `/address`. */
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** What it said under each protocol it speaks, the one it likes best first. */
  readonly protocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  /** Empty before the leader has assigned anything. */
  readonly assignment: Buffer;
}

/**
 * A group between two rebalances: only these are stored. A coordinator that takes over in the midst
 * of a rebalance finds the last one, and the members join again.
 */
export interface StoredGroup {
  /** `Empty` has no members; of its life only generation and protocol type are left. */
  readonly state: 'Empty' | 'Stable';
  readonly generation: number;
  /** `consumer`, `connect`, …; null for a group that was only ever used to keep offsets. */
  readonly protocolType: string | null;
  /** The protocol chosen; null while empty. */
  readonly protocol: string | null;
  /** Member id; null while empty. */
  readonly leader: string | null;
  /** When the group came into this state: milliseconds since 1970. */
  readonly since: number;
  readonly members: readonly StoredMember[];
}

/** How far a group has read a partition. */
export interface CommittedOffset {
  /** Of the next record to read. */
  readonly offset: number;
  /** Of the last record read; -1 when unknown. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  /** Milliseconds since 1970. */
  readonly commitTimestamp: number;
  /** When it is to be forgotten, where a client of old asked for it (OffsetCommit 2 to 4); else null. */
  readonly expireTimestamp: number | null;
  /**
   * Tells the topic from another of the same name; undefined when the commit is from before that was
   * kept, or in `__consumer_offsets`, whose records have no place for it.
   */
  readonly topicId?: string;
}

/** Offsets of a group by topic and partition. */
export type GroupOffsets = ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>;

/** One change of an offset; null forgets it. */
export interface OffsetChange {
  readonly topic: string;
  readonly partition: number;
  readonly committed: CommittedOffset | null;
}
