import fc from 'fast-check';
import { StickyPartition } from './sticky-partition';

const batchSize = 1000;
const partitions = [0, 1, 2, 3];

test('stays until a batch is full, and then goes elsewhere', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const sticky = new StickyPartition(batchSize, () => random);
      const first = sticky.current(partitions);
      sticky.count(900);
      expect(sticky.current(partitions)).toBe(first);
      expect(sticky.atBatchBorder(partitions, true)).toBe(true);
      expect(sticky.current(partitions)).not.toBe(first);
    }),
  );
});

test('small batches do not make it move before enough bytes went there', () => {
  const sticky = new StickyPartition(batchSize, () => 0);
  sticky.current(partitions);
  sticky.count(600);
  expect(sticky.atBatchBorder(partitions, false)).toBe(false);
  sticky.count(400);
  expect(sticky.atBatchBorder(partitions, false)).toBe(true);
});

test('moves at twice the size even within a batch', () => {
  const sticky = new StickyPartition(batchSize, () => 0);
  const first = sticky.current(partitions);
  sticky.count(2 * batchSize);
  expect(sticky.current(partitions)).not.toBe(first);
});

test('with one partition there is nowhere to go', () => {
  const sticky = new StickyPartition(batchSize, () => 0.9);
  expect(sticky.current([7])).toBe(7);
  expect(sticky.atBatchBorder([7], true)).toBe(false);
  expect(sticky.current([7])).toBe(7);
});

test('all partitions get about the same', () => {
  let seed = 1;
  const random = (): number => (seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff;
  const sticky = new StickyPartition(batchSize, random);
  const counts = partitions.map(() => 0);
  for (let i = 0; i < 40_000; i++) {
    counts[sticky.current(partitions)]++;
    sticky.count(100);
    if (i % 10 === 9) sticky.atBatchBorder(partitions, true);
  }
  for (const count of counts) expect(count / 10_000).toBeCloseTo(1, 0);
});
