/** Reading partitions: assignment, positions, fetching ahead, handing out. */
export type { AssignmentTarget } from './assignment-target';
export { Consumer, type PartitionOffset, type PartitionOffsetForTime } from './consumer';
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
export type { OffsetQuestion } from './offset-lookup';
export type { OffsetPosition, PartitionPosition } from './offset-position';
export type { ConsumerHandlers } from './run-loop';
export type { TopicPartition } from './topic-partition';
