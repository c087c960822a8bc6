import type { ProtocolError } from '../protocol/protocol-error';
import type { Endpoint } from './endpoint';

/** A live broker. */
export interface BrokerNode extends Endpoint {
  readonly nodeId: number;
  readonly rack: string | null;
}

export interface PartitionMetadata {
  readonly topic: string;
  readonly partition: number;
  /** Broker id of the leader, -1 when there is none. */
  readonly leader: number;
  /** Epoch of that leader, -1 when unknown. */
  readonly leaderEpoch: number;
  /** Broker ids, the preferred leader first. */
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offlineReplicas: readonly number[];
}

export interface TopicMetadata {
  readonly name: string;
  readonly topicId: string;
  readonly isInternal: boolean;
  /** By partition number. */
  readonly partitions: readonly PartitionMetadata[];
}

/** What was known about a cluster at one moment. Never changes. */
export class ClusterMetadata {
  static readonly empty = new ClusterMetadata(null, -1, new Map(), new Map(), new Map());

  constructor(
    /** Null until the cluster told it. */
    readonly clusterId: string | null,
    /** Broker id, -1 when there is none. */
    readonly controllerId: number,
    /** Live brokers by id. */
    readonly brokers: ReadonlyMap<number, BrokerNode>,
    /** Topics by name; only those that were asked for. */
    readonly topics: ReadonlyMap<string, TopicMetadata>,
    /** What is wrong with the topics that were asked for and are not in `topics`. */
    readonly errors: ReadonlyMap<string, ProtocolError>,
  ) {}

  topic(name: string): TopicMetadata | undefined {
    return this.topics.get(name);
  }

  partition(topic: string, partition: number): PartitionMetadata | undefined {
    return this.topics.get(topic)?.partitions[partition];
  }

  /** The live broker that leads a partition, undefined when unknown. */
  leaderOf(topic: string, partition: number): BrokerNode | undefined {
    const leader = this.partition(topic, partition)?.leader;
    return leader === undefined ? undefined : this.brokers.get(leader);
  }

  get controller(): BrokerNode | undefined {
    return this.brokers.get(this.controllerId);
  }
}
