import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { batchesOf, InvalidBatchError, RecordBatch, recordsOf } from '../../client/records';
import { deferred } from '../../client/runtime/deferred';
import { defaultLogConfig } from './log-config';
import {
  InvalidTimestampError,
  LogClosedError,
  OffsetOutOfRangeError,
  PolicyViolationError,
  RecordListTooLargeError,
  UnexpectedOffsetError,
} from './log-error';
import { batchOf, LogFixture, oneRecord, readAll } from './testing/log-fixture';
import type { Log } from './types';

let fixture: LogFixture;
beforeEach(() => {
  fixture = new LogFixture();
});
afterEach(() => fixture.dispose());

function values(bytes: Buffer): string[] {
  return batchesOf(bytes).flatMap((batch) =>
    recordsOf(bytes, batch.position).map((record) => String(record.value)),
  );
}

/** Appends batches of one record each, `n` at offset `n`, time 1000 + n. */
async function fill(log: Log, count: number, size = 100): Promise<void> {
  let written = Promise.resolve();
  for (let n = 0; n < count; n++) {
    const offset = log.logEndOffset;
    const record = oneRecord(`${offset}`.padEnd(size, '.'), 1000 + offset);
    written = log.appendAsLeader(record, 0).written;
    if (n % 7 === 0) await written;
  }
  await written;
}

const logFiles = () =>
  readdirSync(fixture.path('t-0'))
    .filter((name) => name.endsWith('.log'))
    .map((name) => Number(name.slice(0, 20)));

