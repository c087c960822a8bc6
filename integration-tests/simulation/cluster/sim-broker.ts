import { BrokerConfig } from '../../../broker/config/broker-config';
import type { ProcessIdentity } from '../../../broker/log';
import { MemoryDisk } from '../../../broker/log/testing/memory-disk';
import { MemoryFileSystem } from '../../../broker/log/testing/memory-file-system';
import { Broker } from '../../../broker/server/broker';
import { describeError } from '../../../client/runtime/error';
import type { ZkSession } from '../../../zk-coordination';
import type { InMemoryEnsemble } from '../../../zk-coordination/double/in-memory-ensemble';
import type { SimNetwork } from '../network/sim-network';
import { SimProcess } from '../time/sim-process';
import type { Trace } from '../time/trace';
import type { World } from '../time/world';
import type { BrokerEvent } from './event-watch';
import { SimLogger } from './sim-logger';

/** The log directory on each machine. */
export const LOG_DIR = '/data';
export const PORT = 9092;

/** How long the disk takes for one operation, in milliseconds. */
const DISK_MS = { min: 0.05, max: 0.5 };
/** The supervisor waits so long before it starts a process again that has ended by itself. */
const RESTART_MS = 1000;

/** What the machines share. */
export interface SimEnvironment {
  readonly world: World;
  readonly trace: Trace;
  readonly network: SimNetwork;
  readonly ensemble: InMemoryEnsemble;
  /** Of everything but the nemesis. */
  readonly random: () => number;
  /** Of all brokers. */
  readonly configs: Readonly<Record<string, string>>;
  /** Told of every line a broker logs. */
  readonly onEvent?: (broker: number, fields: BrokerEvent) => void;
}

/** A machine with a disk, and the broker that runs on it, one process after the other. */
export class SimBroker {
  readonly name: string;
  readonly disk = new MemoryDisk();
  private readonly config: BrokerConfig;
  private process: SimProcess | undefined;
  private broker: Broker | undefined;
  private session: ZkSession | undefined;
  private lives = 0;
  /** What it is meant to do; the supervisor sees to it. */
  private wanted: 'up' | 'down' = 'down';
  private powered = true;
  private stopping = false;

  constructor(
    readonly id: number,
    private readonly environment: SimEnvironment,
    /** Names of all machines, for a machine without power. */
    private readonly machines: () => readonly string[],
  ) {
    this.name = `broker-${id}`;
    this.config = BrokerConfig.create({
      'broker.id': String(id),
      'broker.rack': `rack-${id}`,
      listeners: `PLAINTEXT://${this.name}:${PORT}`,
      'zookeeper.connect': 'ensemble:2181',
      'log.dirs': LOG_DIR,
      ...environment.configs,
    });
  }

  /** Whether a process runs, serving or not. */
  get isUp(): boolean {
    return this.process !== undefined && !this.process.dead;
  }

  get isPaused(): boolean {
    return this.process?.paused ?? false;
  }

  /** Whether it has come up and is not about to stop. */
  get isServing(): boolean {
    return this.isUp && this.broker !== undefined && !this.stopping;
  }

  start(): void {
    this.wanted = 'up';
    if (!this.powered) this.power(true);
    this.revive();
  }

  /** Asks it to stop, and resolves when it has. */
  async stop(): Promise<void> {
    this.wanted = 'down';
    const { process, broker } = this;
    if (!process || !broker) return this.kill();
    this.stopping = true;
    await broker.stop();
    if (process.dead) return;
    this.end(process);
    this.revive();
  }

  /** SIGKILL: what was written is with the system and will be there. */
  kill(): void {
    this.wanted = 'down';
    if (this.process) this.end(this.process);
  }

  /** The machine loses its power, and with it whatever was not flushed. */
  cutPower(random: () => number): void {
    this.wanted = 'down';
    const { process } = this;
    if (this.powered) this.power(false);
    if (process) {
      this.environment.network.silenceAllOf(process);
      this.end(process);
    }
    this.disk.crash(random);
  }

  pause(): void {
    this.process?.pause();
  }

  resume(): void {
    this.process?.resume();
  }

  /** The session with ZooKeeper it opened last, 0 when there is none. */
  get sessionId(): bigint {
    return this.session?.id ?? 0n;
  }

  jumpWallClock(ms: number): void {
    if (this.process) this.process.wallClockOffsetMs += ms;
  }

  private run(life: number): void {
    const { world, trace } = this.environment;
    const process = new SimProcess(world, this.name);
    this.process = process;
    this.broker = undefined;
    trace.line(`${this.name} starts, life ${life}`);
    Broker.start(this.brokerOptions(process, life)).then(
      (broker) => {
        if (this.process === process) this.broker = broker;
      },
      (error: unknown) => this.failed(process, error),
    );
  }

  /** The process has ended by itself. */
  private failed(process: SimProcess, error: unknown): void {
    if (process.dead) return;
    const { world, trace } = this.environment;
    trace.line(`${this.name} failed: ${describeError(error)}`);
    this.end(process);
    world.after(RESTART_MS, () => this.revive());
  }

  private revive(): void {
    if (this.wanted === 'up' && !this.isUp) this.run(++this.lives);
  }

  private end(process: SimProcess): void {
    process.kill();
    this.environment.network.closeAllOf(process);
    if (this.process !== process) return;
    this.stopping = false;
    this.process = undefined;
    this.broker = undefined;
  }

  private power(on: boolean): void {
    this.powered = on;
    for (const other of this.machines()) {
      if (other === this.name) continue;
      for (const [from, to] of [
        [this.name, other],
        [other, this.name],
      ] as const) {
        const link = this.environment.network.link(from, to);
        if (on) link.unblock();
        else link.block();
      }
    }
  }

  private brokerOptions(process: SimProcess, life: number): Parameters<typeof Broker.start>[0] {
    const { config } = this;
    const { world, trace, network, ensemble, random, onEvent } = this.environment;
    const later = (callback: () => void) => {
      const ms = DISK_MS.min + random() * (DISK_MS.max - DISK_MS.min);
      world.after(ms, () => process.deliver(callback));
    };
    const sessions = ensemble.sessions({
      sessionTimeoutMs: config.get('zookeeper.session.timeout.ms'),
      origin: this.name,
      clock: process.clock,
      deliver: (callback) => process.deliver(callback),
    });
    return {
      config,
      logger: new SimLogger(trace, this.name, (fields) => onEvent?.(this.id, fields)),
      edges: {
        clock: process.clock,
        random,
        fileSystem: new MemoryFileSystem(this.disk, later),
        defer: world.immediate,
        createServer: network.createServer(process, this.name),
        connect: network.connector(process, this.name),
        identity: () => this.identity(life),
        sessions: { open: (resume) => (this.session = sessions.open(resume)) },
      },
      onFatal: (error) => this.failed(process, error),
    };
  }

  private identity(life: number): ProcessIdentity {
    const self = { pid: life, startedAt: `life ${life}`, host: this.name };
    return {
      self,
      nonce: `${this.name} ${life}`,
      isAlive: (other) => other.pid === this.lives && this.isUp,
    };
  }
}
