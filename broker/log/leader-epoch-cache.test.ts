import { LeaderEpochCache } from './leader-epoch-cache';

function cacheOf(...entries: [epoch: number, startOffset: number][]): LeaderEpochCache {
  return new LeaderEpochCache(entries.map(([epoch, startOffset]) => ({ epoch, startOffset })));
}

function listed(cache: LeaderEpochCache): [number, number][] {
  return cache.entries.map(({ epoch, startOffset }) => [epoch, startOffset]);
}

it('keeps the first start of an epoch', () => {
  const cache = cacheOf();
  cache.assign(1, 0);
  cache.assign(1, 10);
  cache.assign(3, 10);
  expect(listed(cache)).toEqual([[1, 0], [3, 10]]); // prettier-ignore
});

it('keeps the start of an epoch that goes on where a later one had been announced', () => {
  const cache = cacheOf([3, 0], [4, 5], [5, 10]);
  cache.assign(4, 10);
  expect(listed(cache)).toEqual([[3, 0], [4, 5]]); // prettier-ignore
});

it('drops entries that a new one contradicts', () => {
  const cache = cacheOf([1, 0], [2, 10], [3, 20]);
  cache.assign(4, 10);
  expect(listed(cache)).toEqual([[1, 0], [4, 10]]); // prettier-ignore
  cache.assign(2, 5);
  expect(listed(cache)).toEqual([[1, 0], [2, 5]]); // prettier-ignore
});

it.each([
  [0, { leaderEpoch: 0, endOffset: 5 }, 'older than all: where the oldest known begins'],
  [2, { leaderEpoch: 2, endOffset: 20 }, 'ends where the next one begins'],
  [3, { leaderEpoch: 2, endOffset: 20 }, 'not known: the one before'],
  [4, { leaderEpoch: 4, endOffset: 31 }, 'the latest ends at the log end'],
  [5, undefined, 'newer than all'],
  [-1, undefined, 'none'],
])('end of epoch %p is %p: %s', (epoch, expected, _why) => {
  expect(cacheOf([1, 5], [2, 10], [4, 20]).endOffsetFor(epoch, 31)).toEqual(expected);
});

it('knows no end when it is empty', () => {
  expect(cacheOf().endOffsetFor(0, 10)).toBeUndefined();
});

it.each([
  [
    25,
    [
      [1, 5],
      [2, 10],
      [4, 20],
    ],
  ],
  [
    20,
    [
      [1, 5],
      [2, 10],
    ],
  ],
  [10, [[1, 5]]],
  [0, []],
] as [number, [number, number][]][])('is cut at the end at %p', (offset, expected) => {
  const cache = cacheOf([1, 5], [2, 10], [4, 20]);
  cache.truncateFromEnd(offset);
  expect(listed(cache)).toEqual(expected);
});

it.each([
  [
    0,
    [
      [1, 5],
      [2, 10],
      [4, 20],
    ],
  ],
  [
    5,
    [
      [1, 5],
      [2, 10],
      [4, 20],
    ],
  ],
  [
    7,
    [
      [1, 7],
      [2, 10],
      [4, 20],
    ],
  ],
  [
    10,
    [
      [2, 10],
      [4, 20],
    ],
  ],
  [
    15,
    [
      [2, 15],
      [4, 20],
    ],
  ],
  [90, [[4, 90]]],
] as [number, [number, number][]][])('is cut at the start at %p', (offset, expected) => {
  const cache = cacheOf([1, 5], [2, 10], [4, 20]);
  cache.truncateFromStart(offset);
  expect(listed(cache)).toEqual(expected);
});

it('finds the epoch of an offset', () => {
  const cache = cacheOf([1, 5], [2, 10]);
  expect([4, 5, 9, 10, 99].map((offset) => cache.epochForOffset(offset))).toEqual([
    undefined,
    1,
    1,
    2,
    2,
  ]);
});

it('reports changes only', () => {
  let changes = 0;
  const cache = new LeaderEpochCache([], () => changes++);
  cache.clear();
  cache.truncateFromEnd(3);
  cache.truncateFromStart(3);
  expect(changes).toBe(0);
  cache.assign(1, 0);
  cache.assign(1, 7);
  cache.truncateFromStart(0);
  expect(changes).toBe(1);
  cache.truncateFromStart(4);
  cache.clear();
  expect(changes).toBe(3);
});