describe('appending', () => {
  it('assigns offsets at once and makes records readable when written', async () => {
    const { log } = await fixture.openLog();
    const first = log.appendAsLeader(batchOf([{ value: 'a' }, { value: 'b' }]), 3);
    const second = log.appendAsLeader(oneRecord('c', 2000), 3);
    expect(first).toMatchObject({ firstOffset: 0, lastOffset: 1, batchCount: 1 });
    expect(second).toMatchObject({ firstOffset: 2, maxTimestamp: 2000, offsetOfMaxTimestamp: 2 });
    expect(log.logEndOffset).toBe(3);
    expect(log.writtenEndOffset).toBe(0);
    expect((await log.read(0, 1000, Infinity)).records).toHaveLength(0);
    expect(second.written).toBe(first.written);
    await second.written;
    expect(log.writtenEndOffset).toBe(3);
    const { records, firstOffset, nextOffset } = await log.read(0, 1000, Infinity);
    expect({ firstOffset, nextOffset }).toEqual({ firstOffset: 0, nextOffset: 3 });
    expect(values(records)).toEqual(['a', 'b', 'c']);
    expect(new RecordBatch(records, 0).leaderEpoch).toBe(3);
    expect(log.latestEpoch).toBe(3);
  });

  it('takes several batches at once, of any codec', async () => {
    const { log } = await fixture.openLog();
    const batches = (['none', 'gzip', 'snappy', 'lz4'] as const).map((compression) =>
      batchOf([{ value: compression }, { value: 'x' }], { compression }),
    );
    const info = log.appendAsLeader(Buffer.concat(batches), 0);
    expect(info).toMatchObject({ firstOffset: 0, lastOffset: 7, batchCount: 4 });
    await info.written;
    const content = await readAll(log);
    expect(values(content)).toEqual(['none', 'x', 'gzip', 'x', 'snappy', 'x', 'lz4', 'x']);
    expect(batchesOf(content).map(({ baseOffset }) => baseOffset)).toEqual([0, 2, 4, 6]);
  });

  it('stamps the time of the append when the topic says so', async () => {
    const { log } = await fixture.openLog({ messageTimestampType: 'LogAppendTime' });
    const { logAppendTime, maxTimestamp, written } = log.appendAsLeader(oneRecord('a', 5), 0);
    expect([logAppendTime, maxTimestamp]).toEqual([fixture.clock.now(), fixture.clock.now()]);
    await written;
    const [record] = recordsOf(await readAll(log));
    expect(record?.timestamp).toBe(fixture.clock.now());
  });

  it.each<[string, () => Buffer, object, string | (new (...args: never[]) => Error)]>([
    ['nothing', () => Buffer.alloc(0), {}, 'INVALID_RECORD'],
    ['a cut batch', () => oneRecord('abc').subarray(0, 65), {}, 'CORRUPT_MESSAGE'],
    ['a flipped bit', () => flipped(oneRecord('abc'), 70), {}, 'CORRUPT_MESSAGE'],
    [
      'bytes after the batch',
      () => Buffer.concat([oneRecord('a'), Buffer.alloc(5)]),
      {},
      'CORRUPT_MESSAGE',
    ],
    [
      'too large a batch',
      () => oneRecord('x'.repeat(200)),
      { maxMessageBytes: 200 },
      'MESSAGE_TOO_LARGE',
    ],
    [
      'more than a segment',
      () => oneRecord('x'.repeat(200)),
      { segmentBytes: 200 },
      RecordListTooLargeError,
    ],
    [
      'a time ahead',
      () => oneRecord('a', 2e12),
      { messageTimestampAfterMaxMs: 1000 },
      InvalidTimestampError,
    ],
    [
      'a time behind',
      () => oneRecord('a', 1e12),
      { messageTimestampBeforeMaxMs: 1000 },
      InvalidTimestampError,
    ],
    ['a control batch', () => batchOf([{ value: 'a' }], { isControl: true }), {}, 'INVALID_RECORD'],
  ])('refuses %s', async (_what, records, config, expected) => {
    const { log } = await fixture.openLog(config);
    const append = () => log.appendAsLeader(records(), 0);
    if (typeof expected === 'string') {
      expect(append).toThrow(InvalidBatchError);
      expect(append).toThrow(expect.objectContaining({ code: expected }) as Error);
    } else {
      expect(append).toThrow(expected);
    }
    expect(log.logEndOffset).toBe(0);
    expect(readFileSync(fixture.path('t-0', '00000000000000000000.log'))).toHaveLength(0);
  });

  it('refuses records without a key in a compacted topic, and names them', async () => {
    const { log } = await fixture.openLog({ cleanupPolicy: ['compact'] });
    const batch = batchOf([{ key: 'k', value: 'a' }, { value: 'b' }, { value: 'c' }]);
    const recordErrors = [1, 2].map((index) => ({ index, message: expect.any(String) as string }));
    expect(() => log.appendAsLeader(batch, 0)).toThrow(
      expect.objectContaining({ code: 'INVALID_RECORD', recordErrors }) as Error,
    );
    expect(log.logEndOffset).toBe(0);
  });

  it('lets coordinators write control batches', async () => {
    const { log } = await fixture.openLog();
    const control = batchOf([{ value: 'a' }], { isControl: true });
    await log.appendAsLeader(control, 0, { allowControlBatches: true }).written;
    expect(log.writtenEndOffset).toBe(1);
  });

  it('as a follower keeps offsets and epochs, gaps too', async () => {
    const { log } = await fixture.openLog();
    const fetched = Buffer.concat([
      batchOf([{ value: 'a' }], { baseOffset: 0, leaderEpoch: 1 }),
      batchOf([{ value: 'b' }], { baseOffset: 7, leaderEpoch: 4 }),
      batchOf([{ value: 'cut' }], { baseOffset: 8, leaderEpoch: 4 }).subarray(0, 40),
    ]);
    const info = log.appendAsFollower(fetched);
    expect(info).toMatchObject({ firstOffset: 0, lastOffset: 7, batchCount: 2 });
    await info.written;
    expect(log.epochEndOffset(1)).toEqual({ leaderEpoch: 1, endOffset: 7 });
    expect((await log.read(3, 1000, Infinity)).firstOffset).toBe(7);
    const again = batchOf([{ value: 'b' }], { baseOffset: 7, leaderEpoch: 4 });
    expect(() => log.appendAsFollower(again)).toThrow(UnexpectedOffsetError);
  });

  it('tells its listener once per group', async () => {
    const { log } = await fixture.openLog();
    const ends: number[] = [];
    log.setListener({ onWritten: ({ writtenEndOffset }) => void ends.push(writtenEndOffset) });
    log.appendAsLeader(oneRecord('a'), 0);
    await log.appendAsLeader(oneRecord('b'), 0).written;
    await log.appendAsLeader(oneRecord('c'), 0).written;
    expect(ends).toEqual([2, 3]);
  });

  it('rolls by size, by time and on request, and closes what it leaves', async () => {
    const { log } = await fixture.openLog({ segmentBytes: 400, segmentMs: 1000 });
    await fill(log, 5);
    expect(logFiles()).toEqual([0, 2, 4]);
    await log.appendAsLeader(oneRecord('later', 5000), 0).written;
    expect(logFiles()).toEqual([0, 2, 4, 5]);
    log.roll();
    log.roll();
    expect(logFiles()).toEqual([0, 2, 4, 5, 6]);
    const time = readFileSync(fixture.path('t-0', '00000000000000000002.timeindex'));
    expect(time.toString('hex')).toBe('00000000000003eb00000001');
    await log.flush();
    expect(log.recoveryPoint).toBe(6);
  });

  it('flushes before it acknowledges when flush.messages says so', async () => {
    const { log } = await fixture.openLog({ flushMessages: 2 });
    await log.appendAsLeader(oneRecord('a'), 0).written;
    expect(log.recoveryPoint).toBe(0);
    await log.appendAsLeader(oneRecord('b'), 0).written;
    expect(log.recoveryPoint).toBe(2);
  });

  it('survives a clean stop and a crash', async () => {
    const { manager, log } = await fixture.openLog({ segmentBytes: 2000 });
    await fill(log, 50);
    const before = await readAll(log);
    await manager.close();
    expect(() => log.appendAsLeader(oneRecord('x'), 0)).toThrow(LogClosedError);
    const again = await fixture.openLog({ segmentBytes: 2000 });
    expect(again.log.logEndOffset).toBe(50);
    expect((await readAll(again.log)).equals(before)).toBe(true);
    await fill(again.log, 10);
    const more = await readAll(again.log);
    const third = await fixture.openLog({ segmentBytes: 2000 });
    expect((await readAll(third.log)).equals(more)).toBe(true);
    expect(third.log.logEndOffset).toBe(60);
  });
});

