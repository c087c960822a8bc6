/** KafkaJS's API over this client. Names, shapes and defaults are KafkaJS's. */
export { Kafka } from './kafka';
export { AssignerProtocol } from './assigner-protocol';
export { CompressionCodecs } from './compression';
export {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  CompressionTypes,
  ConfigResourceTypes,
  ConfigSource,
  logLevel,
  ResourcePatternTypes,
} from './enums';
export * from './errors';
export { PartitionAssigners } from './round-robin-assigner';
export { Partitioners } from './partitioners';
export type * from './admin-types';
export type * from './assigner-types';
export type * from './config-types';
export type * from './consumer-types';
export type * from './event-types';
export type * from './group-types';
export type { InstrumentationEvent, RemoveInstrumentationEventListener } from './instrumentation';
export type { LogEntry, LoggerEntryContent, Logger, logCreator } from './logger';
export type * from './offset-types';
export type * from './producer-types';
