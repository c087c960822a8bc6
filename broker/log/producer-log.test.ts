import fc from 'fast-check';
import { batchesOf, RecordBatch } from '../../client/records';
import { ManualClock } from '../../client/runtime/manual-clock';
import type { PartitionLog } from './log';
import { defaultLogConfig, type LogConfig } from './log-config';
import { LogStorageError, OutOfOrderSequenceError } from './log-error';
import { openLogManager } from './log-manager';
import { REMEMBERED_BATCHES } from './producer-state';
import { FaultyFileSystem, ioError } from './testing/faulty-file-system';
import { batchOf, readAll, RecordingLogger, TestProcesses } from './testing/log-fixture';
import { MemoryFileSystem } from './testing/memory-file-system';
import type { LogAppendInfo, LogManager } from './types';

jest.setTimeout(60_000);

/** A broker's disk, and the processes that use it one after the other. */
class Machine {
  readonly files = new MemoryFileSystem();
  readonly clock = new ManualClock();
  readonly logger = new RecordingLogger();
  disk = new FaultyFileSystem(this.files);
  manager!: LogManager;
  log!: PartitionLog;
  private readonly processes = new TestProcesses();
  private identity = this.processes.start();

  async start(config: Partial<LogConfig> = {}): Promise<PartitionLog> {
    this.disk = new FaultyFileSystem(this.files);
    this.identity = this.processes.start();
    this.manager = await openLogManager({
      logDirs: ['/data'],
      brokerId: 1,
      clusterId: 'c',
      configFor: () => ({ ...defaultLogConfig, segmentBytes: 2000, ...config }),
      config: { minFreeBytes: 0 },
      identity: this.identity,
      environment: {
        fileSystem: this.disk.fileSystem,
        clock: this.clock,
        logger: this.logger,
        random: () => 0,
      },
    });
    const log = await this.manager.getOrCreateLog({ topic: 't', partition: 0 });
    return (this.log = log as PartitionLog);
  }

  async kill(): Promise<void> {
    await this.disk.kill();
    this.identity.kill();
  }

  async stop(): Promise<void> {
    await this.manager.close();
  }

  /** Lets the disk be full, or waits until it is seen that there is room again. */
  async full(full: boolean): Promise<void> {
    this.disk.fault = (operation, path) =>
      full && operation.startsWith('writev') && path.endsWith('.log')
        ? ioError('ENOSPC')
        : undefined;
    while (!full && (await this.manager.describeLogDirs()).some((dir) => dir.full)) {
      this.clock.advance(2000);
    }
  }

  snapshots(): Promise<number[]> {
    return this.files
      .readdir('/data/t-0')
      .then((names) =>
        names.filter((name) => name.endsWith('.snapshot')).map((name) => Number(name.slice(0, 20))),
      );
  }
}

function batch(producerId: number, sequence: number, count = 1, epoch = 0, size = 20): Buffer {
  const records = Array.from({ length: count }, (_, n) => ({
    value: `${producerId}/${epoch}/${sequence + n}`.padEnd(size, '.'),
    timestamp: 1000 + sequence + n,
  }));
  const producer = { producerId, producerEpoch: epoch, baseSequence: sequence };
  return batchOf(records, { producer });
}

const offsets = ({ firstOffset, lastOffset, isDuplicate }: LogAppendInfo) => ({
  firstOffset,
  lastOffset,
  isDuplicate,
});

async function fill(log: PartitionLog, from: number, to: number, producerId = 1): Promise<void> {
  for (let n = from; n < to; n++) await log.appendAsLeader(batch(producerId, n), 0).written;
}

let machine: Machine;
beforeEach(async () => {
  machine = new Machine();
  await machine.start();
});
afterEach(() => machine.stop().catch(() => {}));