describe('reading', () => {
  it('returns whole batches only, at least one, below the bound', async () => {
    const { log } = await fixture.openLog({ segmentBytes: 3000 });
    await fill(log, 40);
    const size = oneRecord(''.padEnd(100)).length;
    const read = (offset: number, max: number, to = Infinity, one = true) =>
      Promise.resolve(log.read(offset, max, to, one));
    expect((await read(5, 1)).nextOffset).toBe(6);
    expect((await read(5, 1, Infinity, false)).records).toHaveLength(0);
    expect((await read(5, size * 3)).nextOffset).toBe(8);
    expect((await read(5, size * 3 + 10)).nextOffset).toBe(8);
    expect((await read(5, 10_000, 7)).nextOffset).toBe(7);
    expect((await read(40, 100)).records).toHaveLength(0);
    await expect(async () => read(41, 100)).rejects.toThrow(OffsetOutOfRangeError);
  });

  it('answers at once for what was written lately, also for one large batch', async () => {
    const { log } = await fixture.openLog();
    await log.appendAsLeader(oneRecord('x'.repeat(300_000)), 0).written;
    const result = log.read(0, 10, Infinity);
    expect(result).not.toBeInstanceOf(Promise);
    const { records, release } = await result;
    expect(records.length).toBeGreaterThan(300_000);
    release();
    release();
    const { log: again } = await fixture.openLog();
    const cold = again.read(0, 10, Infinity);
    expect(cold).toBeInstanceOf(Promise);
    expect((await cold).records).toHaveLength(records.length);
  });

  it('reads once for all who ask for the same at the same time', async () => {
    const { log } = await fixture.openLog();
    // Larger than what Node cuts from one piece of memory.
    await fill(log, 20, 1000);
    const read = (offset: number, to = Infinity) => Promise.resolve(log.read(offset, 1e6, to));
    const [one, other] = [await read(0), await read(0)];
    expect(other.records).toBe(one.records);
    const before = values(other.records);
    one.release();
    one.release();
    expect((await read(0, 10)).records.buffer).not.toBe(other.records.buffer);
    expect((await read(5)).records.buffer).not.toBe(other.records.buffer);
    expect(values(other.records)).toEqual(before);
    await log.truncateTo(10);
    await fill(log, 10, 50);
    expect(values((await read(0)).records)[15]).toHaveLength(50);
    expect(values(other.records)).toEqual(before);
  });

  it('starts with the batch that holds the offset', async () => {
    const { log } = await fixture.openLog();
    const three = [{ value: 'a' }, { value: 'b' }, { value: 'c' }];
    for (let n = 0; n < 3; n++) await log.appendAsLeader(batchOf(three), 0).written;
    expect(await log.read(4, 1, Infinity)).toMatchObject({ firstOffset: 3, nextOffset: 6 });
    expect((await log.read(4, 1000, 5)).records).toHaveLength(0);
  });

  it('is repeated when a truncation overtakes it', async () => {
    const { manager } = await fixture.openLog();
    const log = await manager.getOrCreateLog({ topic: 't', partition: 0 });
    await fill(log, 20);
    const { log: cold } = await fixture.openLog();
    const reading = cold.read(0, 1e6, Infinity);
    const [result, cut] = await Promise.all([reading, cold.truncateTo(10)]);
    expect(cut).toBe(true);
    expect(result.nextOffset).toBeLessThanOrEqual(20);
    expect((await cold.read(0, 1e6, Infinity)).nextOffset).toBe(10);
  });

  it('leaves nothing behind that misleads others when a truncation has overtaken it', async () => {
    await fill((await fixture.openLog()).log, 10);
    const { log: cold } = await fixture.openLog();
    const [hasRead, isCut] = [deferred(), deferred()];
    fixture.disk.onRead = () => {
      fixture.disk.onRead = () => undefined;
      hasRead.resolve();
      return isCut.promise;
    };
    const reading = cold.read(0, 1e6, 9);
    await hasRead.promise;
    await cold.truncateTo(3);
    isCut.resolve();
    await reading;
    await fill(cold, 9, 300);
    const { firstOffset, records } = await cold.read(9, 1e6, Infinity);
    expect(firstOffset).toBe(9);
    expect(values(records)).toHaveLength(3);
  });

  it('behaves like a list of batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 400 })), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3000 }), fc.nat(), fc.boolean()), {
          maxLength: 40,
        }),
        fc.boolean(),
        async (sizes, reads, reopen) => {
          const own = new LogFixture();
          try {
            const config = { segmentBytes: 2500, indexIntervalBytes: 500 };
            let { log } = await own.openLog(config);
            const model: { first: number; last: number; bytes: Buffer }[] = [];
            let written = Promise.resolve();
            for (const [count, size] of sizes) {
              const records = batchOf(
                Array.from({ length: count }, () => ({ value: 'v'.repeat(size) })),
              );
              const info = log.appendAsLeader(records, 0);
              model.push({ first: info.firstOffset, last: info.lastOffset, bytes: records });
              if (size % 3 === 0) await info.written;
              written = info.written;
            }
            await written;
            const end = log.logEndOffset;
            if (reopen) log = (await own.openLog(config)).log;
            for (const [at, maxBytes, to, minOne] of reads) {
              const offset = at % (end + 1);
              const bound = to % (end + 2);
              const { records, nextOffset } = await log.read(offset, maxBytes, bound, minOne);
              const candidates = model.filter(({ last }) => last >= offset && last < bound);
              const [first] = candidates;
              if (!first || (!minOne && first.bytes.length > maxBytes)) {
                expect(records).toHaveLength(0);
                continue;
              }
              expect(records.subarray(0, first.bytes.length).equals(first.bytes)).toBe(true);
              expect(records.length <= maxBytes || records.length === first.bytes.length).toBe(
                true,
              );
              const taken = candidates.filter(({ last }) => last < nextOffset);
              expect(Buffer.concat(taken.map(({ bytes }) => bytes)).equals(records)).toBe(true);
            }
          } finally {
            await own.dispose();
          }
        },
      ),
      { numRuns: 15, seed: 3 },
    );
  }, 60_000);

  it('estimates the bytes between two offsets', async () => {
    const { log } = await fixture.openLog({ segmentBytes: 3000, indexIntervalBytes: 200 });
    await fill(log, 40);
    const size = oneRecord(''.padEnd(100)).length;
    expect(log.estimateBytes(0, 40)).toBe(40 * size);
    expect(Math.abs(log.estimateBytes(10, 30) - 20 * size)).toBeLessThan(4 * size);
    expect(log.estimateBytes(39, 40)).toBeGreaterThan(0);
    expect(log.estimateBytes(40, 40)).toBe(0);
  });
});

