import fc from 'fast-check';
import { RecordBatch, batchesOf } from '../../client/records';
import { batchOf, oneRecord, readAll, TestProcesses } from './testing/log-fixture';
import { FaultyFileSystem } from './testing/faulty-file-system';
import { MemoryFileSystem } from './testing/memory-file-system';
import { defaultLogConfig, type LogConfig } from './log-config';
import { openLogManager } from './log-manager';
import type { Log } from './types';

jest.setTimeout(60_000);

const partition = { topic: 't', partition: 0 };

/** Opens the log of a file system in memory, as a new process; the former one is dead. */
function processesOn(files: MemoryFileSystem) {
  const processes = new TestProcesses();
  let kill = () => Promise.resolve();
  return async (fault: FaultyFileSystem | undefined, config: Partial<LogConfig>) => {
    await kill();
    const identity = processes.start();
    kill = async () => {
      identity.kill();
      await fault?.kill();
    };
    const manager = await openLogManager({
      logDirs: ['/data'],
      brokerId: 1,
      clusterId: 'c',
      configFor: () => ({ ...defaultLogConfig, ...config }),
      config: { minFreeBytes: 0 },
      identity,
      environment: { fileSystem: fault?.fileSystem ?? files, random: () => 0 },
    });
    return { manager, log: await manager.getOrCreateLog(partition) };
  };
}

/** Appends in groups until the process dies; what was acknowledged is returned. */
async function appendUntilDeath(log: Log, groups: Buffer[][], epoch = 0): Promise<Buffer[]> {
  const acknowledged: Buffer[] = [];
  for (const group of groups) {
    const waiting: Promise<unknown>[] = [];
    const stamped: Buffer[] = [];
    try {
      for (const batch of group) {
        const bytes = Buffer.from(batch);
        waiting.push(log.appendAsLeader(bytes, epoch).written);
        stamped.push(bytes);
      }
      await Promise.all(waiting);
    } catch {
      await Promise.allSettled(waiting);
      return acknowledged;
    }
    acknowledged.push(...stamped);
  }
  return acknowledged;
}

/** What the log holds must be a prefix of everything sent, on whole batches. */
function expectPrefix(content: Buffer, sent: readonly Buffer[]): number {
  const batches = batchesOf(content);
  const end = batches.at(-1)?.end ?? 0;
  expect(end).toBe(content.length);
  let next = 0;
  batches.forEach((batch, index) => {
    const original = sent[index] ?? Buffer.alloc(0);
    expect(batch.baseOffset).toBe(next);
    expect(batch.crc).toBe(new RecordBatch(original, 0).crc);
    next = batch.nextOffset;
  });
  return batches.length;
}

const groupsOf = (sizes: number[]) =>
  sizes.map((size, group) =>
    Array.from({ length: size }, (_, n) =>
      batchOf([{ value: `${group}/${n}`.padEnd(20 + ((group * 7 + n * 13) % 50), '.') }]),
    ),
  );

