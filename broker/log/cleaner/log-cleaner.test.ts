import fc from 'fast-check';
import { ensureCodecsReady, type CompressionType } from '../../../client/records';
import { CompactionFixture, readRecords, type KeyedRecord } from '../testing/compaction-fixture';
import { OutOfOrderSequenceError } from '../log-error';
import { batchOf } from '../testing/log-fixture';
import type { Log, LogManager } from '../types';

jest.setTimeout(60_000);

beforeAll(ensureCodecsReady);

const keyed = (key: string, value: string | null = `value of ${key}`): KeyedRecord => ({
  key,
  value,
});

/** Several segments in which few keys are written again and again, some of them deleted. */
async function fill(fixture: CompactionFixture, log: Log, batches = 24): Promise<void> {
  for (let n = 0; n < batches; n++) {
    const records = [0, 1, 2].map((m) =>
      keyed(`k${(n * 7 + m * 5) % 11}`, (n + m) % 5 === 0 ? null : `${n}/${m} `.padEnd(30, '.')),
    );
    await fixture.append(log, records, n % 4 === 3 ? 'gzip' : 'none');
  }
  log.roll();
}

const clean = (manager: LogManager) => manager.cleanLogs();

const anotherTurn = () => new Promise((resolve) => setImmediate(resolve));

const keysOf = (records: readonly KeyedRecord[]) => records.map(({ key }) => key);

it('keeps the last record of each key, in its place', async () => {
  const fixture = new CompactionFixture();
  const { manager, log } = await fixture.open();
  await fill(fixture, log);
  const { logEndOffset, sizeInBytes } = log;
  await clean(manager);
  const left = await fixture.check(log);
  expect(new Set(keysOf(left)).size).toBe(left.length);
  expect(left).toHaveLength(11);
  expect(log.logEndOffset).toBe(logEndOffset);
  expect(log.sizeInBytes).toBeLessThan(sizeInBytes / 2);
  await manager.close();

  const again = await fixture.open();
  expect(await readRecords(again.log)).toEqual(left);
  expect(again.log.logEndOffset).toBe(logEndOffset);
  await again.manager.close();
});

it('cleans batches of many records piece by piece', async () => {
  const fixture = new CompactionFixture({ segmentBytes: 1_000_000 });
  const { manager, log } = await fixture.open();
  for (const round of [1, 2]) {
    const records = Array.from({ length: 3000 }, (_, n) => keyed(`k${n % 2000}`, `${round}/${n}`));
    await fixture.append(log, records, 'gzip');
  }
  log.roll();
  await clean(manager);
  expect(await fixture.check(log)).toHaveLength(2000);
  await manager.close();
});

it('goes on where it stopped, also after a restart', async () => {
  const fixture = new CompactionFixture();
  const first = await fixture.open();
  await fill(fixture, first.log);
  await clean(first.manager);
  await first.manager.close();
  const { manager, log } = await fixture.open();
  await clean(manager);
  expect(fixture.logger.events('log-cleaned')).toHaveLength(1);
  await fixture.append(log, [keyed('k3', 'newest')]);
  log.roll();
  await clean(manager);
  expect(fixture.logger.events('log-cleaned')[1]).toMatchObject({
    firstDirtyOffset: 72,
    endOffset: 73,
  });
  const left = await fixture.check(log);
  expect(left.filter(({ key }) => key === 'k3')).toEqual([fixture.appended.at(-1)]);
  await manager.close();
});

it('keeps tombstones for delete.retention.ms after it first saw them', async () => {
  const fixture = new CompactionFixture({ deleteRetentionMs: 1000 });
  const { manager, log } = await fixture.open();
  const another = async (value: string) => {
    await fixture.append(log, [keyed('other', value)]);
    log.roll();
    await clean(manager);
    return keysOf(await fixture.check(log));
  };
  await fixture.append(log, [keyed('k', 'a value')]);
  await fixture.append(log, [keyed('k', null), keyed('same batch')]);
  fixture.clock.advance(5000);
  expect(await another('1')).toEqual(['k', 'same batch', 'other']);
  fixture.clock.advance(999);
  expect(await another('2')).toEqual(['k', 'same batch', 'other']);
  fixture.clock.advance(1);
  expect(await another('3')).toEqual(['same batch', 'other']);
  await manager.close();
});