describe('times', () => {
  it('finds the first record that is not older', async () => {
    const { log } = await fixture.openLog({ segmentBytes: 1000, indexIntervalBytes: 200 });
    const times = [100, 300, 200, 300, 500, 400, 400, 600, 600, 50];
    for (const time of times) {
      await log.appendAsLeader(
        batchOf(
          [
            { value: 'x'.repeat(100), timestamp: time },
            { value: 'y'.repeat(100), timestamp: time + 5 },
          ],
          { compression: 'gzip' },
        ),
        7,
      ).written;
    }
    const expected = (target: number) => {
      const all = times.flatMap((time) => [time, time + 5]);
      const offset = all.findIndex((time) => time >= target);
      return offset < 0 ? undefined : { offset, timestamp: all[offset], leaderEpoch: 7 };
    };
    for (const target of [0, 100, 101, 105, 106, 300, 305, 306, 400, 505, 600, 605, 606]) {
      expect(await log.offsetForTimestamp(target)).toEqual(expected(target));
    }
    expect(await log.offsetOfMaxTimestamp()).toEqual(expected(605));
    log.updateHighWatermark(20);
    log.deleteRecordsBefore(5);
    expect(await log.offsetForTimestamp(0)).toEqual({ offset: 5, timestamp: 205, leaderEpoch: 7 });
    const { log: again } = await fixture.openLog({ segmentBytes: 1000 });
    expect(await again.offsetForTimestamp(606)).toBeUndefined();
    expect(await again.offsetOfMaxTimestamp()).toEqual(expected(605));
  });

  it('there are none in an empty log', async () => {
    const { log } = await fixture.openLog();
    expect(await log.offsetForTimestamp(0)).toBeUndefined();
    expect(await log.offsetOfMaxTimestamp()).toBeUndefined();
  });
});

