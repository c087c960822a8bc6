import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../../tools/cli/project-root';
import { delay } from '../../../client/runtime/clock';
import type { BrokerProcess } from '../../harness/broker-process';
import { MultiBrokerCluster } from '../../harness/multi-broker-cluster';
import type {
  Ability,
  BrokerEvent,
  ClusterShape,
  DrillBroker,
  DrillCluster,
  DrillServer,
} from '../drill-cluster';
import { ProxyNetwork } from '../proxy-network';
import type { Disturbance } from './disturbance';
import { limitOpenFiles, openFilesOf } from './open-files';
import { loseUnflushed, noteSafe } from './power-cut';
import { SmallDisk } from './small-disk';

const TICK_MS = 500;
const CLEAN_EXITS = [0, 143];

/** Brokers and ZooKeeper servers as processes of this machine, a fault proxy in every link. */
export class ProcessCluster implements DrillCluster {
  readonly abilities: ReadonlySet<Ability>;
  readonly brokers: readonly ProcessBroker[];
  readonly servers: readonly DrillServer[];
  readonly network: ProxyNetwork;

  private constructor(
    private readonly cluster: MultiBrokerCluster,
    private readonly disks: ReadonlyMap<number, SmallDisk>,
    directory: string,
    readonly sessionTimeoutMs: number,
  ) {
    this.network = new ProxyNetwork(cluster.links);
    const disk: Ability[] = disks.size > 0 ? ['disk'] : [];
    this.abilities = new Set<Ability>(['tear', 'slow', 'clock', 'files', ...disk, ...linuxOnly()]);
    this.brokers = cluster.ids.map(
      (id) => new ProcessBroker(id, cluster, disks.get(id), notesOf(directory, id)),
    );
    this.servers = cluster.zookeeper.ids.map((id) => serverOf(cluster, id));
  }

  /** @param directory for logs; what was there before is removed */
  static async start(shape: ClusterShape, directory: string): Promise<ProcessCluster> {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    const disks = new Map<number, SmallDisk>();
    const cluster = await MultiBrokerCluster.prepare({
      brokers: shape.brokers,
      zookeeper: { nodes: shape.servers, tickTimeMs: TICK_MS },
      proxies: true,
      configs: {
        'zookeeper.session.timeout.ms': String(shape.sessionTimeoutMs),
        'log.dir.min.free.bytes': '0',
        ...shape.configs,
      },
      logFile: (id) => join(directory, `broker-${id}.log`),
      nodeArgs: ['--require', join(projectRoot(), 'dist', DISTURBANCE)],
      env: (id) => {
        const { disturbance, synced } = notesOf(directory, id);
        return { DRILL_DISTURBANCE: disturbance, DRILL_SYNCED: synced };
      },
    });
    try {
      const { diskBytes } = shape;
      for (const id of diskBytes === undefined ? [] : cluster.ids) {
        const disk = SmallDisk.mount(cluster.dataDirectory(id), diskBytes!);
        if (disk) disks.set(id, disk);
      }
      const made = new ProcessCluster(cluster, disks, directory, shape.sessionTimeoutMs);
      await Promise.all(made.brokers.map((broker) => broker.start()));
      return made;
    } catch (error) {
      await closeAll(cluster, disks);
      throw error;
    }
  }

  get bootstrap(): readonly string[] {
    return this.cluster.addresses;
  }

  get zookeeperConnect(): string {
    return this.cluster.zookeeper.connectString;
  }

  broker(id: number): ProcessBroker {
    return found(this.brokers, id);
  }

  server(id: number): DrillServer {
    return found(this.servers, id);
  }

  async leadingServer(): Promise<DrillServer | undefined> {
    const id = await this.cluster.zookeeper.leader();
    return id === undefined ? undefined : this.server(id);
  }

  serverOf(broker: number): Promise<DrillServer | undefined> {
    const id = this.cluster.links.serverOf(broker);
    return Promise.resolve(id === undefined ? undefined : this.server(id));
  }

  async keep(directory: string, { data }: { readonly data: boolean }): Promise<void> {
    await mkdir(directory, { recursive: true });
    for (const id of this.cluster.zookeeper.ids) {
      const output = this.cluster.zookeeper.outputFile(id);
      await cp(output, join(directory, `zookeeper-${id}.log`), { force: true });
    }
    for (const { id, dataDirectory } of data ? this.brokers : []) {
      await cp(dataDirectory, join(directory, `data-${id}`), { recursive: true, force: true });
    }
  }

