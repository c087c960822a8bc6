import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { murmur2, murmur2OfText } from './murmur2';
import { partitionOfKey, roundRobinPartitioner } from './partitioner';

/** From the tests of Kafka's own client. */
const golden: [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

test.each(golden)('murmur2 of %s', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
  expect(murmur2OfText(key)).toBe(hash);
});

test('a text has the hash of its UTF-8 bytes, whatever its length', () => {
  const text = fc.string({ unit: 'binary', maxLength: 80 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), (part, times) => {
      const key = part.repeat(times);
      expect(murmur2OfText(key)).toBe(murmur2(Buffer.from(key)));
    }),
    { numRuns: 40 },
  );
});

test('keys go to the same partitions as with KafkaJS', () => {
  const kafkajs = Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 40 }),
      (bytes, count) => {
        const key = Buffer.from(bytes);
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
          partitionId,
          leader: 1,
          partitionErrorCode: 0,
          replicas: [1],
          isr: [1],
        }));
        const message = { key, value: null };
        expect(partitionOfKey(key, count)).toBe(
          kafkajs({ topic: 't', partitionMetadata, message }),
        );
      },
    ),
    { numRuns: 2000 },
  );
});

test('round robin takes the available partitions in turn, per topic', () => {
  const choose = roundRobinPartitioner(() => 0.5);
  const ask = (topic: string): number =>
    choose({ topic, key: 'k', value: '', headers: [], partitions: [], available: [0, 2, 5] });
  expect(['a', 'a', 'b', 'a', 'a', 'b'].map(ask)).toEqual([2, 5, 2, 0, 2, 5]);
});
