import type { OngoingReassignment } from '../../client/admin';
import type { BrokerEndpoint } from '../../zk-coordination/stores/broker-registration';
import type { PartitionAssignment } from '../../zk-coordination/stores/partition-assignment';
import type { PartitionState } from '../../zk-coordination/stores/partition-state';
import type { TopicPartition } from '../../zk-coordination/stores/topic-partition';

/** Everything that one look at a cluster brought. Plain data. */
export interface Snapshot {
  /** Wall clock, ms since the epoch, to tell ages by. */
  readonly now: number;
  readonly zookeeper: ZookeeperView;
  /** Those registered and those that `--bootstrap-server` leads to, by id. */
  readonly brokers: ReadonlyMap<number, BrokerView>;
  /** Addresses that answer as brokers and that no registration has. */
  readonly strangers: readonly string[];
  /** The log directories of `--log-dirs`. */
  readonly disks: readonly DiskView[];
}

/** What ZooKeeper says. */
export interface ZookeeperView {
  readonly clusterId: string | null;
  readonly controller: { readonly brokerId: number; readonly owner: bigint } | null;
  readonly controllerEpoch: number | null;
  readonly registrations: ReadonlyMap<number, RegistrationView>;
  readonly topics: ReadonlyMap<string, TopicView>;
  /** `/admin/delete_topics`, by topic. */
  readonly deletions: ReadonlyMap<string, { readonly topicId: string | null; readonly at: number }>;
  /** Znodes that ask the controller for something and go away when it is done. */
  readonly requests: readonly { readonly path: string; readonly about: string }[];
  /** Children of the notification znodes that the controller takes away. */
  readonly notifications: readonly string[];
  readonly topicConfigs: ReadonlyMap<string, ConfigView>;
  readonly brokerConfigs: ReadonlyMap<string, ConfigView>;
  readonly malformed: readonly { readonly path: string; readonly problem: string }[];
}

export type ConfigView = Readonly<Record<string, string>>;

export interface RegistrationView {
  readonly id: number;
  readonly endpoints: readonly BrokerEndpoint[];
  /** czxid of the registration. */
  readonly epoch: bigint;
  /** Session that owns it, 0n when it is not ephemeral. */
  readonly owner: bigint;
}

export interface TopicView {
  readonly name: string;
  readonly topicId: string | null;
  readonly partitions: ReadonlyMap<number, PartitionView>;
  /** Children of its `partitions` znode that the assignment does not have. */
  readonly extra: readonly string[];
}

export interface PartitionView extends TopicPartition {
  readonly assignment: PartitionAssignment;
  /** null when there is none, or none that can be read. */
  readonly state: StateView | null;
}

export interface StateView extends PartitionState {
  /** zkVersion: the partition epoch. */
  readonly version: number;
}

/** What one broker says. */
export interface BrokerView {
  readonly id: number;
  /** `host:port` it was asked at. */
  readonly address: string;
  /** Why there is no answer; everything else is empty then. */
  readonly failure: string | undefined;
  readonly answers: BrokerAnswers | undefined;
}

export interface BrokerAnswers {
  readonly clusterId: string | null;
  /** -1 for none. */
  readonly controllerId: number;
  /** Live brokers, `host:port` by id, as this one tells clients of the listener asked. */
  readonly brokers: ReadonlyMap<number, string>;
  readonly topics: ReadonlyMap<string, MetadataTopicView>;
  /** `API: from-to` of all APIs, by name. */
  readonly apiVersions: ReadonlyMap<string, string>;
  readonly logDirs: readonly LogDirView[];
  /** By {@link import('../../zk-coordination/stores/topic-partition').topicPartitionKey}. */
  readonly claims: ReadonlyMap<string, Claim>;
  /** `min.insync.replicas` of the topics that it leads a partition of. */
  readonly minIsr: ReadonlyMap<string, number>;
  /** In-sync copies here that lack what their leader tells clients is committed. */
  readonly behind: readonly Behind[];
  /** Asked of the one that `/controller` names only. */
  readonly office: OfficeView | undefined;
}

/** What the broker says when asked as the leader of a partition. */
export interface Claim {
  /** `NONE` when it leads; Kafka's name of the error otherwise. */
  readonly error: string;
  /** The epoch that it was asked under, -1 for whichever. */
  readonly askedEpoch: number;
}

export interface Behind extends TopicPartition {
  readonly leader: number;
  /** High watermark of the leader. */
  readonly committed: number;
}

export interface OfficeView {
  /** Why the broker does not act as the controller; undefined when it does. */
  readonly error: string | undefined;
  readonly reassignments: readonly OngoingReassignment[];
}

export interface MetadataTopicView {
  readonly topicId: string;
  readonly partitions: ReadonlyMap<number, MetadataPartitionView>;
}

export interface MetadataPartitionView {
  /** Kafka's name; LEADER_NOT_AVAILABLE hides who leads. */
  readonly error: string;
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

export interface LogDirView {
  readonly path: string;
  /** Set when the directory has failed. */
  readonly error: string | undefined;
  readonly partitions: readonly (TopicPartition & { readonly isFuture: boolean })[];
}

/** What lies in a log directory. */
export interface DiskView {
  readonly brokerId: number;
  readonly path: string;
  /** Why a file, or all of it, cannot be read. */
  readonly unreadable: readonly { readonly path: string; readonly problem: string }[];
  /** undefined when there is no `meta.properties`. */
  readonly meta: { readonly brokerId?: number; readonly clusterId?: string } | undefined;
  readonly directories: readonly DiskPartitionView[];
  readonly checkpoints: readonly CheckpointView[];
}

export interface DiskPartitionView extends TopicPartition {
  /** Of the directory. */
  readonly name: string;
  readonly kind: 'current' | 'delete' | 'future' | 'stray';
  /** Milliseconds since it got this name. */
  readonly ageMs: number;
  /** undefined when there is no `partition.metadata`. */
  readonly topicId: string | undefined;
  /** Behind the last whole batch; undefined when not known. */
  readonly logEndOffset: number | undefined;
  /** `.deleted`, `.cleaned` and `.swap` files and their ages. */
  readonly leftovers: readonly { readonly name: string; readonly ageMs: number }[];
}

/** An entry of a checkpoint file. */
export interface CheckpointView extends TopicPartition {
  readonly file: string;
  readonly offset: number;
}
