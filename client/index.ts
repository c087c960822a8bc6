/** The client: what applications import. */
export { Kafka } from './kafka';
export * from './admin';
export * from './consumer';
export * from './producer';
export {
  ClientClosedError,
  ClientOptionsError,
  ConnectionError,
  NoBrokerReachableError,
  RequestTimeoutError,
  RetriesExhaustedError,
  UnsupportedApiError,
  type BootstrapServers,
  type BrokerNode,
  type ClientOptions,
  type Endpoint,
  type PartitionMetadata,
  type RetryOptions,
  type SocketFactory,
  type TopicMetadata,
} from './network';
export { ErrorCode, errorFacts, type ClientAction, type ErrorName } from './protocol/error-codes';
export { ProtocolError } from './protocol/protocol-error';
export { KafkaClassicError } from './runtime/error';
export type { Logger } from './runtime/logger';
