import fc from 'fast-check';
import { LeaderEpochCache } from '../../log/leader-epoch-cache';
import { fetcherIdOf } from './fetcher-id';
import { lastRecordEpoch, reactionTo, type LogFacts } from './follower-position';
import {
  truncationAt,
  truncationBeforeFetch,
  truncationForFirstBatch,
  truncationToLeaderRange,
} from './truncation';
import { ErrorCode } from '../../../client/protocol/error-codes';

/** A log as its epochs, one per offset from 0 on. */
function logOf(epochs: readonly number[], rest: Partial<LogFacts> = {}): LogFacts {
  const cache = new LeaderEpochCache();
  epochs.forEach((epoch, offset) => cache.assign(epoch, offset));
  const logEndOffset = epochs.length;
  return {
    logStartOffset: 0,
    logEndOffset,
    highWatermark: 0,
    epochEndOffset: (epoch) => cache.endOffsetFor(epoch, logEndOffset),
    epochForOffset: (offset) => cache.epochForOffset(offset),
    ...rest,
  };
}

const unknown = { epochEndOffset: () => undefined, epochForOffset: () => undefined };

test('the epoch of the last record, not that of a leader which wrote nothing', () => {
  expect(lastRecordEpoch(logOf([1, 1, 3]))).toBe(3);
  expect(lastRecordEpoch(logOf([]))).toBe(-1);
  const led = new LeaderEpochCache([
    { epoch: 4, startOffset: 0 },
    { epoch: 5, startOffset: 10 },
  ]);
  const epochForOffset = (offset: number) => led.epochForOffset(offset);
  expect(lastRecordEpoch({ ...logOf([]), logEndOffset: 10, epochForOffset })).toBe(4);
});

test('only a log that does not know its epochs is cut to its high watermark', () => {
  expect(truncationBeforeFetch(logOf([1, 1], { highWatermark: 1 }))).toBeUndefined();
  expect(truncationBeforeFetch(logOf([], { ...unknown }))).toBeUndefined();
  const log = logOf([1, 1, 1], { highWatermark: 2, ...unknown });
  expect(truncationBeforeFetch(log)).toEqual({ kind: 'cut', offset: 2, why: 'epochs-unknown' });
  expect(truncationBeforeFetch({ ...log, highWatermark: 3 })).toBeUndefined();
});

describe('where the leader says the logs part', () => {
  const cut = (offset: number) => ({ kind: 'cut', offset, why: 'diverging-epoch' });

  test('an epoch both know: the smaller of the two ends', () => {
    expect(truncationAt({ leaderEpoch: 1, endOffset: 2 }, logOf([1, 1, 1]))).toEqual(cut(2));
    expect(truncationAt({ leaderEpoch: 1, endOffset: 9 }, logOf([1, 1, 2]))).toEqual(cut(2));
  });

  test('KIP-279: an epoch this log lacks: the end of the largest below', () => {
    expect(truncationAt({ leaderEpoch: 2, endOffset: 3 }, logOf([1, 1, 3, 3]))).toEqual(cut(2));
  });

  test('an epoch older than all known here: what the leader has of it', () => {
    expect(truncationAt({ leaderEpoch: 1, endOffset: 0 }, logOf([2, 2]))).toEqual(cut(0));
  });

  test('a leader that knows no end: what is committed', () => {
    const log = logOf([1, 1, 1], { highWatermark: 1 });
    expect(truncationAt({ leaderEpoch: 1, endOffset: -1 }, log)).toMatchObject({ offset: 1 });
  });

  test('nothing to cut', () => {
    expect(truncationAt({ leaderEpoch: 1, endOffset: 5 }, logOf([1, 1]))).toBeUndefined();
  });
});

test('out of range', () => {
  const log = logOf([1, 1, 1]);
  expect(truncationToLeaderRange({ startOffset: 0, endOffset: 2 }, log)).toEqual({
    kind: 'cut',
    offset: 2,
    why: 'beyond-leader-end',
  });
  expect(truncationToLeaderRange({ startOffset: 5, endOffset: 9 }, log)).toEqual({
    kind: 'start-anew',
    offset: 5,
    why: 'before-leader-start',
  });
  expect(truncationToLeaderRange({ startOffset: 0, endOffset: 9 }, log)).toBeUndefined();
});

test('a first batch that begins before the log start', () => {
  const empty = { ...logOf([]), logStartOffset: 5, logEndOffset: 5 };
  expect(truncationForFirstBatch(3, 7, empty)).toMatchObject({ kind: 'start-anew', offset: 3 });
  expect(truncationForFirstBatch(5, 7, empty)).toBeUndefined();
  expect(truncationForFirstBatch(3, 5, empty)).toBeUndefined();
  expect(truncationForFirstBatch(3, 7, { ...empty, logStartOffset: 4 })).toBeUndefined();
});

test('cutting round by round ends where the logs part, whatever their epochs (KIP-101, KIP-279)', () => {
  const tail = fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 3 })), { maxLength: 5 });
  fc.assert(
    fc.property(fc.nat(4), tail, tail, (shared, ours, theirs) => {
      // Every epoch has one leader, so after the common part no epoch is in both.
      const common = Array.from({ length: shared }, () => 0);
      const branch = (of: typeof tail extends fc.Arbitrary<infer T> ? T : never, odd: number) =>
        of
          .map(([epoch, count]) => Array.from({ length: count }, () => 2 * epoch + 1 + odd))
          .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
          .flat();
      const leader = logOf([...common, ...branch(theirs, 1)]);
      let follower = [...common, ...branch(ours, 0)];
      for (let round = 0; ; round++) {
        expect(round).toBeLessThan(20);
        const log = logOf(follower);
        const last = lastRecordEpoch(log);
        const end = last < 0 ? undefined : leader.epochEndOffset(last);
        // The leader's own latest epoch is above all others; model it as knowing its end.
        const told = end ?? {
          leaderEpoch: leader.epochForOffset(1e9) ?? 0,
          endOffset: leader.logEndOffset,
        };
        if (last < 0) break;
        if (told.leaderEpoch >= last && told.endOffset >= log.logEndOffset) break;
        const truncation = truncationAt(told, log);
        expect(truncation).toBeDefined();
        follower = follower.slice(0, truncation?.offset);
      }
      expect(follower).toEqual(common.slice(0, follower.length));
      // Nothing in common is lost, except what the leader lacks altogether.
      expect(follower.length).toBe(common.length);
    }),
    { numRuns: 500 },
  );
});

test('error codes', () => {
  expect(reactionTo(0)).toBe('take');
  expect(reactionTo(ErrorCode.FENCED_LEADER_EPOCH)).toBe('await-epoch');
  expect(reactionTo(ErrorCode.OFFSET_OUT_OF_RANGE)).toBe('reset');
  expect(reactionTo(ErrorCode.NOT_LEADER_OR_FOLLOWER)).toBe('retry');
  expect(reactionTo(ErrorCode.KAFKA_STORAGE_ERROR)).toBe('complain');
  expect(reactionTo(12345)).toBe('complain');
});

test('fetcher ids as Kafka computes them', () => {
  // "t".hashCode() is 116, "orders".hashCode() -1008770331.
  expect(fetcherIdOf({ topic: 't', partition: 2 }, 5)).toBe((31 * 116 + 2) % 5);
  const mixed = (Math.imul(31, -1008770331) + 7) | 0;
  expect(fetcherIdOf({ topic: 'orders', partition: 7 }, 4)).toBe(Math.abs(mixed) % 4);
});
