import fc from 'fast-check';
import { batchFull, RecordBatchBuilder } from './batch-builder';
import { validateBatch, validateProducedBatch } from './batch-validator';
import { compressionTypes } from './compression/codec';
import { ensureCodecsReady } from './compression/registry';
import { InvalidBatchError } from './invalid-batch-error';
import { type RecordBytes } from './record';
import { RecordBatch } from './record-batch';
import { recordsOf } from './record-decoder';

fc.configureGlobal({ seed: 20250101 });

const text = fc.oneof(
  fc.string({ maxLength: 100 }),
  fc.string({ unit: 'binary', maxLength: 100 }),
  // Around the sizes at which a length needs one byte more, and where loops give way to native code.
  fc
    .tuple(
      fc.constantFrom('a', 'é', '漢', '😀', '\ud800'),
      fc.constantFrom(20, 24, 25, 31, 32, 63, 64),
    )
    .map(([unit, times]) => unit.repeat(times)),
  fc.constantFrom(4095, 8191, 8192, 20000).map((times) => 'é'.repeat(times)),
);
const blob = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const field: fc.Arbitrary<RecordBytes> = fc.oneof(text, blob, fc.constant(null));
const record = fc.record({
  timestamp: fc.oneof(fc.integer({ min: -1, max: 2 ** 31 }), fc.nat(2 ** 52)),
  key: field,
  value: field,
  headers: fc.array(fc.record({ key: text, value: field }), { maxLength: 4 }),
});

/** Bytes as text, which compares faster than a Buffer does. */
function shown(value: Uint8Array | null): string | null {
  return value === null ? null : Buffer.from(value).toString('latin1');
}

/** What comes back of a key or value: lone surrogates have become U+FFFD. */
function stored(value: RecordBytes): string | null {
  return shown(typeof value === 'string' ? Buffer.from(value) : value);
}

beforeAll(ensureCodecsReady);

test('decoding gives back what was encoded: any keys, values, headers, timestamps, codecs', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(...compressionTypes),
      fc.nat(40),
      fc.nat(Number.MAX_SAFE_INTEGER - 100),
      fc.nat(1000),
      (records, compression, headroom, baseOffset, initialCapacity) => {
        const builder = new RecordBatchBuilder({
          compression,
          headroom,
          baseOffset,
          initialCapacity,
          maxBytes: 1 << 24,
        });
        records.forEach((r, index) => {
          expect(builder.tryAppend(r.timestamp, r.key, r.value, r.headers)).toBe(index);
        });
        const size = builder.sizeInBytes;
        const bytes = builder.build();
        if (compression === 'none') expect(bytes.length).toBe(size);
        expect(validateProducedBatch(bytes, 0, bytes.length)).toBe(bytes.length);
        expect(builder.withHeadroom.subarray(headroom).equals(bytes)).toBe(true);
        const read = recordsOf(bytes).map(({ offset, timestamp, key, value, headers }) => ({
          offset,
          timestamp,
          key: shown(key),
          value: shown(value),
          headers: headers.map((h) => ({ key: h.key, value: shown(h.value) })),
        }));
        expect(read).toEqual(
          records.map((r, index) => ({
            offset: baseOffset + index,
            timestamp: r.timestamp,
            key: stored(r.key),
            value: stored(r.value),
            headers: r.headers.map((h) => ({
              key: Buffer.from(h.key).toString(),
              value: stored(h.value),
            })),
          })),
        );
        const times = records.map((r) => r.timestamp);
        expect(new RecordBatch(bytes, 0).maxTimestamp).toBe(Math.max(...times));
      },
    ),
    { numRuns: 100 },
  );
});

test('a batch never passes its limit, and a refused record leaves no trace', () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 30 }),
      fc.integer({ min: 70, max: 900 }),
      (list, max) => {
        const builder = new RecordBatchBuilder({ maxBytes: max });
        const taken = list.filter((r) => {
          const before = builder.sizeInBytes;
          const isTaken = builder.tryAppend(r.timestamp, r.key, r.value, r.headers) !== batchFull;
          if (!isTaken) expect(builder.sizeInBytes).toBe(before);
          return isTaken;
        });
        expect(builder.recordCount).toBe(taken.length);
        if (taken.length > 1) expect(builder.sizeInBytes).toBeLessThanOrEqual(max);
        expect(recordsOf(builder.build())).toHaveLength(taken.length);
      },
    ),
  );
});

test('a batch is filled to the last byte, with bytes as with strings', () => {
  for (const value of [Buffer.from('é'.repeat(10)), 'é'.repeat(10)]) {
    const size = 61 + 2 * 28;
    const builder = new RecordBatchBuilder({ maxBytes: size });
    expect(builder.tryAppend(0, null, value)).toBe(0);
    expect(builder.tryAppend(0, null, value)).toBe(1);
    expect(builder.sizeInBytes).toBe(size - 2);
    expect(builder.tryAppend(0, null, value)).toBe(batchFull);
  }
});

test('one large record is taken up to the hard limit', () => {
  const builder = new RecordBatchBuilder({ maxBytes: 100, hardLimitBytes: 1000 });
  expect(() => builder.tryAppend(0, null, Buffer.alloc(1000))).toThrow(InvalidBatchError);
  expect(builder.tryAppend(0, null, 'v'.repeat(900))).toBe(0);
  expect(builder.tryAppend(0, null, null)).toBe(batchFull);
  expect(recordsOf(builder.build())[0].value).toHaveLength(900);
});

test('a built batch is full until the builder is reset', () => {
  const builder = new RecordBatchBuilder({ compression: 'gzip' });
  builder.tryAppend(1, 'a', 'b');
  const first = Buffer.from(builder.build());
  expect(builder.tryAppend(2, 'c', 'd')).toBe(batchFull);
  builder.producer = { producerId: 1, producerEpoch: 0, baseSequence: 5 };
  const signed = builder.build();
  expect(validateProducedBatch(signed, 0, signed.length)).toBe(first.length);
  expect(new RecordBatch(signed, 0).producerId).toBe(1);
  builder.reset();
  expect(builder.tryAppend(1, 'a', 'b')).toBe(0);
  expect(builder.build().equals(first)).toBe(true);
});

test('a compacted batch keeps the offsets of the records that are left', () => {
  const builder = new RecordBatchBuilder({ baseOffset: 100, deleteHorizon: 5000 });
  builder.tryAppendAt(3, 1000, 'a', '1');
  builder.tryAppendAt(7, 900, 'b', null);
  const bytes = builder.build(9);
  expect(validateBatch(bytes, 0, bytes.length)).toBe(bytes.length);
  const batch = new RecordBatch(bytes, 0);
  expect(batch).toMatchObject({
    baseOffset: 100,
    lastOffset: 109,
    nextOffset: 110,
    recordCount: 2,
    deleteHorizon: 5000,
    maxTimestamp: 1000,
  });
  expect(recordsOf(bytes).map((r) => [r.offset, r.timestamp])).toEqual([
    [103, 1000],
    [107, 900],
  ]);
});

test('an empty batch is valid in a log', () => {
  const bytes = new RecordBatchBuilder({ baseOffset: 10 }).build(4);
  expect(validateBatch(bytes, 0, bytes.length)).toBe(61);
  expect(recordsOf(bytes)).toEqual([]);
  expect(new RecordBatch(bytes, 0)).toMatchObject({ nextOffset: 15, maxTimestamp: -1 });
});
