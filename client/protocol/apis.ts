import type { Api } from './api';
import { AllocateProducerIds } from './messages/allocate-producer-ids';
import { AlterConfigs } from './messages/alter-configs';
import { AlterPartition } from './messages/alter-partition';
import { AlterPartitionReassignments } from './messages/alter-partition-reassignments';
import { ApiVersions } from './messages/api-versions';
import { ControlledShutdown } from './messages/controlled-shutdown';
import { CreatePartitions } from './messages/create-partitions';
import { CreateTopics } from './messages/create-topics';
import { DeleteGroups } from './messages/delete-groups';
import { DeleteRecords } from './messages/delete-records';
import { DeleteTopics } from './messages/delete-topics';
import { DescribeCluster } from './messages/describe-cluster';
import { DescribeConfigs } from './messages/describe-configs';
import { DescribeGroups } from './messages/describe-groups';
import { DescribeLogDirs } from './messages/describe-log-dirs';
import { ElectLeaders } from './messages/elect-leaders';
import { Fetch } from './messages/fetch';
import { FindCoordinator } from './messages/find-coordinator';
import { Heartbeat } from './messages/heartbeat';
import { IncrementalAlterConfigs } from './messages/incremental-alter-configs';
import { InitProducerId } from './messages/init-producer-id';
import { JoinGroup } from './messages/join-group';
import { LeaderAndIsr } from './messages/leader-and-isr';
import { LeaveGroup } from './messages/leave-group';
import { ListGroups } from './messages/list-groups';
import { ListOffsets } from './messages/list-offsets';
import { ListPartitionReassignments } from './messages/list-partition-reassignments';
import { Metadata } from './messages/metadata';
import { OffsetCommit } from './messages/offset-commit';
import { OffsetDelete } from './messages/offset-delete';
import { OffsetFetch } from './messages/offset-fetch';
import { OffsetForLeaderEpoch } from './messages/offset-for-leader-epoch';
import { Produce } from './messages/produce';
import { StopReplica } from './messages/stop-replica';
import { SyncGroup } from './messages/sync-group';
import { UpdateMetadata } from './messages/update-metadata';

/** Every API of the protocol, by name. */
export const apis = {
  Produce,
  Fetch,
  ListOffsets,
  Metadata,
  ApiVersions,
  CreateTopics,
  DeleteTopics,
  DeleteRecords,
  DescribeConfigs,
  DescribeLogDirs,
  CreatePartitions,
  AlterConfigs,
  IncrementalAlterConfigs,
  DescribeCluster,
  LeaderAndIsr,
  StopReplica,
  UpdateMetadata,
  ControlledShutdown,
  InitProducerId,
  OffsetForLeaderEpoch,
  ElectLeaders,
  AlterPartitionReassignments,
  ListPartitionReassignments,
  AlterPartition,
  AllocateProducerIds,
  FindCoordinator,
  JoinGroup,
  SyncGroup,
  Heartbeat,
  LeaveGroup,
  OffsetCommit,
  OffsetFetch,
  OffsetDelete,
  DescribeGroups,
  ListGroups,
  DeleteGroups,
} as const;

export type ApiName = keyof typeof apis;

const byKey = new Map<number, Api>(Object.values(apis).map((api) => [api.key, api as Api]));

export function apiByKey(key: number): Api | undefined {
  return byKey.get(key);
}

/** All APIs in order of their keys. */
export function allApis(): Api[] {
  return [...byKey.values()].sort((a, b) => a.key - b.key);
}
