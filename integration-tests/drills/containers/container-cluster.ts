import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Network, type StartedNetwork } from 'testcontainers';
import { delay } from '../../../client/runtime/clock';
import { projectRoot } from '../../../tools/cli/project-root';
import { variableOf } from '../../../tools/docker/environment-config';
import { freePorts } from '../../harness/free-ports';
import type { Ability, ClusterShape, DrillCluster, DrillServer } from '../drill-cluster';
import { SmallDisk } from '../processes/small-disk';
import { ContainerBroker } from './container-broker';
import { ContainerServer } from './container-server';
import { BROKER_IMAGE, ensureImages, ZOOKEEPER_IMAGE } from './image';
import { clusterName, removeCluster, removeLeftovers } from './leftovers';
import { Machine } from './machine';
import { PacketFilter } from './packet-filter';

const TICK_MS = 500;
const SERVE_WITHIN_MS = 60_000;
const BETWEEN_LOOKS_MS = 100;
const CLIENT_PORT = 2181;
const INTERNAL_PORT = 9092;
const EXTERNAL_PORT = 19092;
const DISTURBANCE = join('dist', 'integration-tests', 'drills', 'processes', 'disturbance.js');

/** What a cluster is built of, while it is. */
interface Site {
  readonly name: string;
  readonly network: StartedNetwork;
  /** For data and notes; removed in the end. */
  readonly directory: string;
  readonly disks: SmallDisk[];
}

/**
 * Brokers and ZooKeeper servers in containers of the project's own image, as docker-compose.yml runs
 * them, in a network of their own. Clients come from this machine through published ports.
 */
export class ContainerCluster implements DrillCluster {
  readonly abilities: ReadonlySet<Ability>;
  readonly network: PacketFilter;
  readonly bootstrap: readonly string[];
  readonly zookeeperConnect: string;
  brokers: readonly ContainerBroker[] = [];
  servers: readonly ContainerServer[] = [];
  private readonly machines: Machine[] = [];
  private readonly onExit: () => void;

  private constructor(
    private readonly site: Site,
    private readonly brokerPorts: readonly number[],
    private readonly serverPorts: readonly number[],
    private readonly shape: ClusterShape,
  ) {
    const disk: Ability[] = shape.diskBytes === undefined ? [] : ['disk'];
    this.abilities = new Set([...OF_THIS_DRIVER, ...disk]);
    this.network = new PacketFilter(this.machines, (place) =>
      'broker' in place ? this.broker(place.broker).machine : this.server(place.server).machine,
    );
    this.bootstrap = brokerPorts.map((port) => `127.0.0.1:${port}`);
    this.zookeeperConnect = serverPorts.map((port) => `127.0.0.1:${port}`).join(',');
    this.onExit = () => removeCluster(site.name);
    process.once('exit', this.onExit);
  }