describe('a repeated batch', () => {
  test('is answered with the offsets of the first, and not appended', async () => {
    const { log } = machine;
    await log.appendAsLeader(batch(1, 0, 3), 0).written;
    await log.appendAsLeader(batch(1, 3, 2), 0).written;
    const again = log.appendAsLeader(batch(1, 0, 3), 0);
    await again.written;
    expect(again).toMatchObject({
      ...{ firstOffset: 0, lastOffset: 2, isDuplicate: true, logAppendTime: -1 },
      ...{ maxTimestamp: 1002, batchCount: 0, sizeInBytes: 0 },
    });
    expect(log.logEndOffset).toBe(5);
  });

  test('has the time of the first where the broker sets the time', async () => {
    machine.log.updateConfig({ ...machine.log.config, messageTimestampType: 'LogAppendTime' });
    const first = machine.log.appendAsLeader(batch(1, 0), 0);
    machine.clock.advance(50);
    const again = machine.log.appendAsLeader(batch(1, 0), 0);
    expect(again.logAppendTime).toBe(first.logAppendTime);
    expect(again.isDuplicate).toBe(true);
  });

  test('waits for the first, which is still queued', async () => {
    const { log } = machine;
    const events: string[] = [];
    log.setListener({ onWritten: () => void events.push('written') });
    const first = log.appendAsLeader(batch(1, 0), 0);
    const again = log.appendAsLeader(batch(1, 0), 0);
    void again.written.then(() => events.push('answered'));
    expect(offsets(again)).toEqual({ firstOffset: 0, lastOffset: 0, isDuplicate: true });
    expect(log.writtenEndOffset).toBe(0);
    await Promise.all([first.written, again.written]);
    expect(events).toEqual(['written', 'answered']);
    expect(log.logEndOffset).toBe(1);
  });

  test('fails with the first, which cannot be written, and may be sent again', async () => {
    const { log } = machine;
    await log.appendAsLeader(batch(1, 0), 0).written;
    await machine.full(true);
    const first = log.appendAsLeader(batch(1, 1), 0);
    const next = log.appendAsLeader(batch(1, 2), 0);
    const other = log.appendAsLeader(batch(2, 0), 0);
    const again = log.appendAsLeader(batch(1, 1), 0);
    for (const { written } of [first, next, other, again]) {
      await expect(written).rejects.toThrow(LogStorageError);
    }
    expect(log.producers).toMatchObject([{ producerId: 1, batches: [{ lastSequence: 0 }] }]);
    await machine.full(false);
    expect(() => log.appendAsLeader(batch(1, 2), 0)).toThrow(OutOfOrderSequenceError);
    const retried = log.appendAsLeader(batch(1, 1), 0);
    expect(offsets(retried)).toEqual({ firstOffset: 1, lastOffset: 1, isDuplicate: false });
    await log.appendAsLeader(batch(1, 2), 0).written;
    expect(log.logEndOffset).toBe(3);
  });

  test('must have come alone', () => {
    const two = Buffer.concat([batch(1, 0), batch(1, 1)]);
    expect(() => machine.log.appendAsLeader(two, 0)).toThrow('together with other batches');
    expect(machine.log.logEndOffset).toBe(0);
  });
});

test('refused batches change nothing, not even the leader epochs', async () => {
  const { log } = machine;
  await log.appendAsLeader(batch(1, 0), 0).written;
  expect(() => log.appendAsLeader(batch(1, 5), 4)).toThrow(OutOfOrderSequenceError);
  expect(log.latestEpoch).toBe(0);
  expect(log.logEndOffset).toBe(1);
});

test('followers learn the producers from what they copy, unchecked', async () => {
  const { log } = machine;
  await fill(log, 0, 7);
  const copy = new Machine();
  await copy.start();
  await copy.log.appendAsFollower(await readAll(log)).written;
  expect(copy.log.producers).toMatchObject([
    { producerId: 1, epoch: 0, batches: [2, 3, 4, 5, 6].map((n) => ({ firstSequence: n })) },
  ]);
  for (const n of [2, 6]) {
    expect(offsets(copy.log.appendAsLeader(batch(1, n), 1))).toEqual({
      ...{ firstOffset: n, lastOffset: n, isDuplicate: true },
    });
  }
  await copy.stop();
});

test('idle producers are forgotten', async () => {
  await machine.stop();
  await machine.start();
  await fill(machine.log, 0, 1, 1);
  machine.clock.advance(86_000_000);
  await fill(machine.log, 0, 1, 2);
  machine.clock.advance(1_000_000);
  expect(machine.log.producers.map(({ producerId }) => producerId)).toEqual([2]);
});