it('leaves idempotent producers their sequences', async () => {
  const fixture = new CompactionFixture();
  const first = await fixture.open();
  const send = async (log: Log, baseSequence: number, key = 'k') => {
    const producer = { producerId: 7, producerEpoch: 0, baseSequence };
    const batch = batchOf([{ key, value: `sequence ${baseSequence}` }], { producer });
    const info = log.appendAsLeader(batch, 0);
    await info.written;
    log.updateHighWatermark(log.logEndOffset);
    return info;
  };
  await send(first.log, 0);
  const { firstOffset } = await send(first.log, 1);
  await fixture.append(first.log, [keyed('k', 'overwritten by another')]);
  first.log.roll();
  await clean(first.manager);
  expect(await readRecords(first.log)).toHaveLength(1);
  for (const name of await fixture.files.readdir(first.log.path)) {
    if (name.endsWith('.snapshot')) fixture.files.unlinkSync(`${first.log.path}/${name}`);
  }
  const { manager, log } = await fixture.open();
  expect(await send(log, 1)).toMatchObject({ isDuplicate: true, firstOffset });
  await expect(send(log, 3)).rejects.toThrow(OutOfOrderSequenceError);
  expect(await send(log, 2)).toMatchObject({ isDuplicate: false });
  await manager.close();
});

it('leaves gaps that are none to recovery when the topic is not compacted any more', async () => {
  const fixture = new CompactionFixture();
  const first = await fixture.open();
  await fill(fixture, first.log);
  await clean(first.manager);
  const left = await fixture.check(first.log);
  const { logEndOffset } = first.log;
  const { log, manager } = await fixture.open({ cleanupPolicy: ['delete'] });
  expect(log.logEndOffset).toBe(logEndOffset);
  expect(await readRecords(log)).toEqual(left);
  await manager.close();
});

it('leaves gaps to recovery that were copied from a leader', async () => {
  const fixture = new CompactionFixture({ cleanupPolicy: ['delete'] });
  const first = await fixture.open();
  for (const baseOffset of [0, 5]) {
    first.log.appendAsFollower(batchOf([{ key: 'k', value: 'v' }], { baseOffset, leaderEpoch: 1 }));
  }
  await first.log.flush();
  await fixture.files.syncDirectory('/data');
  const { log, manager } = await fixture.open();
  expect(log.logEndOffset).toBe(6);
  await manager.close();
});

it('touches nothing above the high watermark', async () => {
  const fixture = new CompactionFixture();
  const { manager, log } = await fixture.open();
  for (let n = 0; n < 4; n++) {
    await fixture.append(log, [keyed('k', String(n))]);
    log.roll();
  }
  const committed = log.logEndOffset - 2;
  log.updateHighWatermark(committed);
  await clean(manager);
  expect((await readRecords(log)).map(({ value }) => value)).toEqual(['1', '2', '3']);
  await manager.close();
});

it('waits for min.compaction.lag.ms', async () => {
  const fixture = new CompactionFixture({ minCompactionLagMs: 1000 });
  const { manager, log } = await fixture.open();
  for (const value of ['a', 'b', 'c']) {
    await fixture.append(log, [keyed('k', value)]);
    log.roll();
    fixture.clock.advance(600);
  }
  const values = async () => {
    await clean(manager);
    return (await fixture.check(log)).map(({ value }) => value);
  };
  expect(await values()).toEqual(['b', 'c']);
  fixture.clock.advance(1000);
  expect(await values()).toEqual(['c']);
  await manager.close();
});

it('does not wait for the dirty ratio beyond max.compaction.lag.ms, and closes segments by then', async () => {
  const fixture = new CompactionFixture({ minCleanableDirtyRatio: 1, maxCompactionLagMs: 1000 });
  const { manager, log } = await fixture.open();
  await fixture.append(log, [keyed('k', 'a')]);
  await fixture.append(log, [keyed('k', 'b')]);
  fixture.clock.advance(500);
  await clean(manager);
  expect(await readRecords(log)).toHaveLength(2);
  fixture.clock.advance(501);
  await fixture.append(log, [keyed('k', 'c')]);
  expect(log.segmentCount).toBe(2);
  await clean(manager);
  expect((await fixture.check(log)).map(({ value }) => value)).toEqual(['b', 'c']);
  await manager.close();
});

it('with compact,delete also removes what is too old', async () => {
  const fixture = new CompactionFixture({
    cleanupPolicy: ['compact', 'delete'],
    retentionMs: 1000,
  });
  const { manager, log } = await fixture.open();
  await fixture.append(log, [keyed('old')]);
  log.roll();
  fixture.clock.advance(900);
  await fixture.append(log, [keyed('k', 'a'), keyed('k', 'b')]);
  log.roll();
  fixture.clock.advance(200);
  await manager.enforceRetention();
  await clean(manager);
  expect((await readRecords(log)).map(({ value }) => value)).toEqual(['b']);
  expect(log.logStartOffset).toBe(1);
  await fixture.append(log, [keyed('k', 'c')]);
  log.roll();
  await clean(manager);
  expect((await readRecords(log)).map(({ value }) => value)).toEqual(['c']);
  await manager.close();
});

