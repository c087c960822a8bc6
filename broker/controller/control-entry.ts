import { topicPartitionKey, type TopicPartition } from '../../zk-coordination';
import type { ControlledPartition } from './controlled-partition';
import type { ControlledTopic } from './controlled-topic';

/** In place of a leader, and of its epoch: the partition is deleted (Kafka's `LeaderDuringDelete`). */
export const DURING_DELETE = -2;

/** What brokers are told of a partition: a snapshot, which later decisions leave alone. */
export interface PartitionSnapshot extends TopicPartition {
  /** 22 characters of base64url; empty for topics older than topic ids. */
  readonly topicId: string;
  readonly controllerEpoch: number;
  /** Broker id; -1 for none, {@link DURING_DELETE} when the partition is deleted. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly partitionEpoch: number;
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
  readonly isRecovering: boolean;
  /** Replicas in failed directories. Which brokers are dead everybody sees in ZooKeeper. */
  readonly offlineReplicas: readonly number[];
}

/** An instruction to lead or follow. */
export interface LeadershipEntry extends PartitionSnapshot {
  /** The partition is created with this instruction. */
  readonly isNew: boolean;
}

/** An instruction to let a partition go. */
export interface StopEntry extends TopicPartition {
  readonly leaderEpoch: number;
  readonly deletePartition: boolean;
}

/** @returns undefined while the partition has no state */
export function snapshotOf(
  topic: ControlledTopic,
  { partition, assignment, state }: ControlledPartition,
  offlineReplicas: readonly number[],
): PartitionSnapshot | undefined {
  if (!state) return undefined;
  return {
    topic: topic.name,
    topicId: topic.topicId,
    partition,
    controllerEpoch: state.controllerEpoch,
    leader: state.leader,
    leaderEpoch: state.leaderEpoch,
    isr: state.isr,
    partitionEpoch: state.partitionEpoch,
    replicas: assignment.replicas,
    addingReplicas: assignment.adding,
    removingReplicas: assignment.removing,
    isRecovering: state.leaderRecoveryState === 'recovering',
    offlineReplicas,
  };
}

/** What brokers are told when a partition is no more. */
export function deletedSnapshot(
  { name, topicId }: ControlledTopic,
  partition: number,
  controllerEpoch: number,
): PartitionSnapshot {
  return {
    topic: name,
    topicId,
    partition,
    controllerEpoch,
    leader: DURING_DELETE,
    leaderEpoch: DURING_DELETE,
    isr: [],
    partitionEpoch: 0,
    replicas: [],
    addingReplicas: [],
    removingReplicas: [],
    isRecovering: false,
    offlineReplicas: [],
  };
}

/** Tells a partition from that of an earlier topic of the same name. */
export function incarnationKey(partition: PartitionSnapshot): string {
  return `${partition.topicId}/${topicPartitionKey(partition)}`;
}
