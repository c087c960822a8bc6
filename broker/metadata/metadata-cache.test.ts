import { ManualClock } from '../../client/runtime/manual-clock';
import { MetadataCache } from './metadata-cache';
import { hasLeaders, type PartitionUpdate, type TopicUpdate } from './topic-metadata';

const partition = (index: number, change: Partial<PartitionUpdate> = {}): PartitionUpdate => ({
  partition: index,
  leader: 1,
  leaderEpoch: 0,
  isr: [1, 2],
  replicas: [1, 2],
  partitionEpoch: 0,
  offlineReplicas: [],
  ...change,
});
const update = (name: string, ...partitions: PartitionUpdate[]): TopicUpdate => ({
  name,
  topicId: `id-of-${name}`,
  partitions,
});
const deleted = (index: number) => partition(index, { leader: -2, leaderEpoch: -2 });
const node = (id: number) => ({ id, epoch: id, rack: null, endpoints: new Map() });

let cache: MetadataCache;
beforeEach(() => {
  cache = new MetadataCache();
});
const leaders = (name: string) =>
  Array.from(cache.topic(name)?.partitions ?? [], (known) => known?.leader);

describe('what the controller tells', () => {
  it('is added to what is known', () => {
    cache.update([update('t', partition(1))]);
    expect(leaders('t')).toEqual([undefined, 1]);
    expect(hasLeaders(cache.topic('t'))).toBe(false);
    cache.update([update('t', partition(0, { leader: 2 })), update('u', partition(0))]);
    expect(leaders('t')).toEqual([2, 1]);
    expect(hasLeaders(cache.topic('t'), 2)).toBe(true);
    expect(cache.topics().map(({ name }) => name)).toEqual(['t', 'u']);
    expect(cache.topicNameOf('id-of-u')).toBe('u');
  });

  it('is ignored where it is older', () => {
    cache.update([update('t', partition(0, { leader: 3, leaderEpoch: 5, partitionEpoch: 7 }))]);
    cache.update([update('t', partition(0, { leaderEpoch: 4, partitionEpoch: 8 }))]);
    cache.update([update('t', partition(0, { leaderEpoch: 5, partitionEpoch: 6 }))]);
    expect(leaders('t')).toEqual([3]);
    cache.update([update('t', partition(0, { isr: [2], leaderEpoch: 5, partitionEpoch: 7 }))]);
    expect(cache.topic('t')?.partitions[0]).toMatchObject({ leader: 1, isr: [2] });
  });

  it('removes what is deleted', () => {
    cache.update([update('t', partition(0), partition(1))]);
    expect(cache.update([update('t', deleted(0))])).toEqual([]);
    expect(leaders('t')).toEqual([undefined, 1]);
    expect(cache.update([update('t', deleted(1))])).toMatchObject([{ name: 't' }]);
    expect([cache.topic('t'), cache.topicNameOf('id-of-t')]).toEqual([undefined, undefined]);
    expect(cache.update([update('t', deleted(0))])).toEqual([]);
  });

  it('tells one topic from another of the same name', () => {
    const before = { ...update('t', partition(0, { leaderEpoch: 9 }), partition(1)), topicId: 'a' };
    const after = { ...update('t', partition(0, { leader: 2 })), topicId: 'b' };
    cache.update([before]);
    cache.update([after]);
    expect(leaders('t')).toEqual([2]);
    expect([cache.topicNameOf('a'), cache.topicNameOf('b')]).toEqual([undefined, 't']);
    cache.update([{ ...update('t', deleted(0), deleted(1)), topicId: 'a' }]);
    expect(leaders('t')).toEqual([2]);
    // The deletion of the one and the creation of the other may come together.
    cache.update([{ ...update('t', deleted(0)), topicId: 'b' }, before]);
    expect(cache.topic('t')?.topicId).toBe('a');
  });

  it('ends a topic when another one has its name', () => {
    cache.update([{ ...update('t', partition(0)), topicId: 'a' }]);
    const gone = cache.update([{ ...update('t', partition(0)), topicId: 'b' }]);
    expect(gone).toMatchObject([{ name: 't', topicId: 'a' }]);
  });

  it('may be everything there is', () => {
    cache.update([
      update('t', partition(0, { leaderEpoch: 9 }), partition(1)),
      update('u', partition(0)),
    ]);
    const gone = cache.update([update('t', partition(0, { leader: 2 })), update('v')], true);
    expect(gone).toMatchObject([{ name: 'u' }]);
    expect(leaders('t')).toEqual([2]);
    expect(cache.update([], true)).toMatchObject([{ name: 't' }]);
  });
});

it('knows replicas that cannot be used', () => {
  cache.setBrokers([node(1), node(2)]);
  cache.update([update('t', partition(0, { replicas: [1, 2, 3], offlineReplicas: [2] }))]);
  expect(cache.offlineReplicas('t', 0)).toEqual([2, 3]);
  cache.setBrokers([node(1), node(2), node(3)]);
  expect(cache.offlineReplicas('t', 0)).toEqual([2]);
  expect(cache.offlineReplicas('t', 1)).toEqual([]);
});

it('lets callers wait for a change, once all of it is there', async () => {
  const clock = new ManualClock();
  const both = cache.until(() => !!cache.topic('t') && !!cache.topic('u'), 1_000, clock);
  const never = cache.until(() => false, 1_000, clock);
  let seen: string[] = [];
  const looked = cache.until(
    () => {
      seen = cache.topics().map(({ name }) => name);
      return seen.length > 0;
    },
    1_000,
    clock,
  );
  cache.update([update('t', partition(0)), update('u', partition(0))]);
  expect([await both, await looked, seen]).toEqual([true, true, ['t', 'u']]);
  clock.advance(1_000);
  expect(await never).toBe(false);
  expect(clock.pending).toBe(0);
});