describe('truncation', () => {
  const config = { segmentBytes: 1000, indexIntervalBytes: 300 };

  it('cuts to any offset, and the log goes on from there', async () => {
    for (const offset of [29, 17, 6, 0]) {
      const manager = await fixture.open(config);
      const log = await manager.getOrCreateLog({ topic: 't', partition: offset });
      await fill(log, 30);
      log.updateHighWatermark(30);
      log.assignLeaderEpoch(5, 20);
      expect(await log.truncateTo(offset)).toBe(true);
      expect(await log.truncateTo(offset)).toBe(false);
      expect([log.logEndOffset, log.writtenEndOffset, log.highWatermark]).toEqual([
        offset,
        offset,
        offset,
      ]);
      expect(log.recoveryPoint).toBeLessThanOrEqual(offset);
      expect(values(await readAll(log))).toHaveLength(offset);
      expect(log.latestEpoch).toBe(offset > 20 ? 5 : offset > 0 ? 0 : undefined);
      await log.appendAsLeader(oneRecord('after', 9000), 6).written;
      expect(values(await readAll(log)).at(-1)).toBe('after');
      expect(await log.offsetOfMaxTimestamp()).toMatchObject({ offset, timestamp: 9000 });
    }
  });

  it('refuses appends meanwhile, and settles what was queued before', async () => {
    const { log } = await fixture.openLog(config);
    const { written } = log.appendAsLeader(oneRecord('a'), 0);
    const cutting = log.truncateTo(0);
    expect(() => log.appendAsLeader(oneRecord('b'), 0)).toThrow(/being truncated/);
    await written;
    expect(await cutting).toBe(true);
    expect(log.logEndOffset).toBe(0);
    await log.appendAsLeader(oneRecord('c'), 0).written;
    expect(values(await readAll(log))).toEqual(['c']);
  });

  it('cuts a batch that spans the offset as a whole', async () => {
    const { log } = await fixture.openLog(config);
    await log.appendAsLeader(batchOf([{ value: 'a' }, { value: 'b' }, { value: 'c' }]), 0).written;
    await log.truncateTo(2);
    expect(log.logEndOffset).toBe(0);
  });

  it('can start anew anywhere', async () => {
    const { manager, log } = await fixture.openLog(config);
    await fill(log, 30);
    await log.truncateFullyAndStartAt(1000);
    expect([log.logStartOffset, log.highWatermark, log.logEndOffset, log.sizeInBytes]).toEqual([
      1000, 1000, 1000, 0,
    ]);
    expect(logFiles()).toEqual([1000]);
    await log.appendAsLeader(oneRecord('a'), 2).written;
    await manager.close();
    const { log: again } = await fixture.openLog(config);
    expect([again.logStartOffset, again.logEndOffset]).toEqual([1000, 1001]);
    expect(readFileSync(fixture.path('t-0', 'leader-epoch-checkpoint'), 'utf8')).toBe(
      '0\n1\n2 1000\n',
    );
  });
});

