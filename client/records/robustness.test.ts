import fc from 'fast-check';
import { RecordBatchBuilder } from './batch-builder';
import { batchesOf, endOfWholeBatches, forEachBatch } from './batch-iterator';
import { stampBaseOffset, stampCrc } from './batch-stamps';
import { validateBatch, validateProducedBatch } from './batch-validator';
import { type CompressionType, compressionTypes } from './compression/codec';
import { ensureCodecsReady } from './compression/registry';
import { InvalidBatchError } from './invalid-batch-error';
import { decodeBatch, recordsOf } from './record-decoder';

fc.configureGlobal({ seed: 20250101 });

function batchOf(count: number, compression: CompressionType = 'none'): Buffer {
  const builder = new RecordBatchBuilder({ compression });
  for (let i = 0; i < count; i++) {
    builder.tryAppend(1000 + i, `key-${i}`, 'value '.repeat(i % 7), [{ key: 'h', value: 'x' }]);
  }
  return Buffer.from(builder.build());
}

/** The error's code, or what the action returned; any other error passes on and fails the test. */
function outcome(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    if (error instanceof InvalidBatchError) return error.code;
    throw error;
  }
}

/** A copy with some bytes replaced and the checksum made right, as a hostile producer would. */
function forged(batch: Buffer, at: number, bytes: string): Buffer {
  const copy = Buffer.from(batch);
  copy.write(bytes, at, 'hex');
  stampCrc(copy, 0);
  return copy;
}

beforeAll(ensureCodecsReady);

describe('validator', () => {
  const batch = batchOf(5);

  test('no flipped bit under the checksum goes unnoticed', () => {
    for (let bit = 17 * 8; bit < batch.length * 8; bit++) {
      const copy = Buffer.from(batch);
      copy[bit >> 3] ^= 1 << (bit & 7);
      expect(outcome(() => validateBatch(copy, 0, copy.length))).toBe('CORRUPT_MESSAGE');
    }
  });

  test('a cut batch is corrupt wherever it is cut', () => {
    for (let end = 0; end < batch.length; end++) {
      expect(outcome(() => validateBatch(batch, 0, end))).toBe('CORRUPT_MESSAGE');
      expect(outcome(() => validateBatch(batch.subarray(0, end), 0, batch.length))).toBe(
        'CORRUPT_MESSAGE',
      );
    }
  });

  test.each([
    ['a size below the header', 8, '00000010', 'CORRUPT_MESSAGE'],
    ['a negative size', 8, 'ffffffff', 'CORRUPT_MESSAGE'],
    ['magic 0', 16, '00', 'UNSUPPORTED_FOR_MESSAGE_FORMAT'],
    ['magic 1', 16, '01', 'UNSUPPORTED_FOR_MESSAGE_FORMAT'],
    ['magic 3', 16, '03', 'CORRUPT_MESSAGE'],
    ['a wrong checksum', 17, '00000000', 'CORRUPT_MESSAGE'],
  ])('%s', (_, at, bytes, code) => {
    const copy = Buffer.from(batch);
    copy.write(bytes, at, 'hex');
    expect(outcome(() => validateBatch(copy, 0, copy.length))).toBe(code);
  });

  test.each([
    ['codec 5', 21, '0005', 'UNSUPPORTED_COMPRESSION_TYPE'],
    ['a negative last offset delta', 23, 'ffffffff', 'CORRUPT_MESSAGE'],
    ['a negative base offset', 0, 'ffffffffffffffff', 'CORRUPT_MESSAGE'],
    ['a base offset beyond the safe integers', 0, '7fffffffffffffff', 'CORRUPT_MESSAGE'],
    ['a base timestamp beyond the safe integers', 27, '7fffffffffffffff', 'INVALID_TIMESTAMP'],
    ['a max timestamp beyond the safe integers', 35, '7fffffffffffffff', 'INVALID_TIMESTAMP'],
    ['a producer id beyond the safe integers', 43, '7fffffffffffffff', 'INVALID_RECORD'],
    ['more records than offsets', 57, '00000006', 'INVALID_RECORD'],
    ['a negative number of records', 57, 'ffffffff', 'INVALID_RECORD'],
  ])('%s with the right checksum', (_, at, bytes, code) => {
    const copy = forged(batch, at, bytes);
    expect(outcome(() => validateBatch(copy, 0, copy.length))).toBe(code);
  });

  test('more records than the bytes can hold', () => {
    const copy = forged(forged(batch, 23, '7ffffffe'), 57, '7fffffff');
    expect(outcome(() => validateBatch(copy, 0, copy.length))).toBe('INVALID_RECORD');
  });

  test.each([
    ['fewer records than offsets', 57, '00000004', 'INVALID_RECORD'],
    ['no record', 57, '00000000', 'INVALID_RECORD'],
    ['a control batch', 21, '0020', 'INVALID_RECORD'],
    ['the append time', 21, '0008', 'INVALID_TIMESTAMP'],
    ['a producer id without sequence', 43, '0000000000000001', 'INVALID_RECORD'],
  ])('of a producer, not of a log: %s', (_, at, bytes, code) => {
    const copy = forged(batch, at, bytes);
    expect(outcome(() => validateProducedBatch(copy, 0, copy.length))).toBe(code);
    expect(outcome(() => validateBatch(copy, 0, copy.length))).toBe(copy.length);
  });

  test('the size limit is inclusive', () => {
    expect(validateBatch(batch, 0, batch.length, batch.length)).toBe(batch.length);
    expect(outcome(() => validateBatch(batch, 0, batch.length, batch.length - 1))).toBe(
      'MESSAGE_TOO_LARGE',
    );
  });
});

