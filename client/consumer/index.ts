/** Reading partitions: assignment, positions, fetching ahead, handing out. */
export type { AssignmentTarget } from './assignment-target';
export { Consumer } from './consumer';
export { ConsumerBatch } from './consumer-batch';
export {
  ConsumerStateError,
  LogTruncationError,
  OffsetOutOfRangeError,
  PartitionReadError,
  UnreadableRecordsError,
  WakeupError,
} from './consumer-errors';
export type { AutoOffsetReset, ConsumerOptions, IsolationLevel } from './consumer-options';
export { ConsumerRecord } from './consumer-record';
export type {
  MemberShare,
  PartitionAssignor,
  PartitionCounts,
  RebalanceProtocol,
  SubscribedMember,
} from './group/assignors/assignor';
export type { AssignorName } from './group/assignors/assignor-registry';
export { roundRobinAssignor } from './group/assignors/round-robin-assignor';
export type {
  ConsumerEventListener,
  ConsumerEventName,
  ConsumerEvents,
  MemberFacts,
} from './group/consumer-events';
export type { GroupConsumer, GroupMetadata, PartitionLag } from './group/group-consumer';
export { CommitFailedError } from './group/group-errors';
export type { GroupOptions } from './group/group-options';
export type { CommittedOffset, OffsetToCommit } from './group/offset-to-commit';
export type { RebalanceListener, Subscription } from './group/subscription';
export type { OffsetQuestion } from './offset-lookup';
export type { OffsetPosition, PartitionPosition } from './offset-position';
export type { PartitionOffset, PartitionOffsetForTime } from './partition-offset';
export type { ConsumerHandlers } from './run-loop';
export type { ConsumerCloseOptions, RunOptions } from './run-options';
export type { TopicPartition } from './topic-partition';
