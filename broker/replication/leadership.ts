/** What the controller says of a partition (the znode `/brokers/topics/<t>/partitions/<p>/state`). */
export interface PartitionState {
  /** Broker id, -1 for none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  /** Version of the state znode. */
  readonly partitionEpoch: number;
  /** Assigned replicas, the preferred leader first. */
  readonly replicas: readonly number[];
}
