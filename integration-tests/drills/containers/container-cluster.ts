import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Network, type StartedNetwork } from 'testcontainers';
import { delay } from '../../../client/runtime/clock';
import { projectRoot } from '../../../tools/cli/project-root';
import { variableOf } from '../../../tools/docker/environment-config';
import { freePorts } from '../../../tools/dev/free-ports';
import { LinkProxies, type BrokerEnd, type LinkEnds } from '../../harness/link-proxies';
import type {
  Ability,
  ClusterShape,
  DrillCluster,
  DrillNetwork,
  DrillServer,
} from '../drill-cluster';
import { SmallDisk } from '../processes/small-disk';
import { ProxyNetwork } from '../proxy-network';
import { establishedTo } from './connections';
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
  /** Ports of this machine that lead into the containers. */
  readonly ends: LinkEnds;
}

/**
 * Brokers and ZooKeeper servers in containers of the project's own image, as docker-compose.yml runs
 * them, in a network of their own. Clients come from this machine through published ports.
 *
 * Packet filters can cut links, but neither slow them nor break connections in the midst of a
 * message. For drills that do that, every link goes through a proxy of this process instead, to which
 * brokers come through the gateway of their network, and which reaches them through published ports,
 * as their addresses change with each start. Cuts are the proxies' then, too: to the packet filters
 * everything would come from the gateway.
 */
export class ContainerCluster implements DrillCluster {
  readonly abilities: ReadonlySet<Ability>;
  readonly zookeeperConnect: string;
  brokers: readonly ContainerBroker[] = [];
  servers: readonly ContainerServer[] = [];
  private readonly machines: Machine[] = [];
  private readonly filter: PacketFilter;
  private proxies: LinkProxies | undefined;
  private lastStart: Promise<void> = Promise.resolve();
  private readonly onExit: () => void;

  private constructor(
    private readonly site: Site,
    private readonly shape: ClusterShape,
  ) {
    const disk: Ability[] = shape.diskBytes === undefined ? [] : ['disk'];
    const links = wantsProxies(shape) ? OF_PROXIES : [];
    this.abilities = new Set([...OF_THIS_DRIVER, ...disk, ...links]);
    this.filter = new PacketFilter(this.machines, (place) =>
      'broker' in place ? this.broker(place.broker).machine : this.server(place.server).machine,
    );
    this.zookeeperConnect = site.ends.servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
    this.onExit = () => removeCluster(site.name);
    process.once('exit', this.onExit);
  }

