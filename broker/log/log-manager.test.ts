import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ioError } from './testing/faulty-file-system';
import { LogFixture, oneRecord, readAll } from './testing/log-fixture';
import { defaultLogConfig } from './log-config';
import { LogDirectoryError, LogStorageError } from './log-error';
import { parsePartitionDirectory } from './partition-directory';
import type { Log } from './types';

let fixture: LogFixture;
beforeEach(() => {
  fixture = new LogFixture();
});
afterEach(() => fixture.dispose());

const partition = (n: number, topic = 't') => ({ topic, partition: n });
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'written',
    (error: unknown) => (error as LogStorageError).code,
  );

describe('log directories', () => {
  it('get new partitions where there are fewest, and are loaded together', async () => {
    const logDirs = [join(fixture.root, 'x'), join(fixture.root, 'y')];
    const manager = await fixture.open({}, { logDirs });
    const logs: Log[] = [];
    for (let n = 0; n < 4; n++) logs.push(await manager.getOrCreateLog(partition(n)));
    expect(logs.map(({ logDir }) => logDir)).toEqual([...logDirs, ...logDirs]);
    expect(await manager.getOrCreateLog(partition(0))).toBe(logs[0]);
    expect(manager.getLog(partition(3))).toBe(logs[3]);
    expect(manager.getLog(partition(9))).toBeUndefined();
    await logs[2]?.appendAsLeader(oneRecord('a'), 0).written;
    const described = await manager.describeLogDirs();
    expect(described.map(({ path, failure, full }) => [path, failure, full])).toEqual([
      [logDirs[0], undefined, false],
      [logDirs[1], undefined, false],
    ]);
    expect(described[0]?.partitions[1]).toEqual({
      topicPartition: partition(2),
      sizeInBytes: logs[2]?.sizeInBytes,
      offsetLag: 1,
      isFuture: false,
    });
    expect(described[0]?.usableBytes).toBeGreaterThan(0);
    await manager.close();

    const progress: string[] = [];
    const again = await fixture.open(
      {},
      {
        logDirs,
        onProgress: ({ partition: name, loaded, total, clean }) =>
          void progress.push(`${name} ${loaded}/${total} ${clean}`),
      },
    );
    expect(again.allLogs()).toHaveLength(4);
    expect(again.getLog(partition(2))?.logEndOffset).toBe(1);
    expect(progress).toHaveLength(4);
    expect(progress.every((line) => line.endsWith('/2 true'))).toBe(true);
  });

  it('share partitions that are created at the same time', async () => {
    const logDirs = [join(fixture.root, 'x'), join(fixture.root, 'y')];
    const manager = await fixture.open({}, { logDirs });
    const created = [0, 1, 2, 3].map((n) => manager.getOrCreateLog(partition(n)));
    const homes = (await Promise.all(created)).map(({ logDir }) => logDir);
    expect(homes).toEqual([...logDirs, ...logDirs]);
  });

  it('leave the files of Kafka behind, and no marker while in use', async () => {
    const { manager, log } = await fixture.openLog();
    await log.appendAsLeader(oneRecord('a'), 4).written;
    log.updateHighWatermark(1);
    expect(readdirSync(fixture.logDir).sort()).toEqual([
      '.lock',
      'meta.properties',
      'recovery-point-offset-checkpoint',
      't-0',
    ]);
    await manager.close();
    expect(readdirSync(fixture.logDir).sort()).toEqual([
      '.kafka_cleanshutdown',
      'log-start-offset-checkpoint',
      'meta.properties',
      'recovery-point-offset-checkpoint',
      'replication-offset-checkpoint',
      't-0',
    ]);
    expect(readFileSync(fixture.path('recovery-point-offset-checkpoint'), 'utf8')).toBe(
      '0\n1\nt 0 1\n',
    );
    expect(readFileSync(fixture.path('replication-offset-checkpoint'), 'utf8')).toBe(
      '0\n1\nt 0 1\n',
    );
    expect(readdirSync(fixture.path('t-0')).sort()).toEqual([
      '00000000000000000000.index',
      '00000000000000000000.log',
      '00000000000000000000.timeindex',
      '00000000000000000001.snapshot',
      'leader-epoch-checkpoint',
    ]);
    const again = await fixture.openLog();
    expect(again.log.highWatermark).toBe(1);
    expect(existsSync(fixture.path('.kafka_cleanshutdown'))).toBe(false);
  });

  it('are refused to another broker, another cluster and a second process', async () => {
    const first = await fixture.open();
    await first.close();
    await expect(fixture.open({}, { brokerId: 2 })).rejects.toThrow(/belongs to broker 1/);
    await expect(fixture.open({}, { clusterId: 'x' })).rejects.toThrow(/belongs to cluster/);
    const second = await fixture.open();
    writeFileSync(
      fixture.path('.lock'),
      JSON.stringify({ pid: 7, startedAt: 'now', host: 'test' }),
    );
    const identity = {
      self: { pid: 8, startedAt: 'now', host: 'test' },
      nonce: '8',
      isAlive: () => true,
    };
    await expect(fixture.open({}, { identity })).rejects.toThrow(/in use by process 7/);
    await second.close();
  });

  it('that hold the same partition twice are refused', async () => {
    for (const dir of ['x', 'y']) mkdirSync(join(fixture.root, dir, 't-0'), { recursive: true });
    const logDirs = [join(fixture.root, 'x'), join(fixture.root, 'y')];
    await expect(fixture.open({}, { logDirs })).rejects.toThrow(/in two log directories/);
  });

  it('that cannot be used are offline from the start; none at all is an error', async () => {
    const file = join(fixture.root, 'file');
    writeFileSync(file, '');
    await expect(fixture.open({}, { logDirs: [file] })).rejects.toThrow(LogDirectoryError);
    const manager = await fixture.open({}, { logDirs: [file, fixture.logDir] });
    expect([manager.offlineDirs, manager.liveDirs]).toEqual([[file], [fixture.logDir]]);
    await expect(manager.getOrCreateLog(partition(0))).rejects.toThrow(LogStorageError);
    const log = await manager.getOrCreateLog(partition(0), { isNew: true });
    expect(log.logDir).toBe(fixture.logDir);
    chmodSync(file, 0o600);
  });

  it('give up deleted partitions in two steps', async () => {
    const { manager, log } = await fixture.openLog({ fileDeleteDelayMs: 5000 });
    await log.appendAsLeader(oneRecord('a'), 0).written;
    expect(await manager.deleteLog(partition(0))).toBe(true);
    expect(await manager.deleteLog(partition(0))).toBe(false);
    expect(() => log.appendAsLeader(oneRecord('b'), 0)).toThrow(/closed/);
    const deleted = () =>
      readdirSync(fixture.logDir).filter(
        (name) => parsePartitionDirectory(name)?.kind === 'delete',
      );
    expect(deleted()).toHaveLength(1);
    const anew = await manager.getOrCreateLog(partition(0));
    expect(anew.logEndOffset).toBe(0);
    fixture.clock.advance(5000);
    await until(() => deleted().length === 0);
    expect(existsSync(fixture.path('t-0'))).toBe(true);
  });

  it('finish deletions that a crash interrupted', async () => {
    const first = await fixture.openLog();
    await first.manager.deleteLog(partition(0));
    const { clock } = fixture;
    await fixture.open();
    clock.advance(0);
    await until(() => readdirSync(fixture.logDir).every((name) => !name.endsWith('-delete')));
  });

  it('keep topic ids', async () => {
    const manager = await fixture.open();
    const topicId = 'AQIDBAUGBwgJCgsMDQ4PEA';
    await manager.getOrCreateLog(partition(0), { topicId });
    const late = await manager.getOrCreateLog(partition(1));
    expect(late.topicId).toBeUndefined();
    await manager.getOrCreateLog(partition(1), { topicId });
    expect(late.topicId).toBe(topicId);
    await manager.close();
    const again = await fixture.open();
    expect(again.allLogs().map((log) => log.topicId)).toEqual([topicId, topicId]);
  });
});

