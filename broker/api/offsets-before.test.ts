import { OffsetSpec } from '../../client/protocol/messages/list-offsets';
import { offsetsBefore } from './offsets-before';

const segments = [
  { offset: 3, modifiedAtMs: 100 },
  { offset: 10, modifiedAtMs: 200 },
  { offset: 20, modifiedAtMs: 300 },
];

test.each([
  ['the end', OffsetSpec.LATEST, 1, [25]],
  ['the end and what is before', OffsetSpec.LATEST, 3, [25, 20, 10]],
  ['all there are', OffsetSpec.LATEST, 9, [25, 20, 10, 3]],
  ['the start', OffsetSpec.EARLIEST, 2, [3]],
  ['segments written to until then', 200, 5, [10, 3]],
  ['nothing before the first', 99, 5, []],
  ['the end when the time has come', 1000, 2, [25, 20]],
  ['none', OffsetSpec.LATEST, 0, []],
])('%s', (_what, timestamp, count, expected) => {
  const asked = { timestamp, count, end: 25, visibleEnd: 25, now: 1000 };
  expect(offsetsBefore(segments, asked)).toEqual(expected);
});

test('where the visible ends is in the place of what lies behind', () => {
  const asked = { timestamp: OffsetSpec.LATEST, count: 3, end: 25, now: 1000 };
  expect(offsetsBefore(segments, { ...asked, visibleEnd: 22 })).toEqual([22, 20, 10]);
  expect(offsetsBefore(segments, { ...asked, visibleEnd: 15 })).toEqual([15, 10]);
});

test('an empty last segment ends the log', () => {
  const asked = { timestamp: OffsetSpec.LATEST, count: 2, end: 20, visibleEnd: 20, now: 1000 };
  expect(offsetsBefore(segments, asked)).toEqual([20, 10]);
});