describe('snapshots', () => {
  test('are taken where segments begin, and go with them', async () => {
    await fill(machine.log, 0, 60);
    const { log } = machine;
    const bases = await machine.snapshots();
    expect(bases.length).toBe(log.segmentCount - 1);
    log.updateHighWatermark(60);
    log.updateConfig({ ...log.config, retentionBytes: 0 });
    await log.enforceRetention();
    expect((await machine.snapshots()).length).toBe(log.segmentCount);
    expect(log.producers).toHaveLength(1);
  });

  test('of a stop are not kept beyond the next', async () => {
    for (let round = 0; round < 4; round++) {
      await fill(machine.log, round * 3, round * 3 + 3);
      await machine.stop();
      await machine.start();
      expect(await machine.snapshots()).toEqual([round * 3 + 3]);
    }
  });

  test('that are malformed are passed over', async () => {
    await fill(machine.log, 0, 60);
    await machine.stop();
    const names = await machine.files.readdir('/data/t-0');
    for (const name of names.filter((n) => n.endsWith('.snapshot')).slice(1)) {
      machine.files.writeFileSync(`/data/t-0/${name}`, 'what is this');
    }
    await machine.start();
    expect(machine.logger.events('producer-snapshot-malformed').length).toBeGreaterThan(0);
    expect(() => machine.log.appendAsLeader(batch(1, 61), 0)).toThrow(OutOfOrderSequenceError);
    expect(machine.log.appendAsLeader(batch(1, 59), 0).isDuplicate).toBe(true);
  });

  test('that cannot be written cost nothing but reading', async () => {
    machine.disk.fault = (operation, path) =>
      operation === 'writevSync' && path.endsWith('.snapshot') ? ioError('ENOSPC') : undefined;
    await fill(machine.log, 0, 60);
    expect(machine.logger.events('producer-snapshot-failed').length).toBeGreaterThan(0);
    await machine.kill();
    await machine.start();
    expect(() => machine.log.appendAsLeader(batch(1, 61), 0)).toThrow(OutOfOrderSequenceError);
    expect(machine.log.appendAsLeader(batch(1, 59), 0).isDuplicate).toBe(true);
  });
});

describe('after a restart', () => {
  test.each(['clean', 'killed'])('(%s) the last five batches are known', async (how) => {
    await fill(machine.log, 0, 60);
    if (how === 'clean') await machine.stop();
    else await machine.kill();
    await machine.start();
    for (let n = 55; n < 60; n++) {
      expect(offsets(machine.log.appendAsLeader(batch(1, n), 1))).toEqual({
        ...{ firstOffset: n, lastOffset: n, isDuplicate: true },
      });
    }
    expect(() => machine.log.appendAsLeader(batch(1, 54), 1)).toThrow(OutOfOrderSequenceError);
    expect(machine.log.appendAsLeader(batch(1, 60), 1).firstOffset).toBe(60);
  });

  test('a producer whose records are gone is still known', async () => {
    await fill(machine.log, 0, 1, 1);
    await fill(machine.log, 0, 60, 2);
    machine.log.updateHighWatermark(61);
    machine.log.updateConfig({ ...machine.log.config, retentionBytes: 0 });
    await machine.log.enforceRetention();
    await machine.stop();
    await machine.start();
    expect(() => machine.log.appendAsLeader(batch(1, 2), 0)).toThrow(OutOfOrderSequenceError);
    expect(machine.log.appendAsLeader(batch(1, 0), 0)).toMatchObject({
      ...{ firstOffset: 0, isDuplicate: true },
    });
  });

  test('a log that was left in order before there were snapshots is not read', async () => {
    await fill(machine.log, 0, 3);
    await machine.stop();
    for (const name of await machine.files.readdir('/data/t-0')) {
      if (name.endsWith('.snapshot')) await machine.files.unlink(`/data/t-0/${name}`);
    }
    await machine.start();
    expect(machine.log.producers).toEqual([]);
  });
});

describe('after a truncation', () => {
  test('what was cut may come again, and nothing else', async () => {
    await fill(machine.log, 0, 60);
    await machine.log.truncateTo(41);
    expect(() => machine.log.appendAsLeader(batch(1, 42), 1)).toThrow(OutOfOrderSequenceError);
    expect(machine.log.appendAsLeader(batch(1, 37), 1).isDuplicate).toBe(true);
    expect(offsets(machine.log.appendAsLeader(batch(1, 41), 1))).toEqual({
      ...{ firstOffset: 41, lastOffset: 41, isDuplicate: false },
    });
  });

  test('producers that had come later are unknown', async () => {
    await fill(machine.log, 0, 3, 1);
    await fill(machine.log, 0, 3, 2);
    await machine.log.truncateTo(3);
    expect(machine.log.producers.map(({ producerId }) => producerId)).toEqual([1]);
  });

  test('to nothing nobody is known, and no snapshot comes back', async () => {
    await fill(machine.log, 0, 60);
    await machine.log.truncateFullyAndStartAt(100);
    expect(machine.log.producers).toEqual([]);
    expect(await machine.snapshots()).toEqual([]);
    await machine.kill();
    await machine.start();
    expect(machine.log.producers).toEqual([]);
  });
});

