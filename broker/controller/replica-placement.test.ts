import * as fc from 'fast-check';
import { placeReplicas, type PlacementBroker } from './replica-placement';

const brokers = (n: number, racks: (string | null)[] = [null]): PlacementBroker[] =>
  Array.from({ length: n }, (_, i) => ({ id: i, rack: racks[i % racks.length] }));

const random = () => 0.5;

test('goes round the brokers with a growing distance, as in the example of Kafka', () => {
  // 5 brokers, 10 partitions, RF 3, start and shift 0: AdminUtils' own table.
  expect(
    placeReplicas({
      brokers: brokers(5),
      partitions: 10,
      replicationFactor: 3,
      startIndex: 0,
      random,
    }),
  ).toEqual([
    [0, 1, 2],
    [1, 2, 3],
    [2, 3, 4],
    [3, 4, 0],
    [4, 0, 1],
    [0, 2, 3],
    [1, 3, 4],
    [2, 4, 0],
    [3, 0, 1],
    [4, 1, 2],
  ]);
});

test.each([
  [0, 1, 'INVALID_PARTITIONS'],
  [2 ** 31 - 1, 1, 'INVALID_PARTITIONS'],
  [1, 0, 'INVALID_REPLICATION_FACTOR'],
  [1, 4, 'INVALID_REPLICATION_FACTOR'],
])('%i partitions with %i replicas on 3 brokers: %s', (partitions, replicationFactor, code) => {
  expect(() =>
    placeReplicas({ brokers: brokers(3), partitions, replicationFactor, random }),
  ).toThrow(expect.objectContaining({ code }));
});

test('replicas are distinct, leaders balanced, racks used evenly', () => {
  const shapes = fc.record({
    count: fc.integer({ min: 1, max: 12 }),
    racks: fc.integer({ min: 1, max: 4 }),
    partitions: fc.integer({ min: 1, max: 40 }),
    seed: fc.double({ min: 0, max: 0.999, noNaN: true }),
    factor: fc.integer({ min: 1, max: 12 }),
  });
  fc.assert(
    fc.property(shapes, ({ count, racks, partitions, seed, factor }) => {
      const names = Array.from({ length: racks }, (_, i) => `r${i}`);
      const all = brokers(count, names);
      const replicationFactor = Math.min(factor, count);
      const placed = placeReplicas({
        brokers: all,
        partitions,
        replicationFactor,
        random: () => seed,
      });
      const leaders = new Array<number>(count).fill(0);
      const usedRacks = Math.min(new Set(all.map((b) => b.rack)).size, replicationFactor);
      for (const replicas of placed) {
        expect(new Set(replicas).size).toBe(replicationFactor);
        expect(new Set(replicas.map((id) => all[id].rack)).size).toBe(usedRacks);
        leaders[replicas[0]]++;
      }
      expect(Math.max(...leaders) - Math.min(...leaders)).toBeLessThanOrEqual(1);
    }),
  );
});