describe('iterator', () => {
  const sizes = [1, 3, 0, 2].map((count) => batchOf(count));
  sizes.forEach((bytes, index) => stampBaseOffset(bytes, 0, index * 10));
  const all = Buffer.concat(sizes);

  test('stops before whatever is not whole', () => {
    const ends = sizes.map((_, i) => Buffer.concat(sizes.slice(0, i + 1)).length);
    for (let end = 0; end <= all.length; end++) {
      const whole = ends.filter((e) => e <= end);
      const offsets: number[] = [];
      const stop = forEachBatch(all, (batch) => void offsets.push(batch.baseOffset), 0, end);
      expect(stop).toBe(whole.at(-1) ?? 0);
      expect(offsets).toEqual(whole.map((_, index) => index * 10));
      expect(endOfWholeBatches(all, 0, end)).toBe(stop);
    }
    expect(batchesOf(all).map((batch) => batch.recordCount)).toEqual([1, 3, 0, 2]);
  });

  test('the visitor can stop it, and it can go on from there', () => {
    const stop = forEachBatch(all, (batch) => batch.recordCount !== 3);
    expect(stop).toBe(sizes[0].length + sizes[1].length);
    expect(batchesOf(all, stop).map((batch) => batch.baseOffset)).toEqual([20, 30]);
  });

  test('an impossible size is reported with its place', () => {
    const zeros = Buffer.concat([sizes[0], Buffer.alloc(100)]);
    expect.assertions(2);
    try {
      batchesOf(zeros);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidBatchError);
      expect(error).toMatchObject({ code: 'CORRUPT_MESSAGE', position: sizes[0].length });
    }
  });
});

describe('decoder', () => {
  test('random bytes and damaged batches give records or an InvalidBatchError', () => {
    const batches = compressionTypes.map((type) => batchOf(6, type));
    const damaged = fc
      .tuple(
        fc.constantFrom(...batches),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.boolean(),
        fc.nat(),
      )
      .map(([batch, edits, isCut, cut]) => {
        const copy = Buffer.from(batch);
        for (const [at, byte] of edits) copy[21 + (at % (copy.length - 21))] = byte;
        stampCrc(copy, 0);
        return isCut ? copy.subarray(0, cut % copy.length) : copy;
      });
    const random = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(fc.oneof(damaged, random), fc.nat(20), (bytes, position) => {
        for (const at of [0, position]) {
          outcome(() => validateBatch(bytes, at, bytes.length));
          outcome(() => validateProducedBatch(bytes, at, bytes.length));
          outcome(() => batchesOf(bytes, at).length);
          outcome(() => recordsOf(bytes, at, 100_000).map((record) => record.headers.length));
        }
      }),
      { numRuns: 2000 },
    );
  });

  // Length, attributes, timestamp delta, offset delta, key, value, headers.
  test.each([
    ['a record that leaves its batch', '0e000000010100', 'fit its batch'],
    ['a record too short for its fields', '0a000000010100', 'fit its batch'],
    ['a record longer than its fields', '0e00000001010000', 'longer than its fields'],
    ['an offset delta beyond the last', '0c000002010100', 'Offset delta 1'],
    ['a negative offset delta', '0c000001010100', 'Offset delta -1'],
    ['a key that leaves its record', '0c000000100100', 'field of 8 bytes'],
    ['a key of length -2', '0c000000030100', 'field of -2 bytes'],
    ['a value that leaves its record', '0c000000010400', 'field of 2 bytes'],
    ['headers that are not there', '0c000000010102', 'past the end'],
    ['a negative number of headers', '0c000000010101', 'has -1 headers'],
    ['a header without key', '10000000010102010000', 'field of -1 bytes'],
  ])('%s', (_, hex, reason) => {
    const bytes = Buffer.concat([batchOf(1).subarray(0, 61), Buffer.from(hex, 'hex')]);
    bytes.writeInt32BE(bytes.length - 12, 8);
    expect(() => recordsOf(bytes)).toThrow(InvalidBatchError);
    expect(() => recordsOf(bytes)).toThrow(reason);
  });

  test('offset deltas must grow', () => {
    const record = Buffer.from('0c000000010100', 'hex');
    const bytes = Buffer.concat([batchOf(2).subarray(0, 61), record, record]);
    bytes.writeInt32BE(bytes.length - 12, 8);
    expect(() => recordsOf(bytes)).toThrow('Offset delta 0 follows 0');
  });

  test('bytes after the last record are corrupt', () => {
    const bytes = Buffer.concat([batchOf(2), Buffer.alloc(3)]);
    bytes.writeInt32BE(bytes.length - 12, 8);
    expect(outcome(() => recordsOf(bytes))).toBe('CORRUPT_MESSAGE');
  });

  test('visits in order and counts', () => {
    const offsets: number[] = [];
    expect(decodeBatch(batchOf(4, 'zstd'), 0, (record) => void offsets.push(record.offset))).toBe(
      4,
    );
    expect(offsets).toEqual([0, 1, 2, 3]);
  });

  test('what unpacks to more than the limit is refused', () => {
    const builder = new RecordBatchBuilder({ compression: 'lz4', maxBytes: 1 << 21 });
    builder.tryAppend(0, null, Buffer.alloc(1 << 20));
    const bytes = builder.build();
    expect(outcome(() => recordsOf(bytes, 0, 1 << 20))).toBe('MESSAGE_TOO_LARGE');
    expect(recordsOf(bytes)).toHaveLength(1);
  });

  test('header objects are made once', () => {
    const [record] = recordsOf(batchOf(1));
    expect(record.headers).toBe(record.headers);
    expect(record.headers).toEqual([{ key: 'h', value: Buffer.from('x') }]);
  });
});