  close(): Promise<void> {
    return closeAll(this.cluster, this.disks);
  }
}

const DISTURBANCE = join('integration-tests', 'drills', 'processes', 'disturbance.js');

/** Files by which a broker is told what to suffer, and tells what it flushed. */
interface Notes {
  readonly disturbance: string;
  readonly synced: string;
}

function notesOf(directory: string, id: number): Notes {
  return {
    disturbance: join(directory, `disturbance-${id}.json`),
    synced: join(directory, `synced-${id}.txt`),
  };
}

function linuxOnly(): Ability[] {
  return existsSync('/proc/self/fd') ? ['power', 'slowFlush', 'openFiles'] : [];
}

async function closeAll(
  cluster: MultiBrokerCluster,
  disks: ReadonlyMap<number, SmallDisk>,
): Promise<void> {
  await cluster.killAll();
  for (const disk of disks.values()) disk.unmount();
  await cluster.close();
}

function found<T extends { readonly id: number }>(all: readonly T[], id: number): T {
  const one = all.find((each) => each.id === id);
  if (!one) throw new Error(`There is no machine ${id}.`);
  return one;
}

class ProcessBroker implements DrillBroker {
  private readonly lives: BrokerProcess[] = [];
  private suffers: Disturbance = { clockMs: 0, flushMs: 0 };

  constructor(
    readonly id: number,
    private readonly cluster: MultiBrokerCluster,
    private readonly disk: SmallDisk | undefined,
    private readonly notes: Notes,
  ) {}

  get name(): string {
    return `broker ${this.id}`;
  }

  get running(): boolean {
    return this.cluster.isRunning(this.id);
  }

  get dataDirectory(): string {
    return this.cluster.dataDirectory(this.id);
  }

  async start(): Promise<void> {
    if (this.running) throw new Error(`${this.name} runs already.`);
    this.suffers = { clockMs: 0, flushMs: 0 };
    noteSafe(this.dataDirectory, this.notes.synced);
    this.lives.push(await this.cluster.launch(this.id));
    await this.cluster.broker(this.id).served();
  }

  async kill(): Promise<void> {
    await this.cluster.kill(this.id);
  }

  async stop(): Promise<void> {
    const { code, signal } = await this.cluster.stop(this.id);
    if (code === null || !CLEAN_EXITS.includes(code)) {
      throw new Error(`${this.name} did not stop cleanly: ${signal ?? code}.`);
    }
  }

  pause(): Promise<void> {
    this.cluster.pause(this.id);
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.cluster.resume(this.id);
    return Promise.resolve();
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
    return loseUnflushed(this.dataDirectory, this.notes.synced);
  }

  limitOpenFiles(more: number | undefined): Promise<void> {
    const { pid } = this.cluster.broker(this.id);
    limitOpenFiles(pid, more === undefined ? undefined : openFilesOf(pid) + more);
    return Promise.resolve();
  }

  private async disturb(disturbance: Disturbance): Promise<void> {
    this.suffers = disturbance;
    const broker = this.cluster.broker(this.id);
    await writeFile(this.notes.disturbance, JSON.stringify(disturbance));
    process.kill(broker.pid, 'SIGUSR2');
    const told = `disturbed: ${JSON.stringify(disturbance)}`;
    while (!broker.output.includes(told)) {
      if (!broker.running) throw new Error(`${this.name} has ended.`);
      await delay(20);
    }
  }

  events(): Promise<readonly BrokerEvent[]> {
    return Promise.resolve(this.lives.flatMap(({ log }) => log.entries));
  }

  private ownDisk(): SmallDisk {
    if (!this.disk) throw new Error(`${this.name} has no disk of its own.`);
    return this.disk;
  }
}

function serverOf({ zookeeper }: MultiBrokerCluster, id: number): DrillServer {
  return {
    id,
    name: `ZooKeeper server ${id}`,
    get running() {
      return zookeeper.running(id);
    },
    kill: () => zookeeper.kill(id),
    // ZooKeeper keeps what it acknowledged whichever way it ends: it has no other way of stopping.
    stop: () => zookeeper.kill(id),
    start: () => zookeeper.launch(id),
    pause: () => Promise.resolve(zookeeper.pause(id)),
    resume: () => Promise.resolve(zookeeper.resume(id)),
    serves: async () => (await zookeeper.mode(id)) !== undefined,
  };
}
