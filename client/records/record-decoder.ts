import { codecMask, recordsAt } from './batch-layout';
import { compressionType, decompress } from './compression/registry';
import { corrupt } from './invalid-batch-error';
import { type Record } from './record';
import { RecordBatch } from './record-batch';
import { RecordReader } from './record-reader';

/** Records of a batch may unpack to this many bytes unless the caller says otherwise: 128 MiB. */
export const defaultMaxDecompressedBytes = 128 * 1024 * 1024;

/**
 * Decodes the records of one batch in order; at most `recordCount`, which compaction may have made
 * fewer than offsets. Keys and values are views, so one kept record keeps all the bytes it came
 * in: copy what lives long. The header is not checked; use `validateBatch` for that.
 *
 * @param visit Called per record; must not change the buffer.
 * @param maxDecompressedBytes Guards against batches that unpack without end. Default 128 MiB.
 * @returns the number of records.
 * @throws InvalidBatchError CORRUPT_MESSAGE, UNSUPPORTED_COMPRESSION_TYPE or MESSAGE_TOO_LARGE;
 * records before the damage may have been visited.
 */
export function decodeBatch(
  buffer: Buffer,
  position: number,
  visit: (record: Record) => void,
  maxDecompressedBytes = defaultMaxDecompressedBytes,
): number {
  const batch = new RecordBatch(buffer, position);
  const reader = openRecords(batch, maxDecompressedBytes);
  for (let left = reader.count; left > 0; left--) visit(reader.next());
  reader.finish();
  return reader.count;
}

/** All records of one batch; see `decodeBatch`. */
export function recordsOf(
  buffer: Buffer,
  position = 0,
  maxDecompressedBytes = defaultMaxDecompressedBytes,
): Record[] {
  const reader = openRecords(new RecordBatch(buffer, position), maxDecompressedBytes);
  const records = new Array<Record>(reader.count);
  for (let index = 0; index < reader.count; index++) records[index] = reader.next();
  reader.finish();
  return records;
}

function openRecords(batch: RecordBatch, maxDecompressedBytes: number): RecordReader {
  const { buffer, position } = batch;
  if (position + recordsAt > buffer.length) throw corrupt('The batch is cut.', position);
  const size = batch.sizeInBytes;
  if (size < recordsAt || position + size > buffer.length) {
    throw corrupt('The batch is cut.', position);
  }
  const codec = compressionType(batch.attributes & codecMask);
  const start = position + recordsAt;
  const end = position + size;
  if (codec === 'none' || batch.recordCount === 0)
    return new RecordReader(batch, buffer, start, end);
  const records = decompress(codec, buffer.subarray(start, end), maxDecompressedBytes);
  return new RecordReader(batch, records, 0, records.length);
}
