import { batchSizeAt } from './batch-iterator';
import {
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  codecMask,
  controlBit,
  crcAt,
  currentMagic,
  lastOffsetDeltaAt,
  logAppendTimeBit,
  magicAt,
  maxTimestampAt,
  minRecordSize,
  producerIdAt,
  recordCountAt,
  recordsAt,
} from './batch-layout';
import { compressionTypes } from './compression/codec';
import { crc32c } from './crc32c';
import { readInt64 } from './int64';
import { corrupt, InvalidBatchError } from './invalid-batch-error';

/**
 * Checks one batch without looking inside its records: all bytes there, size, magic, checksum, and
 * header fields that agree with each other. Holds for every batch that may be in a log, compacted
 * ones and control batches included. Whatever the bytes, it reads only between `position` and `end`.
 *
 * @param maxBatchBytes Largest size accepted, `max.message.bytes`; default no limit.
 * @returns the size of the batch in bytes.
 * @throws InvalidBatchError CORRUPT_MESSAGE (also for a batch that is cut),
 * UNSUPPORTED_FOR_MESSAGE_FORMAT for the old magics 0 and 1, UNSUPPORTED_COMPRESSION_TYPE,
 * MESSAGE_TOO_LARGE, INVALID_RECORD, INVALID_TIMESTAMP.
 */
export function validateBatch(
  buffer: Buffer,
  position: number,
  end: number,
  maxBatchBytes = Infinity,
): number {
  const size = batchSizeAt(buffer, position, Math.min(end, buffer.length));
  if (size === 0) throw corrupt('The batch is cut.', position);
  checkMagic(buffer.readInt8(position + magicAt), position);
  if (size > maxBatchBytes) {
    throw new InvalidBatchError(
      'MESSAGE_TOO_LARGE',
      `A batch of ${size} bytes is larger than max.message.bytes, ${maxBatchBytes}.`,
      position,
    );
  }
  const actual = crc32c(buffer.subarray(position + attributesAt, position + size));
  const stored = buffer.readUInt32BE(position + crcAt);
  if (actual !== stored) {
    throw corrupt(`The checksum of a batch is ${actual}, but it says ${stored}.`, position);
  }
  checkHeader(buffer, position, size);
  return size;
}

/**
 * Checks a batch that a client sent to be appended: all that `validateBatch` checks, and what Kafka
 * demands of producers (`LogValidator.java`): as many records as offsets, at least one; no
 * control batch; timestamps of its own; with a producer id also a sequence.
 *
 * @returns the size of the batch in bytes.
 * @throws InvalidBatchError as `validateBatch`.
 */
export function validateProducedBatch(
  buffer: Buffer,
  position: number,
  end: number,
  maxBatchBytes = Infinity,
): number {
  const size = validateBatch(buffer, position, end, maxBatchBytes);
  const count = buffer.readInt32BE(position + recordCountAt);
  const offsets = buffer.readInt32BE(position + lastOffsetDeltaAt) + 1;
  if (count === 0) throw invalid('A batch holds no record.', position);
  if (count !== offsets) {
    throw invalid(`A batch of ${count} records spans ${offsets} offsets.`, position);
  }
  const attributes = buffer.readInt16BE(position + attributesAt);
  if ((attributes & controlBit) !== 0) {
    throw invalid('Clients may not write control batches.', position);
  }
  if ((attributes & logAppendTimeBit) !== 0) {
    throw new InvalidBatchError(
      'INVALID_TIMESTAMP',
      'A producer set the timestamp type to LogAppendTime.',
      position,
    );
  }
  const producerId = readInt64(buffer, position + producerIdAt);
  if (producerId >= 0 && buffer.readInt32BE(position + baseSequenceAt) < 0) {
    throw invalid(`A batch of producer ${producerId} has no sequence.`, position);
  }
  return size;
}

function checkMagic(magic: number, position: number): void {
  if (magic === currentMagic) return;
  if (magic !== 0 && magic !== 1) throw corrupt(`There is no magic ${magic}.`, position);
  throw new InvalidBatchError(
    'UNSUPPORTED_FOR_MESSAGE_FORMAT',
    `Batches of magic ${magic} are not supported, only of magic ${currentMagic}.`,
    position,
  );
}

/** The numbers of a header whose checksum is right; a faulty or hostile producer made the others. */
function checkHeader(buffer: Buffer, position: number, size: number): void {
  const attributes = buffer.readInt16BE(position + attributesAt);
  const codec = attributes & codecMask;
  if (codec >= compressionTypes.length) {
    throw new InvalidBatchError(
      'UNSUPPORTED_COMPRESSION_TYPE',
      `There is no codec ${codec}.`,
      position,
    );
  }
  const lastOffsetDelta = buffer.readInt32BE(position + lastOffsetDeltaAt);
  const lastOffset = readInt64(buffer, position + baseOffsetAt) + lastOffsetDelta;
  if (lastOffsetDelta < 0 || lastOffset < lastOffsetDelta || !Number.isSafeInteger(lastOffset)) {
    throw corrupt('The offsets of a batch are out of range.', position);
  }
  const count = buffer.readInt32BE(position + recordCountAt);
  if (count < 0 || count > lastOffsetDelta + 1) {
    throw invalid(`A batch of ${count} records spans ${lastOffsetDelta + 1} offsets.`, position);
  }
  if (codec === 0 && count * minRecordSize > size - recordsAt) {
    throw invalid(`A batch of ${size} bytes cannot hold ${count} records.`, position);
  }
  const isTime = (at: number): boolean => Number.isSafeInteger(readInt64(buffer, position + at));
  if (!isTime(baseTimestampAt) || !isTime(maxTimestampAt)) {
    throw new InvalidBatchError(
      'INVALID_TIMESTAMP',
      'The timestamps of a batch are out of range.',
      position,
    );
  }
  if (!Number.isSafeInteger(readInt64(buffer, position + producerIdAt))) {
    throw invalid('The producer id of a batch is out of range.', position);
  }
}

function invalid(message: string, position: number): InvalidBatchError {
  return new InvalidBatchError('INVALID_RECORD', message, position);
}
