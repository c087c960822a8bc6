import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordBatchBuilder, type RecordBytes } from '../../../client/records';
import { ManualClock } from '../../../client/runtime/manual-clock';
import type { Logger } from '../../../client/runtime/logger';
import { defaultLogConfig, type LogConfig } from '../log-config';
import { openLogManager, type LogManagerOptions } from '../log-manager';
import { FaultyFileSystem } from './faulty-file-system';
import type { ProcessIdentity } from '../lock-owner';
import type { Log, LogManager } from '../types';

/** Records by value; the time defaults to 1000. */
export interface TestRecord {
  readonly value: RecordBytes;
  readonly key?: RecordBytes;
  readonly timestamp?: number;
}

/** A producer's batch. */
export function batchOf(
  records: readonly TestRecord[],
  options: ConstructorParameters<typeof RecordBatchBuilder>[0] = {},
): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: 16 * 1024 * 1024, ...options });
  for (const { value, key = null, timestamp = 1000 } of records) {
    builder.tryAppend(timestamp, key, value);
  }
  return Buffer.from(builder.build());
}

/** A batch of one record. */
export function oneRecord(value: RecordBytes, timestamp = 1000): Buffer {
  return batchOf([{ value, timestamp }]);
}

/** Remembers what was logged. */
export class RecordingLogger implements Logger {
  readonly lines: { level: string; fields: Record<string, unknown>; message: string }[] = [];
  readonly debug = this.at('debug');
  readonly info = this.at('info');
  readonly warn = this.at('warn');
  readonly error = this.at('error');

  child(): Logger {
    return this;
  }

  events(name: string): Record<string, unknown>[] {
    return this.lines.filter(({ fields }) => fields['event'] === name).map(({ fields }) => fields);
  }

  private at(level: string) {
    return (fields: object, message: string) =>
      void this.lines.push({ level, fields: fields as Record<string, unknown>, message });
  }
}

/** Owners of lock files that are dead as soon as `alive` says so. */
export class TestProcesses {
  private next = 1;
  private readonly living = new Set<number>();

  start(): ProcessIdentity & { kill: () => void } {
    const pid = this.next++;
    this.living.add(pid);
    return {
      self: { pid, startedAt: `start of ${pid}`, host: 'test' },
      nonce: String(pid),
      isAlive: (other) => this.living.has(other.pid),
      kill: () => void this.living.delete(pid),
    };
  }
}

/** A temporary directory with a broker's logs in it, and the processes that use it in turn. */
export class LogFixture {
  readonly root = mkdtempSync(join(tmpdir(), 'kafka-classic-log-'));
  readonly logDir = join(this.root, 'a');
  readonly logger = new RecordingLogger();
  readonly clock = new ManualClock();
  private readonly processes = new TestProcesses();
  private readonly managers: LogManager[] = [];
  /** The disk as the last process opened sees it. */
  disk = new FaultyFileSystem();
  private kill = () => Promise.resolve();

  /** Opens the directory as a new process; a former one is killed. */
  async open(
    config: Partial<LogConfig> = {},
    options: Partial<LogManagerOptions> = {},
  ): Promise<LogManager> {
    await this.kill();
    const identity = this.processes.start();
    const disk = (this.disk = new FaultyFileSystem());
    this.kill = () => {
      identity.kill();
      return disk.kill();
    };
    const manager = await openLogManager({
      logDirs: [this.logDir],
      brokerId: 1,
      clusterId: 'test-cluster',
      configFor: () => ({ ...defaultLogConfig, ...config }),
      config: { minFreeBytes: 0 },
      identity,
      ...options,
      environment: {
        fileSystem: disk.fileSystem,
        logger: this.logger,
        clock: this.clock,
        random: () => 0.5,
        ...options.environment,
      },
    });
    this.managers.push(manager);
    return manager;
  }

  /** The log of partition `t-0`. */
  async openLog(
    config: Partial<LogConfig> = {},
    options: Partial<LogManagerOptions> = {},
  ): Promise<{ manager: LogManager; log: Log }> {
    const manager = await this.open(config, options);
    return { manager, log: await manager.getOrCreateLog({ topic: 't', partition: 0 }) };
  }

  path(...names: string[]): string {
    return join(this.logDir, ...names);
  }

  async dispose(): Promise<void> {
    await this.kill();
    for (const manager of this.managers) await manager.close().catch(() => {});
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Everything from an offset on, as one buffer. */
export async function readAll(log: Log, from = log.logStartOffset): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let offset = from; ;) {
    const { records, nextOffset } = await log.read(offset, 1024 * 1024, Infinity);
    if (records.length === 0) return Buffer.concat(parts);
    parts.push(Buffer.from(records));
    offset = nextOffset;
  }
}
