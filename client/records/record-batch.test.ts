import { RecordBatchBuilder } from './batch-builder';
import {
  stampBaseOffset,
  stampLeaderEpoch,
  stampLogAppendTime,
  stampMaxTimestamp,
  stampProducer,
} from './batch-stamps';
import { validateBatch } from './batch-validator';
import { buildEndTransactionBatch, controlRecord } from './control-record';
import { InvalidBatchError } from './invalid-batch-error';
import { type Record } from './record';
import { RecordBatch } from './record-batch';
import { recordsOf } from './record-decoder';

const position = 13;

/** A batch of three records, not at the start of its buffer. */
function sample(): Buffer {
  const builder = new RecordBatchBuilder({
    headroom: position,
    producer: { producerId: 2 ** 40, producerEpoch: 3, baseSequence: 2 ** 31 - 2 },
  });
  for (const time of [50, 70, 60]) builder.tryAppend(time, 'key', 'value');
  builder.build();
  return builder.withHeadroom;
}

test('a view reads all fields of the header', () => {
  const buffer = sample();
  const batch = new RecordBatch(buffer, position);
  expect(batch).toMatchObject({
    baseOffset: 0,
    lastOffset: 2,
    nextOffset: 3,
    leaderEpoch: -1,
    magic: 2,
    compression: 'none',
    timestampType: 'CreateTime',
    isTransactional: false,
    isControl: false,
    baseTimestamp: 50,
    maxTimestamp: 70,
    deleteHorizon: -1,
    producerId: 2 ** 40,
    hasProducerId: true,
    producerEpoch: 3,
    baseSequence: 2 ** 31 - 2,
    lastSequence: 0,
    recordCount: 3,
  });
  expect(batch.sizeInBytes).toBe(buffer.length - position);
  expect(batch.bytes.equals(buffer.subarray(position))).toBe(true);
});

test('offset and leader epoch are stamped outside the checksum', () => {
  const buffer = sample();
  const batch = new RecordBatch(buffer, position);
  const crc = batch.crc;
  stampBaseOffset(buffer, position, 2 ** 50 + 1);
  stampLeaderEpoch(buffer, position, 9);
  expect(batch).toMatchObject({ baseOffset: 2 ** 50 + 1, leaderEpoch: 9, crc });
  validateBatch(buffer, position, buffer.length);
  expect(recordsOf(buffer, position).map((r) => r.offset - 2 ** 50)).toEqual([1, 2, 3]);
});

test('the append time becomes the time of every record', () => {
  const buffer = sample();
  stampLogAppendTime(buffer, position, 1234);
  validateBatch(buffer, position, buffer.length);
  expect(new RecordBatch(buffer, position).timestampType).toBe('LogAppendTime');
  const records = recordsOf(buffer, position);
  expect(records.map((r) => r.timestamp)).toEqual([1234, 1234, 1234]);
  expect(records.map((r) => r.timestampType)).toEqual(Array(3).fill('LogAppendTime'));
});

test('the max timestamp alone leaves the records their own', () => {
  const buffer = sample();
  stampMaxTimestamp(buffer, position, 99);
  validateBatch(buffer, position, buffer.length);
  expect(new RecordBatch(buffer, position).maxTimestamp).toBe(99);
  expect(recordsOf(buffer, position).map((r) => r.timestamp)).toEqual([50, 70, 60]);
});

test('a producer can sign a batch anew', () => {
  const buffer = sample();
  const stamp = { producerId: 8, producerEpoch: 1, baseSequence: 4, isTransactional: true };
  stampProducer(buffer, position, stamp);
  validateBatch(buffer, position, buffer.length);
  expect(new RecordBatch(buffer, position)).toMatchObject({ ...stamp, lastSequence: 6 });
});

describe('end of a transaction', () => {
  test.each(['ABORT', 'COMMIT'] as const)('%s', (result) => {
    const bytes = buildEndTransactionBatch({
      result,
      coordinatorEpoch: 11,
      producerId: 5,
      producerEpoch: 6,
      timestamp: 77,
    });
    validateBatch(bytes, 0, bytes.length);
    expect(new RecordBatch(bytes, 0)).toMatchObject({
      isControl: true,
      isTransactional: true,
      producerId: 5,
      producerEpoch: 6,
      baseSequence: -1,
      lastSequence: -1,
    });
    const [record] = recordsOf(bytes);
    expect(record.timestamp).toBe(77);
    expect(record.key?.toString('hex')).toBe(result === 'ABORT' ? '00000000' : '00000001');
    expect(controlRecord(record)).toEqual({ result, coordinatorEpoch: 11 });
  });

  test('unknown types are passed over, short records are corrupt', () => {
    const record = (key: string | null, value: string | null): Record => ({
      offset: 0,
      timestamp: 0,
      timestampType: 'CreateTime',
      key: key === null ? null : Buffer.from(key, 'hex'),
      value: value === null ? null : Buffer.from(value, 'hex'),
      headers: [],
    });
    expect(controlRecord(record('00000002', '0000'))).toBeUndefined();
    expect(() => controlRecord(record('00', null))).toThrow(InvalidBatchError);
    expect(() => controlRecord(record('00000001', '0000'))).toThrow(InvalidBatchError);
  });
});