describe('housekeeping', () => {
  it('writes checkpoints, enforces retention and flushes by itself', async () => {
    const { log } = await fixture.openLog({ segmentBytes: 200, retentionBytes: 0, flushMs: 3000 });
    for (let n = 0; n < 5; n++) await log.appendAsLeader(oneRecord('x'.repeat(80)), 0).written;
    log.updateHighWatermark(5);
    fixture.clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
    for (let s = 0; s < 4; s++) {
      fixture.clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await until(() => log.recoveryPoint === 5);
    await until(() => existsSync(fixture.path('replication-offset-checkpoint')));
    fixture.clock.advance(30_000);
    await until(() => log.logStartOffset === 5);
    fixture.clock.advance(60_000);
    await until(() => existsSync(fixture.path('log-start-offset-checkpoint')));
    await until(() => existsSync(fixture.path('recovery-point-offset-checkpoint')));
  });

  it('gives a new config to the logs of a topic', async () => {
    const manager = await fixture.open();
    const log = await manager.getOrCreateLog(partition(0));
    const other = await manager.getOrCreateLog(partition(0, 'other'));
    manager.updateTopicConfig('t', { ...defaultLogConfig, segmentBytes: 77 });
    expect([log.config.segmentBytes, other.config.segmentBytes]).toEqual([77, 2 ** 30]);
  });
});

describe('a failing disk', () => {
  it('takes only its own partitions offline, and acknowledges nothing half-written', async () => {
    const logDirs = [join(fixture.root, 'x'), join(fixture.root, 'y')];
    const failures: unknown[] = [];
    const manager = await fixture.open(
      {},
      { logDirs, onDirectoryFailure: (dir, _error, lost) => void failures.push([dir, lost]) },
    );
    const [bad, good] = [
      await manager.getOrCreateLog(partition(0)),
      await manager.getOrCreateLog(partition(1)),
    ];
    await bad.appendAsLeader(oneRecord('kept'), 0).written;
    fixture.disk.fault = (operation, path) =>
      path.startsWith(logDirs[0] ?? '') && operation.startsWith('writev')
        ? ioError('EIO')
        : undefined;
    const results = [
      bad.appendAsLeader(oneRecord('a'), 0).written,
      bad.appendAsLeader(oneRecord('b'), 0).written,
      good.appendAsLeader(oneRecord('c'), 0).written,
    ].map(outcome);
    expect(await Promise.all(results)).toEqual([
      'KAFKA_STORAGE_ERROR',
      'KAFKA_STORAGE_ERROR',
      'written',
    ]);
    expect(failures).toEqual([[logDirs[0], [partition(0)]]]);
    expect(manager.offlineDirs).toEqual([logDirs[0]]);
    expect([manager.isOffline(partition(0)), manager.isOffline(partition(1))]).toEqual([
      true,
      false,
    ]);
    expect(manager.getLog(partition(0))).toBeUndefined();
    expect(() => bad.appendAsLeader(oneRecord('d'), 0)).toThrow(LogStorageError);
    expect(() => bad.read(0, 100, Infinity)).toThrow(LogStorageError);
    await expect(manager.getOrCreateLog(partition(0))).rejects.toThrow(LogStorageError);
    const [described] = await manager.describeLogDirs();
    expect(described?.failure).toBeInstanceOf(Error);
    await manager.close();
    expect(existsSync(join(logDirs[0] ?? '', '.kafka_cleanshutdown'))).toBe(false);
    expect(existsSync(join(logDirs[1] ?? '', '.kafka_cleanshutdown'))).toBe(true);

    const again = await fixture.open({}, { logDirs });
    expect(again.getLog(partition(0))?.logEndOffset).toBe(1);
  });

  it('that cannot flush is not trusted again', async () => {
    const { manager, log } = await fixture.openLog({ flushMessages: 1 });
    fixture.disk.fault = (operation) => (operation === 'fdatasync' ? ioError('EIO') : undefined);
    expect(await outcome(log.appendAsLeader(oneRecord('a'), 0).written)).toBe(
      'KAFKA_STORAGE_ERROR',
    );
    expect(log.writtenEndOffset).toBe(0);
    expect(manager.offlineDirs).toEqual([fixture.logDir]);
  });

  it('that is full refuses appends, keeps serving reads, and resumes', async () => {
    const { manager, log } = await fixture.openLog({ segmentBytes: 300 });
    await log.appendAsLeader(oneRecord('kept'), 0).written;
    let room = false;
    fixture.disk.space = { totalBytes: 1000, usableBytes: 0 };
    fixture.disk.fault = (operation, path) =>
      !room && operation.startsWith('writev') && path.endsWith('.log')
        ? ioError('ENOSPC')
        : undefined;
    const results = ['a', 'b', 'c'].map((value) =>
      outcome(log.appendAsLeader(oneRecord(value.repeat(150)), 3).written),
    );
    expect(log.segmentCount).toBe(3);
    expect(await Promise.all(results)).toEqual(Array(3).fill('KAFKA_STORAGE_ERROR'));
    expect([log.logEndOffset, log.segmentCount, log.latestEpoch]).toEqual([1, 1, 0]);
    expect(() => log.appendAsLeader(oneRecord('d'), 3)).toThrow(/almost full/);
    expect(manager.offlineDirs).toEqual([]);
    expect((await readAll(log)).length).toBeGreaterThan(0);
    await expect(manager.getOrCreateLog(partition(5))).rejects.toThrow(/No log directory has room/);

    room = true;
    fixture.disk.space = { totalBytes: 1000, usableBytes: 900 };
    fixture.clock.advance(2000);
    await until(() => {
      try {
        log.appendAsLeader(oneRecord('again'), 3);
        return true;
      } catch {
        return false;
      }
    });
    await until(() => log.writtenEndOffset === 2);
    await manager.close();
    const again = await fixture.openLog();
    expect(again.log.logEndOffset).toBe(2);
  });

  it('that is nearly full refuses appends before it is full', async () => {
    const config = { minFreeBytes: 1000 };
    const { log } = await fixture.openLog({}, { config });
    fixture.disk.space = { totalBytes: 5000, usableBytes: 999 };
    fixture.clock.advance(2000);
    await until(() => fixture.logger.events('disk-full').length === 1);
    expect(() => log.appendAsLeader(oneRecord('a'), 0)).toThrow(LogStorageError);
    fixture.disk.space = { totalBytes: 5000, usableBytes: 1050 };
    fixture.clock.advance(2000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(() => log.appendAsLeader(oneRecord('a'), 0)).toThrow(LogStorageError);
    fixture.disk.space = { totalBytes: 5000, usableBytes: 1101 };
    fixture.clock.advance(2000);
    await until(() => fixture.logger.events('disk-room-again').length === 1);
    await log.appendAsLeader(oneRecord('a'), 0).written;
  });

  it('that is slow is written to in the background, in order', async () => {
    const { log } = await fixture.openLog({ segmentBytes: 500 });
    let operations: string[] = [];
    fixture.disk.fault = (operation) => {
      if (operation.startsWith('writev')) operations.push(operation);
      return undefined;
    };
    fixture.disk.onWrite = () => fixture.clock.advance(60);
    await log.appendAsLeader(oneRecord('a'), 0).written;
    expect(operations).toEqual(['writevSync']);
    operations = [];
    const first = log.appendAsLeader(oneRecord('b'.repeat(200)), 0).written;
    await new Promise((resolve) => setImmediate(resolve));
    const second = log.appendAsLeader(oneRecord('c'.repeat(200)), 0).written;
    const third = log.appendAsLeader(oneRecord('d'.repeat(200)), 0).written;
    expect(second).not.toBe(first);
    await Promise.all([first, second, third]);
    expect(operations.filter((operation) => operation === 'writev').length).toBeGreaterThan(1);
    fixture.disk.onWrite = () => {};
    for (let n = 0; n < 70; n++) await log.appendAsLeader(oneRecord(`${n}`), 0).written;
    operations = [];
    await log.appendAsLeader(oneRecord('e'), 0).written;
    expect(operations).toEqual(['writevSync']);
    const again = await fixture.openLog();
    expect(again.log.logEndOffset).toBe(75);
  });

  it('has the directory fail when the indexes of a full segment cannot be written', async () => {
    const { log } = await fixture.openLog({ segmentBytes: 100 });
    await log.appendAsLeader(oneRecord('a'), 0).written;
    fixture.disk.fault = (operation, path) =>
      operation === 'openSync' && path.endsWith('.timeindex') ? ioError('EMFILE') : undefined;
    expect(() => log.appendAsLeader(oneRecord('b'), 0)).toThrow(LogStorageError);
    expect(() => log.appendAsLeader(oneRecord('c'), 0)).toThrow(LogStorageError);
  });

  it('that fails in the background fails all that was queued', async () => {
    const { log } = await fixture.openLog();
    // A stall: one is enough to write on the thread pool from now on.
    fixture.disk.onWrite = () => fixture.clock.advance(100);
    await log.appendAsLeader(oneRecord('a'), 0).written;
    fixture.disk.fault = (operation) => (operation === 'writev' ? ioError('EIO') : undefined);
    const first = outcome(log.appendAsLeader(oneRecord('b'), 0).written);
    await new Promise((resolve) => setImmediate(resolve));
    let second = 'refused';
    try {
      second = await outcome(log.appendAsLeader(oneRecord('c'), 0).written);
    } catch {
      // The first had failed already.
    }
    expect(await first).toBe('KAFKA_STORAGE_ERROR');
    expect(second).not.toBe('written');
  });
});
