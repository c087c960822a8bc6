import type { RetryOptions } from './config-types';
import type {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  ConfigSource,
  ResourcePatternTypes,
} from './enums';
import type { DeleteGroupsResult } from './errors';
import type {
  ConnectEvent,
  DisconnectEvent,
  RequestEvent,
  RequestQueueSizeEvent,
  RequestTimeoutEvent,
} from './event-types';
import type { GroupDescriptions, GroupOverview } from './group-types';
import type { InstrumentationEvent, RemoveInstrumentationEventListener } from './instrumentation';
import type { Logger } from './logger';
import type { FetchOffsetsPartition, SeekEntry, TopicPartitions } from './offset-types';
import type { PartitionMetadata } from './producer-types';

export interface AdminConfig {
  retry?: RetryOptions;
}

export interface ReplicaAssignment {
  partition: number;
  /** Broker ids, the preferred leader first. */
  replicas: Array<number>;
}

export interface IResourceConfigEntry {
  name: string;
  value: string;
}

export interface ITopicConfig {
  topic: string;
  /** Default -1: the brokers' default. */
  numPartitions?: number;
  /** Default -1: the brokers' default. */
  replicationFactor?: number;
  /** Instead of the two numbers. */
  replicaAssignment?: ReplicaAssignment[];
  configEntries?: IResourceConfigEntry[];
}

export interface ITopicPartitionConfig {
  topic: string;
  /** Partitions it shall have in all. */
  count: number;
  /** Brokers of each new partition. */
  assignments?: Array<Array<number>>;
}

export interface ITopicMetadata {
  name: string;
  partitions: PartitionMetadata[];
}

export interface PartitionReassignment {
  topic: string;
  partitionAssignment: Array<ReplicaAssignment>;
}

export interface OngoingPartitionReassignment {
  partitionIndex: number;
  replicas: number[];
  addingReplicas?: number[];
  removingReplicas?: number[];
}

export interface OngoingTopicReassignment {
  topic: string;
  partitions: OngoingPartitionReassignment[];
}

export interface ListPartitionReassignmentsResponse {
  topics: OngoingTopicReassignment[];
}

export interface ResourceConfigQuery {
  type: ConfigResourceTypes;
  name: string;
  /** Default: all. */
  configNames?: string[];
}

export interface ConfigSynonyms {
  configName: string;
  configValue: string;
  configSource: ConfigSource;
}

export interface ConfigEntries {
  configName: string;
  configValue: string;
  isDefault: boolean;
  configSource: ConfigSource;
  isSensitive: boolean;
  readOnly: boolean;
  configSynonyms: ConfigSynonyms[];
}

export interface DescribeConfigResponse {
  resources: {
    configEntries: ConfigEntries[];
    errorCode: number;
    errorMessage: string;
    resourceName: string;
    resourceType: ConfigResourceTypes;
  }[];
  throttleTime: number;
}

export interface IResourceConfig {
  type: ConfigResourceTypes;
  name: string;
  configEntries: IResourceConfigEntry[];
}

// There are no ACLs in this version; their types let programs that mention them compile.

export interface Acl {
  principal: string;
  host: string;
  operation: AclOperationTypes;
  permissionType: AclPermissionTypes;
}

export interface AclResource {
  resourceType: AclResourceTypes;
  resourceName: string;
  resourcePatternType: ResourcePatternTypes;
}

export type AclEntry = Acl & AclResource;
export type DescribeAclResource = AclResource & { acls: Acl[] };

export interface AclFilter {
  resourceType: AclResourceTypes;
  resourceName?: string;
  resourcePatternType: ResourcePatternTypes;
  principal?: string;
  host?: string;
  operation: AclOperationTypes;
  permissionType: AclPermissionTypes;
}

export interface DescribeAclResponse {
  throttleTime: number;
  errorCode: number;
  errorMessage?: string;
  resources: DescribeAclResource[];
}

export type MatchingAcl = AclEntry & { errorCode: number; errorMessage?: string };

export interface DeleteAclFilterResponses {
  errorCode: number;
  errorMessage?: string;
  matchingAcls: MatchingAcl[];
}

export interface DeleteAclResponse {
  throttleTime: number;
  filterResponses: DeleteAclFilterResponses[];
}

export type AdminEvents = {
  CONNECT: 'admin.connect';
  DISCONNECT: 'admin.disconnect';
  REQUEST: 'admin.network.request';
  REQUEST_TIMEOUT: 'admin.network.request_timeout';
  REQUEST_QUEUE_SIZE: 'admin.network.request_queue_size';
};