  /** Resolves when all brokers serve. The images are made when they are missing. */
  static async start(shape: ClusterShape): Promise<ContainerCluster> {
    await ensureImages();
    removeLeftovers();
    const name = clusterName();
    const site: Site = {
      name,
      network: await new Network({ nextUuid: () => name }).start(),
      directory: await mkdtemp(join(tmpdir(), 'kafka-classic-containers-')),
      disks: [],
      ends: await chooseEnds(shape),
    };
    const cluster = new ContainerCluster(site, shape);
    try {
      await cluster.startServers();
      if (wantsProxies(shape)) await cluster.openProxies();
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

  get network(): DrillNetwork {
    return this.proxies ? new ProxyNetwork(this.proxies) : this.filter;
  }

  get bootstrap(): readonly string[] {
    return this.site.ends.brokers.map(
      ({ id, port }) => this.proxies?.client(id).address ?? `127.0.0.1:${port}`,
    );
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
    if (this.proxies) {
      const id = this.proxies.serverOf(broker);
      return id === undefined ? undefined : this.server(id);
    }
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
    await this.proxies?.close();
    for (const disk of this.site.disks) disk.unmount();
    await rm(this.site.directory, { recursive: true, force: true });
  }

  private host(kind: 'broker' | 'zookeeper', id: number): string {
    return `${this.site.name}-${kind}-${id}`;
  }

  /**
   * One after the other, now and whenever they start again: Docker gives whoever starts the lowest
   * address that is free, so each gets the one it had, as computers do. When two change places, the
   * third takes the one for the other, and ZooKeeper 3.8 may wait for ever to agree on a leader.
   */
  private async startServers(): Promise<void> {
    const { servers } = this.site.ends;
    const ensemble = servers
      .map(({ id }) => `server.${id}=${this.host('zookeeper', id)}`)
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
    const started: ContainerServer[] = [];
    for (const { id, port } of servers) {
      const machine = await Machine.create(`ZooKeeper server ${id}`, {
        image: ZOOKEEPER_IMAGE,
        name: this.host('zookeeper', id),
        network: this.site.network,
        environment: { ...environment, ZOO_MY_ID: String(id) },
        ports: [[CLIENT_PORT, port]],
      });
      this.machines.push(machine);
      started.push(new ContainerServer(id, port, machine, () => this.startServer(machine)));
    }
    this.servers = started;
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

  private startServer(machine: Machine): Promise<void> {
    const start = this.lastStart.then(async () => {
      await machine.start();
      await this.filter.renew();
    });
    this.lastStart = start.catch(() => {});
    return start;
  }

  private async openProxies(): Promise<void> {
    const { gateway } = await this.server(1).machine.addresses();
    this.proxies = await LinkProxies.open({ ...this.site.ends, host: gateway });
  }

  private async startBrokers(): Promise<void> {
    this.brokers = await Promise.all(this.site.ends.brokers.map((end) => this.createBroker(end)));
    await Promise.all(this.brokers.map((broker) => broker.served()));
  }

  private async createBroker({ id, port, peerPort }: BrokerEnd): Promise<ContainerBroker> {
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
      ports: [[EXTERNAL_PORT, port], ...(this.proxies ? [[INTERNAL_PORT, peerPort] as const] : [])],
      paths: [paths.data, join(directory, `notes-${id}`), spoiler],
      // So that this process may look at the files, and remove them.
      user: `${process.getuid!()}:${process.getgid!()}`,
    });
    this.machines.push(machine);
    return new ContainerBroker(id, machine, paths, disk, () => this.filter.renew());
  }

  private environmentOf(id: number, data: string): Record<string, string> {
    const zookeeper = this.servers.map(({ machine }) => `${machine.host}:${CLIENT_PORT}`);
    const internal = `INTERNAL://${this.host('broker', id)}:${INTERNAL_PORT}`;
    const configs = {
      'broker.id': String(id),
      'log.dirs': data,
      'zookeeper.connect': this.proxies?.connectStringOf(id) ?? zookeeper.join(','),
      'zookeeper.session.timeout.ms': String(this.sessionTimeoutMs),
      listeners: `INTERNAL://:${INTERNAL_PORT},EXTERNAL://:${EXTERNAL_PORT}`,
      'advertised.listeners': `${internal},EXTERNAL://${this.bootstrap[id - 1]}`,
      'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT',
      'inter.broker.listener.name': 'INTERNAL',
      'inter.broker.endpoint.overrides': this.proxies?.overridesOf(id) ?? '',
      'log.dir.min.free.bytes': '0',
      ...this.shape.configs,
    };
    return Object.fromEntries(
      Object.entries(configs).map(([name, value]) => [variableOf(name), value]),
    );
  }
}

async function chooseEnds({ brokers, servers }: ClusterShape): Promise<LinkEnds> {
  const ports = await freePorts(2 * brokers + servers);
  const peerPorts = ports.splice(0, brokers);
  const end = (port: number, index: number) => ({ id: index + 1, port });
  return {
    brokers: ports.splice(0, brokers).map((port, index) => ({
      ...end(port, index),
      peerPort: peerPorts[index]!,
    })),
    servers: ports.map(end),
  };
}

function wantsProxies({ needs }: ClusterShape): boolean {
  return needs.some((ability) => OF_PROXIES.includes(ability));
}

const OF_PROXIES: readonly Ability[] = ['slow', 'tear'];
const OF_THIS_DRIVER: readonly Ability[] = ['clock', 'files', 'power', 'slowFlush', 'openFiles'];

function found<T extends { readonly id: number }>(all: readonly T[], id: number): T {
  const one = all.find((each) => each.id === id);
  if (!one) throw new Error(`There is no machine ${id}.`);
  return one;
}
