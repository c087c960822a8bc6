import type { Cluster, TopicMetadata } from '../network';
import {
  alterPartitionReassignments,
  type PartitionReassignment,
} from './alter-partition-reassignments';
import { alterGroupOffsets, type NewGroupOffset } from './alter-group-offsets';
import type { PartitionItem } from './ask-leaders';
import type { AdminCallOptions, ValidatedCallOptions } from './call-options';
import { createPartitions, type NewPartitions } from './create-partitions';
import {
  createTopics,
  type CreatedTopic,
  type CreateTopicsOptions,
  type NewTopic,
} from './create-topics';
import { deleteGroupOffsets } from './delete-group-offsets';
import { deleteGroups } from './delete-groups';
import { deleteRecords, type DeletedRecords, type RecordsToDelete } from './delete-records';
import { deleteTopics } from './delete-topics';
import {
  describeApiVersions,
  type BrokerApiVersions,
  type DescribeApiVersionsOptions,
} from './describe-api-versions';
import { describeCluster, type ClusterDescription } from './describe-cluster';
import {
  describeConfigs,
  type ConfigResourceQuestion,
  type DescribeConfigsOptions,
  type ResourceConfigs,
} from './describe-configs';
import { describeGroups, type GroupDescription } from './describe-groups';
import {
  describeLogDirs,
  type BrokerLogDirs,
  type DescribeLogDirsOptions,
} from './describe-log-dirs';
import { describeTopics } from './describe-topics';
import { electLeaders, type ElectLeadersOptions, type LeaderElection } from './elect-leaders';
import {
  incrementalAlterConfigs,
  type AlterConfigsOptions,
  type ConfigResourceChange,
} from './incremental-alter-configs';
import {
  listGroupOffsets,
  type GroupOffset,
  type ListGroupOffsetsOptions,
} from './list-group-offsets';
import { listGroups, type GroupListing, type ListGroupsOptions } from './list-groups';
import {
  listOffsets,
  type ListedOffset,
  type ListOffsetsOptions,
  type ListOffsetsQuestion,
} from './list-offsets';
import {
  listPartitionReassignments,
  type OngoingReassignment,
} from './list-partition-reassignments';
import { removeMembersFromGroup, type RemoveMembersOptions } from './remove-members';
import { listTopics, type ListTopicsOptions, type TopicListing } from './list-topics';

/**
 * Looks at a cluster and changes it.
 *
 * Retriable errors are repeated until the call's timeout. A call about several things tells of each:
 * when some fail it throws an {@link AdminError} that names the failures and holds what succeeded.
 * When the call fails as a whole it throws what made it fail: NoBrokerReachableError,
 * ConnectionError, RequestTimeoutError, RetriesExhaustedError, UnsupportedApiError,
 * ClientClosedError.
 */
export class Admin {
  /** @param cluster the admin's own: closed together with it */
  constructor(private readonly cluster: Cluster) {}

  /** Reaches a broker. Optional: the first call does it. */
  connect(): Promise<void> {
    return this.cluster.connect();
  }

  /** Creates topics and waits until they can be used. */
  createTopics(
    topics: readonly NewTopic[],
    options?: CreateTopicsOptions,
  ): Promise<CreatedTopic[]> {
    return createTopics(this.cluster, topics, options);
  }

  /** Deletes topics and all they hold. */
  deleteTopics(topics: readonly string[], options?: AdminCallOptions): Promise<void> {
    return deleteTopics(this.cluster, topics, options);
  }

  /**
   * Gives topics more partitions and waits until they can be used. Keys may map to other partitions
   * afterwards.
   */
  createPartitions(
    topics: readonly NewPartitions[],
    options?: ValidatedCallOptions,
  ): Promise<void> {
    return createPartitions(this.cluster, topics, options);
  }

  /** All topics, in order of their names. */
  listTopics(options?: ListTopicsOptions): Promise<TopicListing[]> {
    return listTopics(this.cluster, options);
  }

  /** Partitions, leaders and replicas of topics, in the order asked. */
  describeTopics(topics: readonly string[], options?: AdminCallOptions): Promise<TopicMetadata[]> {
    return describeTopics(this.cluster, topics, options);
  }

  /** The cluster's id, controller and live brokers. */
  describeCluster(options?: AdminCallOptions): Promise<ClusterDescription> {
    return describeCluster(this.cluster, options);
  }

