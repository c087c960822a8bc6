import { groupSegments } from './segment-groups';

const limits = { segmentBytes: 100, segmentIndexBytes: 50 };

function segment(baseOffset: number, sizeInBytes: number, other: object = {}) {
  const indexes = { offsetIndexBytes: 0, timeIndexBytes: 0 };
  return { baseOffset, endOffset: baseOffset + 10, sizeInBytes, ...indexes, ...other };
}

const bases = (groups: { baseOffset: number }[][]) =>
  groups.map((group) => group.map(({ baseOffset }) => baseOffset));

it('puts segments together up to the size of one', () => {
  const segments = [segment(0, 60), segment(10, 40), segment(20, 1), segment(30, 200)];
  expect(bases(groupSegments(segments, limits))).toEqual([[0, 10], [20], [30]]);
});

it('minds the indexes', () => {
  const half = { offsetIndexBytes: 26 };
  const times = { timeIndexBytes: 26 };
  const segments = [segment(0, 1, half), segment(10, 1, half), segment(20, 1, times)];
  expect(bases(groupSegments(segments, limits))).toEqual([[0], [10, 20]]);
});

it('keeps offsets within what an index can express', () => {
  const far = { endOffset: 2 ** 31 + 1 };
  expect(bases(groupSegments([segment(0, 1), segment(10, 1, far)], limits))).toEqual([[0], [10]]);
  const near = { endOffset: 2 ** 31 };
  expect(bases(groupSegments([segment(0, 1), segment(10, 1, near)], limits))).toEqual([[0, 10]]);
});

it('of nothing makes nothing', () => {
  expect(groupSegments([], limits)).toEqual([]);
});