it('makes do with the memory there is', async () => {
  const fixture = new CompactionFixture();
  const cleaner = () => ({
    memoryBytes: 24 * 7,
    loadFactor: 0.9,
    ioBufferBytes: 64,
    maxBytesPerSecond: Infinity,
    backoffMs: 1000,
  });
  const { manager, log } = await fixture.open({}, { config: { minFreeBytes: 0, cleaner } });
  await fill(fixture, log);
  await clean(manager);
  const left = await fixture.check(log);
  expect(fixture.logger.events('log-cleaned').length).toBeGreaterThan(1);
  expect(new Set(keysOf(left)).size).toBe(left.length);
  await manager.close();
});

it('ends when the log is to be truncated, and begins anew below the cut', async () => {
  const fixture = new CompactionFixture();
  const { manager, log } = await fixture.open();
  await fill(fixture, log);
  let cut: Promise<boolean> | undefined;
  fixture.disk.fault = (_, path) => {
    if (path.endsWith('.cleaned')) cut ??= log.truncateTo(40);
    return undefined;
  };
  await clean(manager);
  expect(await cut).toBe(true);
  fixture.appended = fixture.appended.filter(({ offset }) => offset < log.logEndOffset);
  await fixture.check(log);
  await fixture.append(log, [keyed('k1', 'after the cut')]);
  log.roll();
  await clean(manager);
  const left = await fixture.check(log);
  expect(new Set(keysOf(left)).size).toBe(left.length);
  await manager.close();
});

it('does not take for clean what replaces clean records that were cut', async () => {
  const fixture = new CompactionFixture({ deleteRetentionMs: 0 });
  const first = await fixture.open();
  await fill(fixture, first.log);
  await clean(first.manager);
  await first.log.truncateTo(30);
  fixture.appended = fixture.appended.filter(({ offset }) => offset < first.log.logEndOffset);
  for (let n = 0; n < 30; n++) await fixture.append(first.log, [keyed('k1', 'twice')]);
  await fixture.append(first.log, [keyed('k1', null)]);
  first.log.roll();
  const { manager, log } = await fixture.open();
  log.updateHighWatermark(log.logEndOffset);
  await clean(manager);
  await fixture.append(log, [keyed('x')]);
  log.roll();
  fixture.clock.advance(10);
  await clean(manager);
  expect(keysOf(await readRecords(log))).not.toContain('k1');
  await manager.close();
});

it('ends when the log is deleted', async () => {
  const fixture = new CompactionFixture();
  const { manager, log } = await fixture.open();
  await fill(fixture, log);
  let deleted: Promise<boolean> | undefined;
  fixture.disk.fault = (_, path) => {
    if (path.endsWith('.cleaned')) deleted ??= manager.deleteLog(log.topicPartition);
    return undefined;
  };
  await clean(manager);
  expect(await deleted).toBe(true);
  expect(fixture.logger.events('log-uncleanable')).toEqual([]);
  await manager.close();
});

it('leaves a damaged log alone and cleans the others', async () => {
  const fixture = new CompactionFixture();
  const { manager, log } = await fixture.open();
  await fill(fixture, log);
  const other = await manager.getOrCreateLog({ topic: 'whole', partition: 0 });
  fixture.files.bytes(`${log.path}/00000000000000000000.log`).writeUInt8(77, 90);
  const before = fixture.appended;
  fixture.appended = [];
  await fill(fixture, other);
  await clean(manager);
  expect(await fixture.check(other)).toHaveLength(11);
  expect(fixture.logger.events('log-uncleanable')).toEqual([
    expect.objectContaining({ partition: 't-0' }),
  ]);
  const [dir] = await manager.describeLogDirs();
  const compaction = Object.fromEntries(
    (dir?.partitions ?? []).map((of) => [of.topicPartition.topic, of.compaction]),
  );
  expect(compaction['t']?.uncleanable).toContain('damaged at position 0');
  expect(compaction['whole']).toEqual({
    firstDirtyOffset: 72,
    dirtyRatio: 0,
    uncleanable: undefined,
  });
  expect([...(manager.cleanerFigures?.uncleanablePartitions() ?? [])]).toEqual([
    ['t', 1],
    ['whole', 0],
  ]);
  expect(before.length).toBe(log.logEndOffset);
  await manager.close();
});

it('tries again when there was no room', async () => {
  const fixture = new CompactionFixture();
  const { manager, log } = await fixture.open();
  await fill(fixture, log);
  fixture.disk.fault = (operation, path) =>
    operation === 'writev' && path.endsWith('.cleaned')
      ? Object.assign(new Error('ENOSPC: full'), { code: 'ENOSPC' })
      : undefined;
  await clean(manager);
  expect(fixture.logger.events('log-cleaning-postponed')).toHaveLength(1);
  fixture.disk.fault = () => undefined;
  await clean(manager);
  expect(await fixture.check(log)).toHaveLength(11);
  await manager.close();
});

