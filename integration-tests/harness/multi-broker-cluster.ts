import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrokerProcess, type BrokerProcessOptions, type Exit } from './broker-process';
import { freePorts } from '../../tools/dev/free-ports';
import { LinkProxies } from './link-proxies';
import { ZooKeeperEnsemble, type EnsembleOptions } from './zookeeper-ensemble';

export type Configs = Readonly<Record<string, string>>;

export interface MultiBrokerOptions extends Pick<BrokerProcessOptions, 'nodeArgs'> {
  /** More environment for each. */
  readonly env?: (id: number) => Readonly<Record<string, string>>;
  /** Number of brokers, with ids from 1 on. Default 3. */
  readonly brokers?: number;
  /** Where each listens, instead of on free ports. */
  readonly ports?: readonly number[];
  readonly zookeeper?: EnsembleOptions;
  /** For all brokers, or for each. */
  readonly configs?: Configs | ((id: number) => Configs);
  /** Put {@link LinkProxies} into every link. Default false. */
  readonly proxies?: boolean;
  /** Where each broker's data lies. Default in a directory that {@link MultiBrokerCluster.close} removes. */
  readonly dataDirectory?: (id: number) => string;
  /** Where each broker's log goes. Default beside its data. */
  readonly logFile?: (id: number) => string;
}

/** A real ZooKeeper ensemble and several real brokers, each of which can be treated badly. */
export class MultiBrokerCluster {
  /** The present life of each broker that was started. */
  private readonly processes = new Map<number, BrokerProcess>();
  private proxies: LinkProxies | undefined;

  private constructor(
    readonly zookeeper: ZooKeeperEnsemble,
    /** Removed by {@link close}. */
    readonly directory: string,
    private readonly ports: readonly number[],
    private readonly options: MultiBrokerOptions,
  ) {}

  /** Resolves when all brokers serve. */
  static async start(options: MultiBrokerOptions = {}): Promise<MultiBrokerCluster> {
    const cluster = await MultiBrokerCluster.prepare(options);
    try {
      await cluster.startAll();
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** The ensemble and the proxies, no broker yet. */
  static async prepare(options: MultiBrokerOptions = {}): Promise<MultiBrokerCluster> {
    const zookeeper = await ZooKeeperEnsemble.start(options.zookeeper);
    const directory = await mkdtemp(join(tmpdir(), 'kafka-classic-brokers-'));
    const ports = options.ports ?? (await freePorts(options.brokers ?? 3));
    const cluster = new MultiBrokerCluster(zookeeper, directory, ports, options);
    if (options.proxies) await cluster.openProxies();
    return cluster;
  }

  get ids(): number[] {
    return this.ports.map((_, index) => index + 1);
  }

  /** Where clients reach a broker: the same in each of its lives. */
  address(id: number): string {
    return this.proxies?.client(id).address ?? `127.0.0.1:${this.port(id)}`;
  }

  /** Bootstrap servers. */
  get addresses(): string[] {
    return this.ids.map((id) => this.address(id));
  }

  /** The present life of a broker, or its last one. */
  broker(id: number): BrokerProcess {
    const broker = this.processes.get(id);
    if (!broker) throw new Error(`Broker ${id} has not been started.`);
    return broker;
  }

  isRunning(id: number): boolean {
    return this.processes.get(id)?.running === true;
  }

  dataDirectory(id: number): string {
    return this.options.dataDirectory?.(id) ?? join(this.directory, `broker-${id}`, 'data');
  }

  /** What lies in the links. @throws Error in a cluster without proxies */
  get links(): LinkProxies {
    if (!this.proxies) throw new Error('The cluster has no proxies.');
    return this.proxies;
  }

  /** Resolves when the broker serves. */
  async start(id: number): Promise<BrokerProcess> {
    const broker = await this.launch(id);
    await broker.served();
    return broker;
  }

  /** Resolves as soon as there is a process. */
  async launch(id: number): Promise<BrokerProcess> {
    const { env, nodeArgs, logFile } = this.options;
    const broker = await BrokerProcess.launch({
      id,
      port: this.port(id),
      zookeeperConnect: this.proxies?.connectStringOf(id) ?? this.zookeeper.connectString,
      directory: join(this.directory, `broker-${id}`),
      dataDirectory: this.dataDirectory(id),
      configs: this.configsOf(id),
      ...(logFile && { logFile: logFile(id) }),
      ...(env && { env: env(id) }),
      ...(nodeArgs && { nodeArgs }),
    });
    this.processes.set(id, broker);
    return broker;
  }

  async startAll(ids: readonly number[] = this.ids): Promise<void> {
    await settled(ids.map((id) => this.start(id)));
  }

  /** kill -9; gone when this resolves. */
  kill(id: number): Promise<Exit> {
    return this.broker(id).kill();
  }

  /** A clean shutdown. */
  stop(id: number): Promise<Exit> {
    return this.broker(id).stop();
  }

  pause(id: number): void {
    this.broker(id).pause();
  }

  resume(id: number): void {
    this.broker(id).resume();
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.processes.values()].map((broker) => broker.kill()));
  }

  /** Kills everything and removes the directory, whatever state it is in. */
  async close(): Promise<void> {
    await this.killAll();
    await this.zookeeper.stop();
    await this.proxies?.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  private port(id: number): number {
    const port = this.ports[id - 1];
    if (port === undefined) throw new Error(`There is no broker ${id}.`);
    return port;
  }

  private async openProxies(): Promise<void> {
    this.proxies = await LinkProxies.open({
      brokers: this.ids.map((id) => ({ id, port: this.port(id), peerPort: this.port(id) })),
      servers: this.zookeeper.ids.map((id) => ({ id, port: this.zookeeper.port(id) })),
    });
  }

  private configsOf(id: number): Configs {
    const { configs = {} } = this.options;
    const given = typeof configs === 'function' ? configs(id) : configs;
    if (!this.proxies) return given;
    return {
      'advertised.listeners': `PLAINTEXT://${this.address(id)}`,
      'inter.broker.endpoint.overrides': this.proxies.overridesOf(id),
      ...given,
    };
  }
}

/** Waits for all, then fails with the first failure. */
async function settled(starts: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(starts)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