/** What the batches of a log say about a producer, found by looking at all of them. */
function expectStatesOf(content: Buffer, log: PartitionLog): void {
  const all = batchesOf(content);
  const next = new Map<string, number>();
  for (const { producerId, producerEpoch, baseSequence, lastSequence } of all) {
    const key = `${producerId}/${producerEpoch}`;
    expect([key, baseSequence]).toEqual([key, next.get(key) ?? 0]);
    next.set(key, lastSequence + 1);
  }
  const ids = new Set(all.map(({ producerId }) => producerId));
  expect(new Set(log.producers.map(({ producerId }) => producerId))).toEqual(ids);
  for (const { producerId, epoch, batches } of log.producers) {
    const own = all.filter((b) => b.producerId === producerId);
    expect(epoch).toBe(own.at(-1)?.producerEpoch);
    const ofEpoch = own.filter((b) => b.producerEpoch === epoch).slice(-REMEMBERED_BATCHES);
    expect(batches.map((b) => [b.firstSequence, b.lastSequence, b.firstOffset])).toEqual(
      ofEpoch.map((b) => [b.baseSequence, b.lastSequence, b.baseOffset]),
    );
  }
}

function randomFrom(seed: number): () => number {
  let state = seed || 1;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

test('whatever happens to log and machine, the state is that of the log', async () => {
  const act = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.tuple(fc.constant('send' as const), fc.integer({ min: 1, max: 4 })),
    },
    {
      weight: 10,
      arbitrary: fc.tuple(
        fc.constantFrom(
          ...(['roll', 'truncate', 'anew', 'no space', 'stop', 'kill', 'power', 'flush'] as const),
        ),
        fc.nat(),
      ),
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 5, maxLength: 40 }),
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      async (acts, seed) => {
        const random = randomFrom(seed);
        const m = new Machine();
        await m.start({ segmentBytes: 600 });
        const epochs = new Map<number, number>();
        let leaderEpoch = 0;
        let sent: Promise<unknown>[] = [];
        for (const [kind, n] of acts) {
          switch (kind) {
            case 'send':
              for (let i = 0; i < n; i++) sent.push(sendOne(m.log, random, epochs, leaderEpoch));
              break;
            case 'roll':
              m.log.roll();
              break;
            case 'truncate':
              await m.log.truncateTo(Math.max(0, m.log.logEndOffset - (n % 12)));
              leaderEpoch++;
              break;
            case 'anew':
              if (n % 4 === 0) await m.log.truncateFullyAndStartAt(m.log.logEndOffset);
              break;
            case 'no space': {
              await m.full(true);
              sent.push(sendOne(m.log, random, epochs, leaderEpoch));
              await Promise.all(sent);
              await m.full(false);
              break;
            }
            case 'flush':
              await Promise.all(sent);
              await m.log.flush();
              await m.manager.checkpointRecoveryPoints();
              break;
            case 'stop':
              await m.stop();
              await m.start({ segmentBytes: 600 });
              break;
            default:
              await m.kill();
              if (kind === 'power') m.files.crash(random);
              await m.start({ segmentBytes: 600 });
              leaderEpoch++;
          }
          if (kind !== 'send' && kind !== 'roll') {
            await Promise.all(sent);
            sent = [];
            expectStatesOf(await readAll(m.log), m.log);
          }
        }
        await Promise.all(sent);
        expectStatesOf(await readAll(m.log), m.log);
        await m.stop();
      },
    ),
    { numRuns: 60 },
  );
});

/** One batch of a random producer: the next, one again, or one in a new epoch. */
async function sendOne(
  log: PartitionLog,
  random: () => number,
  epochs: Map<number, number>,
  leaderEpoch: number,
): Promise<void> {
  const producerId = Math.floor(random() * 3);
  const known = log.producers.find((state) => state.producerId === producerId);
  let epoch = known?.epoch ?? epochs.get(producerId) ?? 0;
  let sequence = known?.batches.at(-1) ? (known.batches.at(-1)?.lastSequence ?? -1) + 1 : 0;
  let count = 1 + Math.floor(random() * 3);
  const choice = random();
  const repeated = known?.batches[Math.floor(random() * known.batches.length)];
  if (!known || choice < 0.1) {
    epoch = (epochs.get(producerId) ?? -1) + 1;
    sequence = 0;
  } else if (choice < 0.3 && repeated) {
    sequence = repeated.firstSequence;
    count = repeated.lastSequence - repeated.firstSequence + 1;
  }
  epochs.set(producerId, Math.max(epoch, epochs.get(producerId) ?? 0));
  const bytes = batch(producerId, sequence, count, epoch);
  const before = log.logEndOffset;
  try {
    const info = log.appendAsLeader(bytes, leaderEpoch);
    if (repeated && choice >= 0.1 && choice < 0.3) {
      expect(info.firstOffset).toBe(repeated.firstOffset);
      expect(log.logEndOffset).toBe(before);
    } else {
      expect(new RecordBatch(bytes, 0).baseOffset).toBe(before);
    }
    await info.written;
  } catch (error) {
    if (!(error instanceof LogStorageError)) throw error;
  }
}
