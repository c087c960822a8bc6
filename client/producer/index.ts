/** The producer: records in, batches out. */
export { BufferFullError } from './buffer-full-error';
export { DeliveryTimeoutError } from './delivery-timeout-error';
export { InvalidRecordError } from './invalid-record-error';
export {
  partitionOfKey,
  roundRobinPartitioner,
  type PartitionerChoice,
  type PartitionerFunction,
  type PartitionQuestion,
} from './partitioner';
export { ProduceError } from './produce-error';
export { Producer, type CloseOptions } from './producer';
export type { ProducerMetrics } from './producer-metrics';
export type { Acks, ProducerOptions } from './producer-options';
export type {
  DeliveryCallback,
  DeliveryReport,
  ProduceOptions,
  ProducerMessage,
  RangeReport,
  SendRequest,
} from './producer-record';
export { SendError, type FailedMessage } from './send-error';
export { TopicMetadataError } from './topic-metadata-error';