  /** Resolves when all brokers serve. The images are made when they are missing. */
  static async start(shape: ClusterShape): Promise<ContainerCluster> {
    await ensureImages();
    removeLeftovers();
    const name = clusterName();
    const ports = await freePorts(shape.brokers + shape.servers);
    const site: Site = {
      name,
      network: await new Network({ nextUuid: () => name }).start(),
      directory: await mkdtemp(join(tmpdir(), 'kafka-classic-containers-')),
      disks: [],
    };
    const cluster = new ContainerCluster(
      site,
      ports.slice(0, shape.brokers),
      ports.slice(shape.brokers),
      shape,
    );
    try {
      await cluster.startServers();
      await cluster.startBrokers();
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  get sessionTimeoutMs(): number {
    return this.shape.sessionTimeoutMs;
  }

  broker(id: number): ContainerBroker {
    return found(this.brokers, id);
  }

  server(id: number): ContainerServer {
    return found(this.servers, id);
  }

  async leadingServer(): Promise<DrillServer | undefined> {
    const modes = await Promise.all(this.servers.map((server) => server.mode()));
    return this.servers[modes.findIndex((mode) => mode === 'leader' || mode === 'standalone')];
  }

  async serverOf(broker: number): Promise<DrillServer | undefined> {
    const { output } = await this.broker(broker).machine.execute('cat', '/proc/net/tcp');
    const peers = establishedTo(output, CLIENT_PORT);
    for (const server of this.servers) {
      if (peers.has((await server.machine.addresses()).own)) return server;
    }
    return undefined;
  }

  async keep(directory: string, { data }: { readonly data: boolean }): Promise<void> {
    await mkdir(directory, { recursive: true });
    for (const { machine } of [...this.brokers, ...this.servers]) {
      await writeFile(join(directory, `${machine.name}.log`), await machine.output());
    }
    for (const { id, dataDirectory } of data ? this.brokers : []) {
      await cp(dataDirectory, join(directory, `data-${id}`), { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    process.removeListener('exit', this.onExit);
    removeCluster(this.site.name);
    for (const disk of this.site.disks) disk.unmount();
    await rm(this.site.directory, { recursive: true, force: true });
  }

  private host(kind: 'broker' | 'zookeeper', id: number): string {
    return `${this.site.name}-${kind}-${id}`;
  }

  private async startServers(): Promise<void> {
    const ensemble = this.serverPorts
      .map((_, index) => `server.${index + 1}=${this.host('zookeeper', index + 1)}`)
      .map((server) => `${server}:2888:3888;${CLIENT_PORT}`);
    const environment = {
      ZOO_SERVERS: ensemble.join(' '),
      ZOO_4LW_COMMANDS_WHITELIST: 'srvr',
      ZOO_ADMINSERVER_ENABLED: 'false',
      ZOO_MAX_CLIENT_CNXNS: '0',
      ZOO_TICK_TIME: String(TICK_MS),
      ZOO_INIT_LIMIT: '20',
      ZOO_SYNC_LIMIT: '10',
      ZOO_CFG_EXTRA: 'maxSessionTimeout=60000',
      ZK_SERVER_HEAP: '64',
      JVMFLAGS: '-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dzookeeper.preAllocSize=1024',
    };
    this.servers = await Promise.all(
      this.serverPorts.map(async (port, index) => {
        const id = index + 1;
        const machine = await Machine.create(`ZooKeeper server ${id}`, {
          image: ZOOKEEPER_IMAGE,
          name: this.host('zookeeper', id),
          network: this.site.network,
          environment: { ...environment, ZOO_MY_ID: String(id) },
          ports: [[CLIENT_PORT, port]],
        });
        this.machines.push(machine);
        return new ContainerServer(id, machine, port, () => this.network.renew());
      }),
    );
    const end = performance.now() + SERVE_WITHIN_MS;
    for (const server of this.servers) {
      while (!(await server.serves())) {
        if (!server.running || performance.now() > end) {
          throw new Error(`${server.name} does not serve:\n${await server.machine.output()}`);
        }
        await delay(BETWEEN_LOOKS_MS);
      }
    }
  }

  private async startBrokers(): Promise<void> {
    const starting = this.brokerPorts.map((_, index) => this.createBroker(index + 1));
    this.brokers = await Promise.all(starting);
    await Promise.all(this.brokers.map((broker) => broker.served()));
  }

  private async createBroker(id: number): Promise<ContainerBroker> {
    const { directory, disks, network } = this.site;
    const paths = {
      data: join(directory, `data-${id}`),
      disturbance: join(directory, `notes-${id}`, 'disturbance.json'),
      synced: join(directory, `notes-${id}`, 'synced.txt'),
    };
    await mkdir(join(directory, `notes-${id}`));
    await mkdir(paths.data);
    const { diskBytes } = this.shape;
    const disk = diskBytes === undefined ? undefined : SmallDisk.mount(paths.data, diskBytes);
    if (disk) disks.push(disk);
    const spoiler = join(projectRoot(), DISTURBANCE);
    const machine = await Machine.create(`broker ${id}`, {
      image: BROKER_IMAGE,
      name: this.host('broker', id),
      network,
      environment: {
        ...this.environmentOf(id, paths.data),
        DRILL_DISTURBANCE: paths.disturbance,
        DRILL_SYNCED: paths.synced,
        NODE_OPTIONS: `--require=${spoiler}`,
      },
      ports: [[EXTERNAL_PORT, this.brokerPorts[id - 1]!]],
      paths: [paths.data, join(directory, `notes-${id}`), spoiler],
      // So that this process may look at the files, and remove them.
      user: `${process.getuid!()}:${process.getgid!()}`,
    });
    this.machines.push(machine);
    return new ContainerBroker(id, machine, paths, disk, () => this.network.renew());
  }

  private environmentOf(id: number, data: string): Record<string, string> {
    const zookeeper = this.servers.map(({ machine }) => `${machine.host}:${CLIENT_PORT}`);
    const internal = `INTERNAL://${this.host('broker', id)}:${INTERNAL_PORT}`;
    const configs = {
      'broker.id': String(id),
      'log.dirs': data,
      'zookeeper.connect': zookeeper.join(','),
      'zookeeper.session.timeout.ms': String(this.sessionTimeoutMs),
      listeners: `INTERNAL://:${INTERNAL_PORT},EXTERNAL://:${EXTERNAL_PORT}`,
      'advertised.listeners': `${internal},EXTERNAL://${this.bootstrap[id - 1]}`,
      'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT',
      'inter.broker.listener.name': 'INTERNAL',
      'log.dir.min.free.bytes': '0',
      ...this.shape.configs,
    };
    return Object.fromEntries(
      Object.entries(configs).map(([name, value]) => [variableOf(name), value]),
    );
  }
}

const OF_THIS_DRIVER: readonly Ability[] = ['clock', 'files', 'power', 'slowFlush', 'openFiles'];
const ESTABLISHED = '01';

/** Addresses with which `/proc/net/tcp` has connections to a port. */
export function establishedTo(table: string, port: number): Set<string> {
  const found = new Set<string>();
  for (const line of table.split('\n')) {
    const [, , remote = '', state] = line.trim().split(/\s+/);
    const [address = '', hexPort = ''] = remote.split(':');
    if (state !== ESTABLISHED || parseInt(hexPort, 16) !== port) continue;
    // A number of this machine's byte order.
    found.add([...Buffer.from(address, 'hex').reverse()].join('.'));
  }
  return found;
}

function found<T extends { readonly id: number }>(all: readonly T[], id: number): T {
  const one = all.find((each) => each.id === id);
  if (!one) throw new Error(`There is no machine ${id}.`);
  return one;
}
