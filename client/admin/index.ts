/** Looking at a cluster and changing it. */
export { Admin } from './admin';
export { AdminError } from './admin-error';
export type { NewGroupOffset } from './alter-group-offsets';
export type { PartitionReassignment } from './alter-partition-reassignments';
export type { PartitionItem } from './ask-leaders';
export type { AdminCallOptions, ValidatedCallOptions } from './call-options';
export type { ConfigResource } from './config-resource';
export type { NewPartitions } from './create-partitions';
export type { CreatedTopic, CreateTopicsOptions, NewTopic } from './create-topics';
export type { DeletedRecords, RecordsToDelete } from './delete-records';
export type { BrokerApiVersions, DescribeApiVersionsOptions } from './describe-api-versions';
export type { ClusterDescription } from './describe-cluster';
export type {
  ConfigEntry,
  ConfigResourceQuestion,
  ConfigSourceName,
  ConfigSynonym,
  ConfigTypeName,
  DescribeConfigsOptions,
  ResourceConfigs,
} from './describe-configs';
export type { GroupDescription, GroupMember } from './describe-groups';
export type {
  BrokerLogDirs,
  DescribeLogDirsOptions,
  LogDirDescription,
  ReplicaInfo,
} from './describe-log-dirs';
export type { ElectLeadersOptions, LeaderElection } from './elect-leaders';
export { groupStates, type GroupState } from './group-state';
export type {
  AlterConfigsOptions,
  ConfigChange,
  ConfigResourceChange,
} from './incremental-alter-configs';
export type { GroupOffset, ListGroupOffsetsOptions } from './list-group-offsets';
export type { GroupListing, ListGroupsOptions } from './list-groups';
export type { ListedOffset, ListOffsetsOptions, ListOffsetsQuestion } from './list-offsets';
export type { OngoingReassignment } from './list-partition-reassignments';
export type { ListTopicsOptions, TopicListing } from './list-topics';
export { MissingPartitionError } from './missing-partition-error';
export type { MemberToRemove, RemoveMembersOptions } from './remove-members';