describe('retention', () => {
  const config = {
    segmentBytes: 500,
    retentionMs: -1,
    retentionBytes: -1,
    fileDeleteDelayMs: 1000,
  };

  it('by size keeps at least retention.bytes', async () => {
    const { log } = await fixture.openLog({ ...config, retentionBytes: 1000 });
    await fill(log, 20);
    log.updateHighWatermark(20);
    const { sizeInBytes } = log;
    expect(await log.enforceRetention()).toBeGreaterThan(0);
    expect(log.sizeInBytes).toBeGreaterThanOrEqual(1000);
    expect(log.sizeInBytes).toBeLessThan(Math.min(sizeInBytes, 1600));
    expect(log.logStartOffset).toBe(logFiles()[0]);
    expect(await log.enforceRetention()).toBe(0);
    await expect(async () => log.read(0, 1, Infinity)).rejects.toThrow(OffsetOutOfRangeError);
  });

  it('never removes what is above the high watermark', async () => {
    const { log } = await fixture.openLog({ ...config, retentionBytes: 0 });
    await fill(log, 20);
    log.updateHighWatermark(4);
    await log.enforceRetention();
    expect(log.logStartOffset).toBe(logFiles()[0]);
    expect(log.logStartOffset).toBeLessThanOrEqual(4);
  });

  it('by time removes everything and starts a new segment', async () => {
    const { log } = await fixture.openLog({ ...config, retentionMs: 1000 });
    await fill(log, 20);
    log.updateHighWatermark(20);
    await log.enforceRetention();
    expect([log.logStartOffset, log.logEndOffset, log.segmentCount]).toEqual([20, 20, 1]);
    expect(log.latestEpoch).toBe(0);
    await fill(log, 1);
    expect(values(await readAll(log))).toEqual(['20'.padEnd(100, '.')]);
  });

  it('does not touch a compacted topic', async () => {
    const { log } = await fixture.openLog({ ...config, retentionBytes: 0 });
    await fill(log, 20);
    log.updateHighWatermark(20);
    log.updateConfig({ ...log.config, cleanupPolicy: ['compact'] });
    expect(await log.enforceRetention()).toBe(0);
  });

  it('removes files in two steps', async () => {
    const { log } = await fixture.openLog({ ...config, retentionBytes: 0 });
    await fill(log, 8);
    log.updateHighWatermark(8);
    await log.enforceRetention();
    const deleted = () =>
      readdirSync(fixture.path('t-0')).filter((name) => name.endsWith('.deleted'));
    expect(deleted()).toContain('00000000000000000000.log.deleted');
    fixture.clock.advance(1000);
    while (deleted().length > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(existsSync(fixture.path('t-0', '00000000000000000008.log'))).toBe(true);
  });

  it('of deleted records: the log start moves, whole segments go', async () => {
    const { log } = await fixture.openLog(config);
    await fill(log, 20);
    expect(() => log.deleteRecordsBefore(6)).toThrow(OffsetOutOfRangeError);
    log.updateHighWatermark(10);
    let raised = 0;
    log.setListener({ onLogStartOffsetRaised: () => raised++ });
    expect(log.deleteRecordsBefore(6)).toBe(6);
    expect(log.deleteRecordsBefore(3)).toBe(6);
    expect(raised).toBe(1);
    expect((await log.read(6, 1, Infinity)).firstOffset).toBe(6);
    await expect(async () => log.read(5, 1, Infinity)).rejects.toThrow(OffsetOutOfRangeError);
    await log.enforceRetention();
    expect(log.logStartOffset).toBe(6);
    expect(logFiles()[0]).toBeLessThanOrEqual(6);
    expect(logFiles()[1]).toBeGreaterThan(6);
    log.updateConfig({ ...defaultLogConfig, cleanupPolicy: ['compact'] });
    expect(() => log.deleteRecordsBefore(7)).toThrow(PolicyViolationError);
  });

  it('of a follower follows its leader', async () => {
    const { log } = await fixture.openLog(config);
    await fill(log, 10);
    log.raiseLogStartOffset(4);
    log.raiseLogStartOffset(2);
    expect([log.logStartOffset, log.highWatermark]).toEqual([4, 4]);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
}