describe('a process that is killed', () => {
  it('at each byte of the last batch leaves a log that ends on a whole batch', async () => {
    const last = oneRecord('the last one');
    for (let torn = 0; torn <= last.length; torn++) {
      const files = new MemoryFileSystem();
      const start = processesOn(files);
      const fault = new FaultyFileSystem(files);
      const first = await start(fault, {});
      await first.log.appendAsLeader(oneRecord('a first one'), 0).written;
      fault.crashAtLogByte = fault.logBytes + torn;
      const { written } = first.log.appendAsLeader(Buffer.from(last), 0);
      const acknowledged = await written.then(
        () => true,
        () => false,
      );
      const second = await start(undefined, {});
      expect(acknowledged).toBe(torn === last.length);
      expect(second.log.logEndOffset).toBe(acknowledged ? 2 : 1);
      expect(files.bytes('/data/t-0/00000000000000000000.log').length).toBe(
        (await readAll(second.log)).length,
      );
      await second.manager.close();
    }
  });

  it('at any operation starts again with everything acknowledged', async () => {
    const config = { segmentBytes: 400, indexIntervalBytes: 100 };
    const groups = groupsOf([3, 1, 4, 2, 5, 1, 3]);
    const sent = groups.flat();
    for (let operation = 1; operation < 120; operation++) {
      const files = new MemoryFileSystem();
      const start = processesOn(files);
      const fault = new FaultyFileSystem(files);
      fault.crashAtOperation = operation;
      const first = await start(fault, config).catch(() => undefined);
      const acknowledged = first ? await appendUntilDeath(first.log, groups) : [];
      await first?.log.truncateTo(sent.length - 4).catch(() => false);
      const cutStarted = acknowledged.length === sent.length;
      await first?.manager.close().catch(() => {});
      const second = await start(undefined, config);
      const count = expectPrefix(await readAll(second.log), sent);
      const least = cutStarted ? sent.length - 4 : acknowledged.length;
      expect(count).toBeGreaterThanOrEqual(least);
      await second.log.appendAsLeader(oneRecord('goes on'), 1).written;
      expect(second.log.logEndOffset).toBe(count + 1);
      await second.manager.close();
    }
  });
});

describe('a power failure', () => {
  it('takes nothing that was acknowledged under flush.messages=1, and leaves a prefix', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        fc.constantFrom(1, 5, Number.MAX_SAFE_INTEGER),
        async (sizes, crashAt, seed, flushMessages) => {
          const random = randomFrom(seed);
          const config = { segmentBytes: 500, indexIntervalBytes: 120, flushMessages };
          const files = new MemoryFileSystem();
          const start = processesOn(files);
          const fault = new FaultyFileSystem(files);
          const first = await start(fault, config);
          fault.crashAtOperation = fault.operations + crashAt;
          const groups = groupsOf(sizes);
          const acknowledged = await appendUntilDeath(first.log, groups);
          const certain = flushMessages === 1 ? acknowledged.length : 0;
          await fault.kill();
          files.crash(random);

          const second = await start(undefined, config);
          const count = expectPrefix(await readAll(second.log), groups.flat());
          expect(count).toBeGreaterThanOrEqual(certain);
          expect(second.log.recoveryPoint).toBeLessThanOrEqual(count);
          expect(second.log.logEndOffset).toBe(count);
          await second.log.appendAsLeader(oneRecord('goes on'), 9).written;
          expect(second.log.epochForOffset(count)).toBe(9);
          await second.manager.close();
          const third = await start(undefined, config);
          expect(third.log.logEndOffset).toBe(count + 1);
          await third.manager.close();
        },
      ),
      { numRuns: 40, seed: 11 },
    );
  });

  it('after a truncation brings nothing back that was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 10 }),
        fc.nat(),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        async (before, after, cut, seed) => {
          const config = { segmentBytes: 500, indexIntervalBytes: 120 };
          const files = new MemoryFileSystem();
          const start = processesOn(files);
          const fault = new FaultyFileSystem(files);
          const { manager, log } = await start(fault, config);
          const old = await appendUntilDeath(log, groupsOf(before));
          await log.flush();
          await manager.checkpointRecoveryPoints();
          const kept = cut % old.length;
          await log.truncateTo(kept);
          const fresh = await appendUntilDeath(log, groupsOf(after), 1);
          await fault.kill();
          files.crash(randomFrom(seed));

          const second = await start(undefined, config);
          const content = await readAll(second.log);
          const count = expectPrefix(content, [...old.slice(0, kept), ...fresh]);
          expect(count).toBeGreaterThanOrEqual(kept);
          const epochs = batchesOf(content).map(({ leaderEpoch }) => leaderEpoch);
          expect(epochs).toEqual(epochs.map((_, index) => (index < kept ? 0 : 1)));
          await second.manager.close();
        },
      ),
      { numRuns: 40, seed: 5 },
    );
  });
});

function randomFrom(seed: number): () => number {
  let state = seed || 1;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