  /** Configs of topics and brokers and where each value comes from, in the order asked. */
  describeConfigs(
    resources: readonly ConfigResourceQuestion[],
    options?: DescribeConfigsOptions,
  ): Promise<ResourceConfigs[]> {
    return describeConfigs(this.cluster, resources, options);
  }

  /** Changes single configs and leaves the others alone. */
  incrementalAlterConfigs(
    resources: readonly ConfigResourceChange[],
    options?: AlterConfigsOptions,
  ): Promise<void> {
    return incrementalAlterConfigs(this.cluster, resources, options);
  }

  /** Offsets of partitions by place or time, in the order asked. */
  listOffsets(
    questions: readonly ListOffsetsQuestion[],
    options?: ListOffsetsOptions,
  ): Promise<ListedOffset[]> {
    return listOffsets(this.cluster, questions, options);
  }

  /** Makes records before an offset unreadable. */
  deleteRecords(
    records: readonly RecordsToDelete[],
    options?: AdminCallOptions,
  ): Promise<DeletedRecords[]> {
    return deleteRecords(this.cluster, records, options);
  }

  /**
   * Elects leaders and waits until they lead. A partition that cannot have the leader asked for
   * fails with PREFERRED_LEADER_NOT_AVAILABLE or ELIGIBLE_LEADERS_NOT_AVAILABLE.
   */
  electLeaders(options: ElectLeadersOptions): Promise<LeaderElection[]> {
    return electLeaders(this.cluster, options);
  }

  /**
   * Begins to move partitions to other brokers, or to stop doing so. Returns when that is decided;
   * {@link listPartitionReassignments} tells when it is done.
   */
  alterPartitionReassignments(
    reassignments: readonly PartitionReassignment[],
    options?: AdminCallOptions,
  ): Promise<void> {
    return alterPartitionReassignments(this.cluster, reassignments, options);
  }

  /** The partitions that are being moved, of those named or of all. */
  listPartitionReassignments(
    partitions?: readonly PartitionItem[],
    options?: AdminCallOptions,
  ): Promise<OngoingReassignment[]> {
    return listPartitionReassignments(this.cluster, partitions, options);
  }

  /** What lies in the log directories of brokers. */
  describeLogDirs(options?: DescribeLogDirsOptions): Promise<BrokerLogDirs[]> {
    return describeLogDirs(this.cluster, options);
  }

  /** Which APIs brokers answer in which versions. */
  describeApiVersions(options?: DescribeApiVersionsOptions): Promise<BrokerApiVersions[]> {
    return describeApiVersions(this.cluster, options);
  }

  /** Consumer groups and others, in order of their ids. All brokers are asked. */
  listGroups(options?: ListGroupsOptions): Promise<GroupListing[]> {
    return listGroups(this.cluster, options);
  }

  /** State, members and assignments of groups, in the order asked. A missing group is `Dead`. */
  describeGroups(
    groupIds: readonly string[],
    options?: AdminCallOptions,
  ): Promise<GroupDescription[]> {
    return describeGroups(this.cluster, groupIds, options);
  }

  /** Deletes groups without members, and their offsets. */
  deleteGroups(groupIds: readonly string[], options?: AdminCallOptions): Promise<void> {
    return deleteGroups(this.cluster, groupIds, options);
  }

  /** How far a group has read, by topic and partition. */
  listGroupOffsets(groupId: string, options?: ListGroupOffsetsOptions): Promise<GroupOffset[]> {
    return listGroupOffsets(this.cluster, groupId, options);
  }

  /** Makes a group without members go on at other offsets. */
  alterGroupOffsets(
    groupId: string,
    offsets: readonly NewGroupOffset[],
    options?: AdminCallOptions,
  ): Promise<void> {
    return alterGroupOffsets(this.cluster, groupId, offsets, options);
  }

  /** Makes a group forget how far it has read partitions that no member reads. */
  deleteGroupOffsets(
    groupId: string,
    partitions: readonly PartitionItem[],
    options?: AdminCallOptions,
  ): Promise<void> {
    return deleteGroupOffsets(this.cluster, groupId, partitions, options);
  }

  /** Takes members out of a group, all of them when none is named. */
  removeMembersFromGroup(groupId: string, options?: RemoveMembersOptions): Promise<void> {
    return removeMembersFromGroup(this.cluster, groupId, options);
  }

  close(): Promise<void> {
    return this.cluster.close();
  }
}
