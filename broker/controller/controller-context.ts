import {
  topicPartitionKey,
  type BrokerEpoch,
  type ControllerEpoch,
  type TopicPartition,
} from '../../zk-coordination';
import type {
  ControlledPartition,
  ControlledReplica,
  PartitionLife,
  ReplicaLife,
} from './controlled-partition';
import type { ControlledTopic } from './controlled-topic';

/** A live broker as the controller sees it. */
export interface ControlledBroker {
  readonly id: number;
  /** Of its present incarnation. */
  readonly epoch: BrokerEpoch;
  readonly rack: string | null;
}

/**
 * The cluster as the controller of one term sees it, in memory. Changed only while an event is
 * handled; ZooKeeper holds the truth (Kafka's `ControllerContext`).
 */
export class ControllerContext {
  /** By id. Those that are shutting down are in it. */
  readonly brokers = new Map<number, ControlledBroker>();
  /** Brokers that asked for a controlled shutdown and are still there. */
  readonly shuttingDown = new Set<number>();
  /** By name. */
  readonly topics = new Map<string, ControlledTopic>();
  /** Names of topics that are to be deleted. */
  readonly topicsToDelete = new Set<string>();
  private readonly failedDirectories = new Map<number, Set<string>>();

  /** @param controllerEpoch of this term */
  constructor(readonly controllerEpoch: ControllerEpoch) {}

  // --- brokers

  /** Ids of the live brokers, those shutting down included, ascending. */
  liveIds(): number[] {
    return [...this.brokers.keys()].sort((a, b) => a - b);
  }

  /** Whether a broker is alive and this is its incarnation. */
  isCurrent(brokerId: number, epoch: bigint): boolean {
    return this.brokers.get(brokerId)?.epoch === epoch;
  }

  /** Whether a broker may be given a leadership or be taken into an ISR. */
  isActive(brokerId: number): boolean {
    return this.brokers.has(brokerId) && !this.shuttingDown.has(brokerId);
  }

  // --- partitions

  partition({ topic, partition }: TopicPartition): ControlledPartition | undefined {
    return this.topics.get(topic)?.partitions.get(partition);
  }

  topicById(topicId: string): ControlledTopic | undefined {
    if (topicId === '') return undefined;
    for (const topic of this.topics.values()) if (topic.topicId === topicId) return topic;
    return undefined;
  }

  *partitions(): Generator<ControlledPartition> {
    for (const topic of this.topics.values()) yield* topic.partitions.values();
  }

  partitionsIn(...lives: readonly PartitionLife[]): ControlledPartition[] {
    return [...this.partitions()].filter(({ life }) => lives.includes(life));
  }

  partitionsLedBy(brokerId: number): ControlledPartition[] {
    return [...this.partitions()].filter(({ state }) => state?.leader === brokerId);
  }

  partitionsOn(brokerId: number): ControlledPartition[] {
    return [...this.partitions()].filter(({ assignment }) =>
      assignment.replicas.includes(brokerId),
    );
  }

  isToBeDeleted(topic: string): boolean {
    return this.topicsToDelete.has(topic);
  }

  // --- replicas

  replicasOn(brokerId: number): ControlledReplica[] {
    return this.partitionsOn(brokerId).map((partition) => ({ partition, brokerId }));
  }

  replicaLife({ partition, brokerId }: ControlledReplica): ReplicaLife {
    return partition.replicas.get(brokerId) ?? 'nonexistent';
  }

  setReplicaLife({ partition, brokerId }: ControlledReplica, life: ReplicaLife): void {
    if (life === 'nonexistent') partition.replicas.delete(brokerId);
    else partition.replicas.set(brokerId, life);
  }

  /** Whether the broker is alive and the log directory of the replica has not failed. */
  isReplicaOnline(partition: TopicPartition, brokerId: number): boolean {
    return this.brokers.has(brokerId) && !this.isDirectoryFailed(partition, brokerId);
  }

  /** Brokers that can serve the partition; those shutting down are among them. */
  liveReplicas(partition: ControlledPartition): Set<number> {
    const { replicas } = partition.assignment;
    return new Set(replicas.filter((id) => this.isReplicaOnline(partition, id)));
  }

  /** Brokers that are alive but have lost the log directory of their replica. */
  failedReplicas(partition: ControlledPartition): number[] {
    const { replicas } = partition.assignment;
    return replicas.filter((id) => this.isDirectoryFailed(partition, id));
  }

  /** A broker says that the log directory of its replica has failed. */
  markDirectoryFailed(partition: TopicPartition, brokerId: number): void {
    const failed = this.failedDirectories.get(brokerId) ?? new Set();
    failed.add(topicPartitionKey(partition));
    this.failedDirectories.set(brokerId, failed);
  }

  /** A new incarnation of a broker begins with all its directories. */
  forgetFailedDirectories(brokerId: number): void {
    this.failedDirectories.delete(brokerId);
  }

  /** The replica is gone, and its place in a failed directory with it. */
  forgetFailedReplica(partition: TopicPartition, brokerId: number): void {
    this.failedDirectories.get(brokerId)?.delete(topicPartitionKey(partition));
  }

  private isDirectoryFailed(partition: TopicPartition, brokerId: number): boolean {
    return this.failedDirectories.get(brokerId)?.has(topicPartitionKey(partition)) ?? false;
  }
}