/** The calls about topics. */
export interface TopicAdmin {
  listTopics(): Promise<string[]>;
  /** @returns false when a topic, and nothing worse, was there already */
  createTopics(options: {
    validateOnly?: boolean;
    waitForLeaders?: boolean;
    timeout?: number;
    topics: ITopicConfig[];
  }): Promise<boolean>;
  deleteTopics(options: { topics: string[]; timeout?: number }): Promise<void>;
  createPartitions(options: {
    validateOnly?: boolean;
    timeout?: number;
    topicPartitions: ITopicPartitionConfig[];
  }): Promise<boolean>;
  fetchTopicMetadata(options?: { topics: string[] }): Promise<{ topics: Array<ITopicMetadata> }>;
  fetchTopicOffsets(topic: string): Promise<Array<SeekEntry & { high: string; low: string }>>;
  /** The end of partitions without a record that young. */
  fetchTopicOffsetsByTimestamp(topic: string, timestamp?: number): Promise<Array<SeekEntry>>;
  /** Offset -1 means everything. */
  deleteTopicRecords(options: { topic: string; partitions: SeekEntry[] }): Promise<void>;
}

/** The calls about groups. */
export interface GroupAdmin {
  listGroups(): Promise<{ groups: GroupOverview[] }>;
  describeGroups(groupIds: string[]): Promise<GroupDescriptions>;
  deleteGroups(groupIds: string[]): Promise<DeleteGroupsResult[]>;
  fetchOffsets(options: {
    groupId: string;
    topics?: string[];
    resolveOffsets?: boolean;
  }): Promise<Array<{ topic: string; partitions: FetchOffsetsPartition[] }>>;
  /** Offset -1 means the end, -2 the begin. The group must have no members. */
  setOffsets(options: { groupId: string; topic: string; partitions: SeekEntry[] }): Promise<void>;
  resetOffsets(options: { groupId: string; topic: string; earliest: boolean }): Promise<void>;
}

/** The calls about brokers, configs and replicas. */
export interface ClusterAdmin {
  describeCluster(): Promise<{
    brokers: Array<{ nodeId: number; host: string; port: number }>;
    controller: number | null;
    clusterId: string;
  }>;
  describeConfigs(configs: {
    resources: ResourceConfigQuery[];
    includeSynonyms: boolean;
  }): Promise<DescribeConfigResponse>;
  /** Replaces all configs that were set before. */
  alterConfigs(configs: {
    validateOnly: boolean;
    resources: IResourceConfig[];
    // KafkaJS types it so.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
  }): Promise<any>;
  alterPartitionReassignments(request: {
    topics: PartitionReassignment[];
    timeout?: number;
  }): Promise<void>;
  listPartitionReassignments(request: {
    topics?: TopicPartitions[];
    timeout?: number;
  }): Promise<ListPartitionReassignmentsResponse>;
}

/** Always reject. */
export interface AclAdmin {
  describeAcls(options: AclFilter): Promise<DescribeAclResponse>;
  deleteAcls(options: { filters: AclFilter[] }): Promise<DeleteAclResponse>;
  createAcls(options: { acl: AclEntry[] }): Promise<boolean>;
}

export type Admin = TopicAdmin &
  GroupAdmin &
  ClusterAdmin &
  AclAdmin & {
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    logger(): Logger;
    on(
      eventName: AdminEvents['CONNECT'],
      listener: (event: ConnectEvent) => void,
    ): RemoveInstrumentationEventListener<typeof eventName>;
    on(
      eventName: AdminEvents['DISCONNECT'],
      listener: (event: DisconnectEvent) => void,
    ): RemoveInstrumentationEventListener<typeof eventName>;
    on(
      eventName: AdminEvents['REQUEST'],
      listener: (event: RequestEvent) => void,
    ): RemoveInstrumentationEventListener<typeof eventName>;
    on(
      eventName: AdminEvents['REQUEST_QUEUE_SIZE'],
      listener: (event: RequestQueueSizeEvent) => void,
    ): RemoveInstrumentationEventListener<typeof eventName>;
    on(
      eventName: AdminEvents['REQUEST_TIMEOUT'],
      listener: (event: RequestTimeoutEvent) => void,
    ): RemoveInstrumentationEventListener<typeof eventName>;
    on(
      eventName: AdminEvents[keyof AdminEvents],
      // KafkaJS types it so.
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      listener: (event: InstrumentationEvent<any>) => void,
    ): RemoveInstrumentationEventListener<typeof eventName>;
    readonly events: AdminEvents;
  };
