import {
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  batchLengthAt,
  crcAt,
  leaderEpochAt,
  logAppendTimeBit,
  logOverhead,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  transactionalBit,
} from './batch-layout';
import { crc32c } from './crc32c';
import { writeInt64 } from './int64';

/**
 * The few changes a finished batch may see, in place. `position` is where the batch starts. Offset
 * and leader epoch lie outside the checksum; whoever changes more pays for a new one.
 */

/** Sets the base offset. */
export function stampBaseOffset(buffer: Buffer, position: number, offset: number): void {
  writeInt64(buffer, position + baseOffsetAt, offset);
}

/** Sets the partition leader epoch. */
export function stampLeaderEpoch(buffer: Buffer, position: number, epoch: number): void {
  buffer.writeInt32BE(epoch, position + leaderEpochAt);
}

/** Gives all records the time of the append, in ms (`message.timestamp.type=LogAppendTime`). */
export function stampLogAppendTime(buffer: Buffer, position: number, timestamp: number): void {
  const attributes = buffer.readInt16BE(position + attributesAt) | logAppendTimeBit;
  buffer.writeInt16BE(attributes, position + attributesAt);
  writeInt64(buffer, position + maxTimestampAt, timestamp);
  stampCrc(buffer, position);
}

/** Sets the max timestamp, in ms, and leaves the type of the timestamps as it is. */
export function stampMaxTimestamp(buffer: Buffer, position: number, timestamp: number): void {
  writeInt64(buffer, position + maxTimestampAt, timestamp);
  stampCrc(buffer, position);
}

/** What an idempotent or transactional producer signs its batches with. */
export interface ProducerStamp {
  producerId: number;
  producerEpoch: number;
  baseSequence: number;
  /** Default false. */
  isTransactional?: boolean;
}

/** Signs the batch anew, as after the producer got a new epoch. */
export function stampProducer(buffer: Buffer, position: number, stamp: ProducerStamp): void {
  const attributes = buffer.readInt16BE(position + attributesAt) & ~transactionalBit;
  const bit = stamp.isTransactional === true ? transactionalBit : 0;
  buffer.writeInt16BE(attributes | bit, position + attributesAt);
  writeInt64(buffer, position + producerIdAt, stamp.producerId);
  buffer.writeInt16BE(stamp.producerEpoch, position + producerEpochAt);
  buffer.writeInt32BE(stamp.baseSequence, position + baseSequenceAt);
  stampCrc(buffer, position);
}

/** The checksum that the batch ought to have. */
export function computeCrc(buffer: Buffer, position: number): number {
  const end = position + logOverhead + buffer.readInt32BE(position + batchLengthAt);
  return crc32c(buffer.subarray(position + attributesAt, end));
}

/** Recomputes the checksum. */
export function stampCrc(buffer: Buffer, position: number): void {
  buffer.writeUInt32BE(computeCrc(buffer, position), position + crcAt);
}
