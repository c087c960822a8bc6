/** A member of a consumer group. */
export interface GroupMemberRecord {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  readonly assignment: Buffer;
}

/** What is kept in the group's own znode. */
export interface GroupFacts {
  readonly state: 'Empty' | 'Stable';
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly leader: string | null;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export interface GroupRecord extends GroupFacts {
  /** In no particular order. */
  readonly members: readonly GroupMemberRecord[];
}

/** Who owns which partition, by topic. */
export type PartitionOwners = ReadonlyMap<string, ReadonlyMap<number, string>>;

export interface GroupOffsetRecord {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
  /** Milliseconds since 1970. */
  readonly commitTimestamp: number;
  /** Milliseconds since 1970; null when no client asked for one. */
  readonly expireTimestamp: number | null;
  /** Of the topic, as it is in its own znode; undefined when it was not known. */
  readonly topicId?: string;
}

/** By topic and partition. */
export type GroupOffsetRecords = ReadonlyMap<string, ReadonlyMap<number, GroupOffsetRecord>>;

/** One change of an offset; null deletes it. */
export interface GroupOffsetChange {
  readonly topic: string;
  readonly partition: number;
  readonly committed: GroupOffsetRecord | null;
}

/** All that is kept of a group. */
export interface GroupContents {
  /** null when there are at most offsets. */
  readonly group: GroupRecord | null;
  readonly offsets: GroupOffsetRecords;
}
