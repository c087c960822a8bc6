import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delay } from '../../../client/runtime/clock';
import type { BrokerEvent, DrillBroker } from '../drill-cluster';
import type { Disturbance } from '../processes/disturbance';
import { limitOpenFiles, openFilesOf } from '../processes/open-files';
import { loseUnflushed, noteSafe } from '../processes/power-cut';
import type { SmallDisk } from '../processes/small-disk';
import type { Machine } from './machine';

const CLEAN_EXITS = [0, 143];
const SERVES_WITHIN_MS = 60_000;
const BETWEEN_LOOKS_MS = 100;
const LAST_LINES = 40;

/** Paths that are the same on this machine and in the broker's container. */
export interface BrokerPaths {
  readonly data: string;
  /** Says how its clock and disk are spoilt, see disturbance.ts. */
  readonly disturbance: string;
  /** Where the broker notes what it has flushed. */
  readonly synced: string;
}

/** A broker in a container. */
export class ContainerBroker implements DrillBroker {
  private suffers: Disturbance = { clockMs: 0, flushMs: 0 };

  constructor(
    readonly id: number,
    readonly machine: Machine,
    private readonly paths: BrokerPaths,
    private readonly disk: SmallDisk | undefined,
    private readonly onStart: () => Promise<void>,
  ) {}

  get name(): string {
    return this.machine.name;
  }

  get running(): boolean {
    return this.machine.running;
  }

  get dataDirectory(): string {
    return this.paths.data;
  }

  async start(): Promise<void> {
    this.suffers = { clockMs: 0, flushMs: 0 };
    if (existsSync(this.paths.data)) noteSafe(this.paths.data, this.paths.synced);
    await this.machine.start();
    await this.onStart();
    await this.served();
  }

  /** Resolves when it serves. @throws Error with its output when it ends before that, or does not */
  async served(): Promise<void> {
    const end = performance.now() + SERVES_WITHIN_MS;
    while (!(await this.isReady())) {
      if (!this.running || performance.now() > end) {
        const output = (await this.machine.output()).split('\n').slice(-LAST_LINES);
        throw new Error(`${this.name} does not serve:\n${output.join('\n')}`);
      }
      await delay(BETWEEN_LOOKS_MS);
    }
  }

  kill(): Promise<void> {
    return this.machine.kill();
  }

  async stop(): Promise<void> {
    const code = await this.machine.stop();
    if (!CLEAN_EXITS.includes(code)) {
      throw new Error(`${this.name} did not stop cleanly: exit code ${code}.`);
    }
  }

  pause(): Promise<void> {
    return this.machine.pause();
  }

  resume(): Promise<void> {
    return this.machine.resume();
  }

  fillDisk(): Promise<void> {
    this.ownDisk().fill();
    return Promise.resolve();
  }

  freeDisk(): Promise<void> {
    this.ownDisk().free();
    return Promise.resolve();
  }

  shiftClock(ms: number): Promise<void> {
    return this.disturb({ ...this.suffers, clockMs: ms });
  }

  slowFlushes(ms: number): Promise<void> {
    return this.disturb({ ...this.suffers, flushMs: ms });
  }

  async cutPower(): Promise<number> {
    await this.kill();
    return loseUnflushed(this.paths.data, this.paths.synced);
  }

  async limitOpenFiles(more: number | undefined): Promise<void> {
    const pid = await this.machine.pid();
    limitOpenFiles(pid, more === undefined ? undefined : openFilesOf(pid) + more);
  }

  async events(): Promise<readonly BrokerEvent[]> {
    const events: BrokerEvent[] = [];
    for (const line of (await this.machine.output()).split('\n')) {
      const event = parse(line);
      if (event) events.push(event);
    }
    return events;
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await this.machine.execute('ready.sh')).code === 0;
    } catch {
      // Nothing can be run in a container that has ended.
      return false;
    }
  }

  private async disturb(disturbance: Disturbance): Promise<void> {
    this.suffers = disturbance;
    const told = async (): Promise<number> =>
      (await this.machine.output()).split(`disturbed: ${JSON.stringify(disturbance)}`).length;
    const before = await told();
    await writeFile(this.paths.disturbance, JSON.stringify(disturbance));
    await this.machine.signal('SIGUSR2');
    while ((await told()) === before) {
      if (!this.running) throw new Error(`${this.name} has ended.`);
      await delay(BETWEEN_LOOKS_MS);
    }
  }

  private ownDisk(): SmallDisk {
    if (!this.disk) throw new Error(`${this.name} has no disk of its own.`);
    return this.disk;
  }
}

function parse(line: string): BrokerEvent | undefined {
  try {
    return JSON.parse(line) as BrokerEvent;
  } catch {
    return undefined;
  }
}
