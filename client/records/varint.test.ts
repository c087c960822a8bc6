import fc from 'fast-check';
import { InvalidBatchError } from './invalid-batch-error';
import {
  readVarint,
  readVarlong,
  varintSize,
  varlongSize,
  writeVarint,
  writeVarlong,
} from './varint';

fc.configureGlobal({ seed: 20250101 });

const int32 = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -1, 63, -64, 64, -65, 2 ** 31 - 1, -(2 ** 31)),
);
const safe = fc.oneof(
  fc.maxSafeInteger(),
  int32,
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 32, -(2 ** 32), 2 ** 52),
);

/** An independent encoder over BigInt. */
function reference(value: number): number[] {
  const wide = BigInt(value);
  let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

test('varints of int32 are those of the reference and read back', () => {
  fc.assert(
    fc.property(int32, (value) => {
      const buffer = Buffer.alloc(8);
      const end = writeVarint(buffer, 1, value);
      expect([...buffer.subarray(1, end)]).toEqual(reference(value));
      expect(varintSize(value)).toBe(end - 1);
      const cursor = { buffer, position: 1, end };
      expect(readVarint(cursor)).toBe(value);
      expect(cursor.position).toBe(end);
    }),
  );
});

test('varlongs of safe integers are those of the reference and read back', () => {
  fc.assert(
    fc.property(safe, (value) => {
      const buffer = Buffer.alloc(12);
      const end = writeVarlong(buffer, 1, value);
      expect([...buffer.subarray(1, end)]).toEqual(reference(value));
      expect(varlongSize(value)).toBe(end - 1);
      const cursor = { buffer, position: 1, end };
      expect(readVarlong(cursor)).toBe(value);
      expect(cursor.position).toBe(end);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['nothing', []],
  ['a byte that promises more', [0x80]],
  ['six bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
])('a varint of %s is corrupt', (_, bytes) => {
  const buffer = Buffer.from(bytes);
  expect(() => readVarint({ buffer, position: 0, end: buffer.length })).toThrow(InvalidBatchError);
});

test.each([
  ['nothing', []],
  ['a byte that promises more', [0xff]],
  ['eleven bytes', [...new Array<number>(10).fill(0x80), 0]],
  ['a value beyond the safe integers', [...new Array<number>(9).fill(0xff), 1]],
])('a varlong of %s is corrupt', (_, bytes) => {
  const buffer = Buffer.from(bytes);
  expect(() => readVarlong({ buffer, position: 0, end: buffer.length })).toThrow(InvalidBatchError);
});

test('reading stops at the end given, not at the end of the buffer', () => {
  const buffer = Buffer.from([0x80, 0x01]);
  expect(() => readVarint({ buffer, position: 0, end: 1 })).toThrow('past the end');
});
