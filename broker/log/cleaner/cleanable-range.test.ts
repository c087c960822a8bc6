import { cleanableRange, type CleanableFacts } from './cleanable-range';

/** Segments of 100 offsets and 100 bytes each, one per time given; the last is active. */
function facts(times: number[], other: Partial<CleanableFacts> = {}): CleanableFacts {
  return {
    logStartOffset: 0,
    logEndOffset: times.length * 100,
    highWatermark: times.length * 100,
    cleanedUpTo: undefined,
    segments: times.map((time, index) => ({
      baseOffset: index * 100,
      sizeInBytes: 100,
      largestTimestamp: time + 9,
      firstTimestamp: time,
    })),
    now: 10_000,
    minCompactionLagMs: 0,
    maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
    minCleanableDirtyRatio: 0.5,
    ...other,
  };
}

const four = [1000, 2000, 3000, 4000];

it('is everything but the active segment at first', () => {
  expect(cleanableRange(facts(four))).toMatchObject({
    firstDirtyOffset: 0,
    firstUncleanableOffset: 300,
    cleanBytes: 0,
    cleanableBytes: 300,
    dirtyRatio: 1,
    isDue: true,
  });
});

it('begins where the last cleaning ended, and is due above the ratio', () => {
  const after = (cleanedUpTo: number, minCleanableDirtyRatio = 0.5) =>
    cleanableRange(facts(four, { cleanedUpTo, minCleanableDirtyRatio }));
  expect(after(100)).toMatchObject({ cleanBytes: 100, cleanableBytes: 200, isDue: true });
  expect(after(200)).toMatchObject({ cleanBytes: 200, cleanableBytes: 100, isDue: false });
  expect(after(200, 0.3)).toMatchObject({ isDue: true });
  expect(after(300, 0)).toMatchObject({ cleanableBytes: 0, dirtyRatio: 0, isDue: false });
});

it('counts a segment as dirty that is partly clean', () => {
  expect(cleanableRange(facts(four, { cleanedUpTo: 150 }))).toMatchObject({
    firstDirtyOffset: 150,
    cleanBytes: 100,
    cleanableBytes: 200,
  });
});

it('touches no segment that reaches above the high watermark', () => {
  const upTo = (highWatermark: number) =>
    cleanableRange(facts(four, { highWatermark })).firstUncleanableOffset;
  expect([upTo(400), upTo(300), upTo(299), upTo(100), upTo(99)]).toEqual([300, 300, 200, 100, 0]);
});

it('leaves records alone that are younger than the minimal lag', () => {
  const lag = (minCompactionLagMs: number) =>
    cleanableRange(facts(four, { minCompactionLagMs })).firstUncleanableOffset;
  expect(lag(6000)).toBe(300);
  expect(lag(7500)).toBe(200);
  expect(lag(9500)).toBe(0);
});

it('is due whatever the ratio when the maximal lag has passed', () => {
  const range = (maxCompactionLagMs: number) =>
    cleanableRange(facts(four, { cleanedUpTo: 200, maxCompactionLagMs }));
  expect(range(7000)).toMatchObject({ overdueMs: 0, isDue: false });
  expect(range(6900)).toMatchObject({ overdueMs: 100, isDue: true });
});

it('starts anew when the checkpoint lies outside of the log', () => {
  for (const cleanedUpTo of [401, 50]) {
    expect(cleanableRange(facts(four, { cleanedUpTo, logStartOffset: 60 }))).toMatchObject({
      checkpointInvalid: true,
      firstDirtyOffset: 60,
    });
  }
});

it('has nothing to do in a log of one segment', () => {
  expect(cleanableRange(facts([1000]))).toMatchObject({ cleanableBytes: 0, isDue: false });
});
