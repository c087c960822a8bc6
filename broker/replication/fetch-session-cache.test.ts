import { ZERO_UUID } from '../../client/protocol/schema';
import { EVICTION_MS, FetchSessionCache } from './fetch-session-cache';

let now = 0;
let cache: FetchSessionCache;

beforeEach(() => {
  now = 1_000_000;
  cache = new FetchSessionCache({ slots: 2, now: () => now, random: () => 0.5 });
});

/** A session of some partitions, if there is room for it. */
function create(privileged: boolean, size: number): number | undefined {
  const session = cache.create(privileged, size);
  session?.update(
    Array.from({ length: size }, (_, partition) => ({
      topic: 't',
      topicId: ZERO_UUID,
      partition,
      currentLeaderEpoch: 0,
      fetchOffset: 0,
      lastFetchedEpoch: -1,
      logStartOffset: -1,
      partitionMaxBytes: 1,
    })),
    [],
  );
  return session?.id;
}

test('ids differ', () => {
  expect(create(false, 1)).not.toBe(create(false, 1));
});

test('sessions that are young and in use stay', () => {
  create(false, 1);
  create(false, 1);
  expect(create(false, 100)).toBeUndefined();
  expect(cache.size).toBe(2);
});

test('one that has not been used for long makes room for any', () => {
  const idle = create(true, 100);
  const used = create(true, 100);
  now += EVICTION_MS + 1;
  cache.get(used as number)?.begin(now);
  expect(create(false, 1)).toBeDefined();
  expect(cache.get(idle as number)).toBeUndefined();
  expect(cache.get(used as number)).toBeDefined();
  expect(cache.evictions).toBe(1);
});

test('a follower’s makes room by pushing out a consumer’s, the smallest first', () => {
  create(false, 5);
  const small = create(false, 2);
  expect(create(true, 3)).toBeDefined();
  expect(cache.get(small as number)).toBeUndefined();
  expect(create(true, 3)).toBeDefined();
  expect(create(true, 3)).toBeUndefined();
});

test('a larger one pushes out a smaller one that has had its time, an equal one does not', () => {
  const ids = [create(false, 5), create(false, 5)];
  now += EVICTION_MS + 1;
  for (const id of ids) cache.get(id as number)?.begin(now);
  expect(create(false, 5)).toBeUndefined();
  expect(create(false, 6)).toBeDefined();
  expect(cache.size).toBe(2);
});

test('a consumer’s never pushes out a follower’s that is in use', () => {
  const ids = [create(true, 1), create(true, 1)];
  now += EVICTION_MS + 1;
  for (const id of ids) cache.get(id as number)?.begin(now);
  expect(create(false, 100)).toBeUndefined();
});
