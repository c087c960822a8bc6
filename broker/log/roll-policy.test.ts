import { defaultLogConfig } from './log-config';
import { shouldRoll, type IncomingBatches, type RollFacts } from './roll-policy';

const config = { ...defaultLogConfig, segmentBytes: 1000, segmentMs: 100, segmentJitterMs: 40 };
const segment: RollFacts = {
  sizeInBytes: 500,
  baseOffset: 10,
  firstTimestamp: 5000,
  createdAtMs: 9000,
  jitter: 0,
  indexFull: false,
};
const incoming: IncomingBatches = { sizeInBytes: 100, lastOffset: 20, maxTimestamp: 5050 };

it.each<[string, Partial<RollFacts>, Partial<IncomingBatches>, boolean]>([
  ['nothing speaks for it', {}, {}, false],
  ['it would be exactly full', {}, { sizeInBytes: 500 }, false],
  ['it would be too large', {}, { sizeInBytes: 501 }, true],
  ['the batch is just not younger by segment.ms', {}, { maxTimestamp: 5100 }, false],
  ['the batch is younger by more', {}, { maxTimestamp: 5101 }, true],
  ['jitter makes it earlier', { jitter: 0.5 }, { maxTimestamp: 5081 }, true],
  ['without timestamps the age of the file counts', { firstTimestamp: -1 }, {}, true],
  ['a young file', { firstTimestamp: -1, createdAtMs: 9900 }, {}, false],
  ['the index is full', { indexFull: true }, {}, true],
  ['the largest relative offset', {}, { lastOffset: 10 + 0x7fffffff }, false],
  ['beyond it', {}, { lastOffset: 11 + 0x7fffffff }, true],
  ['an empty segment stays', { sizeInBytes: 0, indexFull: true }, { sizeInBytes: 2000 }, false],
])('%s', (_, facts, batches, expected) => {
  expect(shouldRoll({ ...segment, ...facts }, { ...incoming, ...batches }, config, 10_000)).toBe(
    expected,
  );
});

it('a segment of a compacted log does not stay open beyond max.compaction.lag.ms', () => {
  const rolls = (cleanupPolicy: 'compact' | 'delete', maxTimestamp: number) =>
    shouldRoll(
      segment,
      { ...incoming, maxTimestamp },
      { ...config, cleanupPolicy: [cleanupPolicy], maxCompactionLagMs: 60 },
      10_000,
    );
  expect(rolls('compact', 5060)).toBe(false);
  expect(rolls('compact', 5061)).toBe(true);
  expect(rolls('delete', 5061)).toBe(false);
});