it('keeps to its share of the disk, and can be stopped meanwhile', async () => {
  const fixture = new CompactionFixture();
  const cleaner = () => ({
    memoryBytes: 1e6,
    loadFactor: 0.9,
    ioBufferBytes: 200,
    maxBytesPerSecond: 100,
    backoffMs: 1000,
  });
  const { manager, log } = await fixture.open({}, { config: { minFreeBytes: 0, cleaner } });
  await fill(fixture, log);
  const cleaned = clean(manager);
  const pending = fixture.clock.pending;
  while (fixture.clock.pending === pending) await anotherTurn();
  fixture.clock.advance(1500);
  await manager.close();
  await cleaned;
  expect(fixture.logger.events('log-cleaned')).toEqual([]);
});

it('lets readers pass while segments are swapped', async () => {
  const fixture = new CompactionFixture();
  const { manager, log } = await fixture.open();
  await fill(fixture, log, 40);
  let reading = true;
  const reader = (async () => {
    while (reading) {
      await fixture.check(log);
      await anotherTurn();
    }
  })();
  for (let n = 0; n < 5; n++) {
    await clean(manager);
    await fixture.append(log, [keyed(`k${n}`, `round ${n}`), keyed(`k${n + 1}`, null)]);
    log.roll();
  }
  reading = false;
  await reader;
  await manager.close();
});

describe('a crash', () => {
  it('at any step of the cleaner loses nothing and brings nothing back', async () => {
    let steps = 0;
    for (let step = 1; steps === 0; step++) {
      const fixture = new CompactionFixture({ deleteRetentionMs: 0 });
      const first = await fixture.open();
      await fill(fixture, first.log, 14);
      await clean(first.manager);
      await fixture.append(first.log, [keyed('k2', null), keyed('k5', 'again')]);
      first.log.roll();
      fixture.clock.advance(10);
      fixture.disk.crashAtOperation = fixture.disk.operations + step;
      await clean(first.manager);
      if (fixture.disk.operations < fixture.disk.crashAtOperation) steps = step;

      fixture.logger.lines.splice(0);
      const { manager, log } = await fixture.open();
      log.updateHighWatermark(log.logEndOffset);
      await fixture.check(log);
      for (const value of ['goes on', 'and on']) {
        await fixture.append(log, [keyed('k7', value)]);
        log.roll();
        fixture.clock.advance(10);
        await clean(manager);
      }
      const left = await fixture.check(log);
      expect(new Set(keysOf(left)).size).toBe(left.length);
      expect(keysOf(left)).not.toContain('k2');
      expect(fixture.logger.events('log-uncleanable')).toEqual([]);
      await manager.close();
    }
    expect(steps).toBeGreaterThan(10);
  });
});

const codecs: CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      codec: fc.constantFrom(...codecs),
      records: fc.array(
        fc.record({
          key: fc.integer({ min: 0, max: 9 }).map((n) => `key ${n}`),
          value: fc.option(fc.string({ maxLength: 60 })),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('clean' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('roll' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      power: fc.boolean(),
      at: fc.integer({ min: 1, max: 40 }),
      seed: fc.integer({ min: 1, max: 1e9 }),
    }),
  },
);

it('is equivalent to a map, whatever crashes come in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 60 }), async (actions) => {
      const fixture = new CompactionFixture({ deleteRetentionMs: 30 });
      let { manager, log } = await fixture.open();
      for (const step of actions) {
        fixture.clock.advance(10);
        if (step.kind === 'append') {
          await fixture.append(log, step.records, step.codec);
        } else if (step.kind === 'roll') {
          log.roll();
        } else if (step.kind === 'clean') {
          await clean(manager);
          await fixture.check(log);
          await fixture.checkTimes(log);
        } else {
          if (step.power) await log.flush();
          fixture.disk.crashAtOperation = fixture.disk.operations + step.at;
          await clean(manager);
          if (step.power) await fixture.cutPower(randomFrom(step.seed));
          fixture.logger.lines.splice(0);
          ({ manager, log } = await fixture.open());
          expect(log.logEndOffset).toBe(fixture.appended.length);
          log.updateHighWatermark(log.logEndOffset);
          await fixture.check(log);
        }
      }
      log.roll();
      await clean(manager);
      const left = await fixture.check(log);
      expect(new Set(keysOf(left)).size).toBe(left.length);
      expect(fixture.logger.events('log-uncleanable')).toEqual([]);
      await manager.close();
    }),
    { numRuns: 100, seed: 4 },
  );
});

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
