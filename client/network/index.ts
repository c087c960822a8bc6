export { NoBrokerReachableError } from './bootstrap';
export { ClientClosedError } from './client-closed-error';
export {
  resolveClientOptions,
  type BootstrapServers,
  type ClientOptions,
  type ResolvedClientOptions,
  type RetryOptions,
  type SocketFactory,
} from './client-options';
export { ClientOptionsError } from './client-options-error';
export {
  Cluster,
  type ClusterSendOptions,
  type MetadataRequestOptions,
  type RetryCallOptions,
} from './cluster';
export {
  ClusterMetadata,
  type BrokerNode,
  type PartitionMetadata,
  type TopicMetadata,
} from './cluster-metadata';
export { Connection, type ConnectionOptions } from './connection';
export { ConnectionError } from './connection-error';
export { formatEndpoint, parseEndpoint, type Endpoint } from './endpoint';
export { RequestTimeoutError } from './request-timeout-error';
export type { ConnectionPurpose, ResponseCallback, SendOptions } from './send-options';
export { actionFor, RetriesExhaustedError, retrying, type RetryCall } from './retry';
export { topicOf } from './merge-metadata';
export { UnsupportedApiError } from './unsupported-api-error';
