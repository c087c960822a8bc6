import {
  attributesAt,
  baseTimestampAt,
  batchLengthAt,
  codecMask,
  deleteHorizonBit,
  logOverhead,
  none,
  recordCountAt,
  recordsAt,
} from '../../../client/records/batch-layout';
import {
  RecordBatchBuilder,
  stampCrc,
  writeInt64,
  type Record,
  type RecordBatch,
} from '../../../client/records';

const MAX_BATCH_BYTES = 0x7fff_ffff;

/**
 * The batch with fewer records, or with a delete horizon: offsets, sequences, epochs, codec and kind
 * of time stay what they are (Kafka's MemoryRecords.buildRetainedRecordsInto).
 *
 * @param deleteHorizon ms since the epoch; -1 for none
 */
export function rewriteBatch(
  batch: RecordBatch,
  retained: readonly Record[],
  deleteHorizon: number,
): Buffer {
  const { producerId, producerEpoch, baseSequence, isTransactional, baseOffset } = batch;
  const builder = new RecordBatchBuilder({
    compression: batch.compression,
    timestampType: batch.timestampType,
    baseOffset,
    leaderEpoch: batch.leaderEpoch,
    isControl: batch.isControl,
    deleteHorizon: deleteHorizon < 0 ? undefined : deleteHorizon,
    producer: { producerId, producerEpoch, baseSequence, isTransactional },
    maxBytes: MAX_BATCH_BYTES,
    initialCapacity: batch.sizeInBytes,
  });
  for (const { offset, timestamp, key, value, headers } of retained) {
    builder.tryAppendAt(offset - baseOffset, timestamp, key, value, headers);
  }
  return builder.build(batch.lastOffsetDelta);
}

/** The batch without any record: what is left to know the producer's last sequence by. */
export function emptyBatch(batch: RecordBatch): Buffer {
  const header = Buffer.from(batch.buffer.subarray(batch.position, batch.position + recordsAt));
  header.writeInt32BE(recordsAt - logOverhead, batchLengthAt);
  header.writeInt16BE(batch.attributes & ~codecMask & ~deleteHorizonBit, attributesAt);
  writeInt64(header, baseTimestampAt, none);
  header.writeInt32BE(0, recordCountAt);
  stampCrc(header, 0);
  return header;
}
