import * as fc from 'fast-check';
import { compareWithLog, type EpochEnd } from './log-divergence';

const at = (
  position: number,
  positionEpoch: number,
  fetchOffset: number,
  fetchedEpoch: number,
) => ({
  position,
  positionEpoch,
  fetchOffset,
  fetchedEpoch,
});

test.each([
  ['the epoch goes on beyond', at(3, 1, 5, 1), { epoch: 1, endOffset: 9 }, 'same'],
  ['the epoch ends right there', at(5, 1, 5, 1), { epoch: 1, endOffset: 5 }, 'same'],
  ['it ends within what was fetched ahead', at(3, 1, 5, 1), { epoch: 1, endOffset: 4 }, 'refetch'],
  [
    'only what was fetched ahead is of an epoch it lacks',
    at(3, 1, 5, 2),
    { epoch: 1, endOffset: 7 },
    'refetch',
  ],
  [
    'it ends within what was read',
    at(3, 1, 5, 1),
    { epoch: 1, endOffset: 2 },
    { offset: 2, epoch: 1 },
  ],
  [
    'it lacks the epoch of what was read',
    at(3, 2, 3, 2),
    { epoch: 1, endOffset: 7 },
    { offset: 3, epoch: 1 },
  ],
  [
    'the log does not tell',
    at(3, 2, 3, 2),
    { epoch: -1, endOffset: -1 },
    { offset: undefined, epoch: -1 },
  ],
])('%s', (_, place, end, expected) => {
  expect(compareWithLog(place, end)).toEqual(expected);
});

/** A log as the epochs of its records, by offset. */
type Log = readonly number[];

/** Elections among replicas, any of which may win: each leader appends, some others copy part of it. */
const histories = fc.array(
  fc.record({
    leader: fc.nat(2),
    appended: fc.nat(3),
    copied: fc.array(fc.nat(8), { minLength: 3, maxLength: 3 }),
    reads: fc.nat(8),
    fetches: fc.nat(8),
  }),
  { minLength: 1, maxLength: 8 },
);

function endOf(log: Log, asked: number): EpochEnd {
  const known = log.filter((epoch) => epoch <= asked);
  if (known.length === 0) return { epoch: -1, endOffset: -1 };
  return { epoch: known[known.length - 1], endOffset: known.length };
}

const isPrefix = (part: Log, whole: Log): boolean =>
  part.every((epoch, offset) => whole[offset] === epoch);

test('after any elections: what stands is in the log, what is taken back is not', () => {
  fc.assert(
    fc.property(histories, (terms) => {
      const replicas: Log[] = [[], [], []];
      const readers: { read: Log; fetched: Log }[] = [];
      terms.forEach(({ leader, appended, copied, reads, fetches }, epoch) => {
        const log = [...replicas[leader], ...Array<number>(appended).fill(epoch)];
        replicas[leader] = log;
        copied.forEach((count, id) => {
          if (id !== leader && count > 0) replicas[id] = log.slice(0, count);
        });
        readers.push({ read: log.slice(0, reads), fetched: log.slice(0, reads + fetches) });
      });
      const { leader } = terms[terms.length - 1];
      for (const { read, fetched } of readers) check(read, fetched, replicas[leader]);
    }),
  );
});

/** Asks and goes back to what was read as long as it is told to, as the fetcher does. */
function check(read: Log, fetched: Log, log: Log): void {
  if (fetched.length === 0) return;
  const last = (part: Log): number => part[part.length - 1] ?? -1;
  const place = at(read.length, last(read), fetched.length, last(fetched));
  const result = compareWithLog(place, endOf(log, last(fetched)));
  if (result === 'same') expect(isPrefix(fetched, log)).toBe(true);
  else expect(isPrefix(fetched, log)).toBe(false);
  if (result === 'refetch') {
    expect(read.length < fetched.length).toBe(true);
    check(read, read, log);
  } else if (result !== 'same' && result.offset !== undefined) {
    expect(isPrefix(read, log)).toBe(false);
    expect(result.offset).toBeLessThanOrEqual(read.length);
  }
}
