import type { PartitionAssignment, StoredPartitionState } from '../../zk-coordination';

/**
 * Where a partition is in its life (Kafka's `PartitionState`).
 *
 * - `nonexistent`: never created, or deleted.
 * - `new`: its brokers are known, it has never had a leader.
 * - `online`: it has a leader.
 * - `offline`: it has had one and has none now.
 */
export type PartitionLife = 'nonexistent' | 'new' | 'online' | 'offline';

/**
 * Where a replica is in its life (Kafka's `ReplicaState`).
 *
 * - `new`: assigned, not told yet.
 * - `online`: told to lead or follow.
 * - `offline`: its broker is dead, or it has been told to stop.
 * - `deletion-started`: told to delete itself; not answered yet.
 * - `deletion-successful`: deleted.
 * - `deletion-ineligible`: cannot be deleted for the time being, e.g. because its broker is dead.
 * - `nonexistent`: forgotten.
 */
export type ReplicaLife =
  | 'nonexistent'
  | 'new'
  | 'online'
  | 'offline'
  | 'deletion-started'
  | 'deletion-successful'
  | 'deletion-ineligible';

/** A partition as the controller holds it: what was asked for, what was decided, how far it is. */
export interface ControlledPartition {
  readonly topic: string;
  readonly partition: number;
  assignment: PartitionAssignment;
  /** As last read from, or written to, ZooKeeper; undefined while it has none. */
  state: StoredPartitionState | undefined;
  life: PartitionLife;
  /** Lives of the replicas by broker id. A broker that is not in it is `nonexistent`. */
  readonly replicas: Map<number, ReplicaLife>;
}

/** One replica of a partition. */
export interface ControlledReplica {
  readonly partition: ControlledPartition;
  readonly brokerId: number;
}
