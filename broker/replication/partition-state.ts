/**
 * `recovering` after an unclean election: the leader may lack records that were acknowledged, and
 * nobody may join the ISR before it has said that it knows (KIP-704).
 */
export type LeaderRecoveryState = 'recovered' | 'recovering';

/** What the controller says of a partition (the znode `/brokers/topics/<t>/partitions/<p>/state`). */
export interface PartitionState {
  /** Broker id, -1 for none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  /** Version of the state znode. */
  readonly partitionEpoch: number;
  /** Assigned replicas, the preferred leader first; those being added or removed included. */
  readonly replicas: readonly number[];
  /** Replicas a reassignment adds (KIP-455). */
  readonly addingReplicas: readonly number[];
  /** Replicas a reassignment will take away. */
  readonly removingReplicas: readonly number[];
  readonly leaderRecoveryState: LeaderRecoveryState;
  /** Of the controller that decided. */
  readonly controllerEpoch: number;
}
