/** Kafka's record batches (magic 2): building, checking, stamping, walking and reading them. */
export { batchFull, RecordBatchBuilder, type RecordBatchBuilderOptions } from './batch-builder';
export { batchesOf, batchSizeAt, endOfWholeBatches, forEachBatch } from './batch-iterator';
export { logOverhead, recordsAt as batchHeaderSize } from './batch-layout';
export {
  computeCrc,
  type ProducerStamp,
  stampBaseOffset,
  stampCrc,
  stampLeaderEpoch,
  stampLogAppendTime,
  stampMaxTimestamp,
  stampProducer,
} from './batch-stamps';
export { validateBatch, validateProducedBatch } from './batch-validator';
export {
  type CompressionCodec,
  type CompressionType,
  compressionTypes,
  CodecUnavailableError,
  OutputLimitError,
} from './compression/codec';
export { compressionId, ensureCodecsReady, registerCodec } from './compression/registry';
export {
  buildEndTransactionBatch,
  type ControlBatchOptions,
  controlRecord,
  type EndTransactionMarker,
  type TransactionResult,
} from './control-record';
export { crc32c } from './crc32c';
export { type InvalidBatchCode, InvalidBatchError } from './invalid-batch-error';
export { readInt64, writeInt64 } from './int64';
export type { Record, RecordBytes, RecordHeader, RecordHeaderInput, TimestampType } from './record';
export { RecordBatch } from './record-batch';
export { decodeBatch, defaultMaxDecompressedBytes, recordsOf } from './record-decoder';
