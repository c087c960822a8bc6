/** The partition logs of a broker: files and batches, nothing of networks or ZooKeeper. */
export type { CleanerConfig } from './cleaner/cleaner-config';
export type {
  CompactionFigures,
  CompactionStatus,
  TopicCleaning,
} from './cleaner/compaction-status';
export { nodeFileSystem, type DiskSpace, type FileStat, type FileSystem } from './file-system';
export {
  defaultLogConfig,
  isCompacted,
  UNBOUNDED,
  type CleanupPolicy,
  type LogConfig,
} from './log-config';
export type { RecoveryProgress } from './log-dir';
export type { LogEnvironmentOptions } from './log-environment';
export * from './log-error';
export { openLogManager, type LogManagerOptions } from './log-manager';
export { defaultLogManagerConfig, type LogManagerConfig } from './log-manager-config';
export { storedBrokerId } from './meta-properties';
export { thisProcess, type ProcessIdentity } from './lock-owner';
export { partitionName, type TopicPartition } from './topic-partition';
export type * from './types';
