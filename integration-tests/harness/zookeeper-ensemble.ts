import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay } from '../../client/runtime/clock';
import { freePorts } from '../../tools/dev/free-ports';
import { processGuard } from './process-guard';
import { FaultProxy } from './fault-proxy';

const DEBIAN_JAR = '/usr/share/java/zookeeper.jar';
const READY_WITHIN_MS = 30_000;

export interface EnsembleOptions {
  /** Number of servers, default 1. */
  nodes?: number;
  /** ZooKeeper's tick in ms, default 500. Sessions last at least 2 of them. */
  tickTimeMs?: number;
  /** The longest session granted, in ms. Default 60,000. */
  maxSessionTimeoutMs?: number;
  /** More lines for zoo.cfg. */
  config?: readonly string[];
  /** Put a proxy into every link on which a follower follows; see {@link ZooKeeperEnsemble.link}. */
  links?: boolean;
}

interface Node {
  readonly id: number;
  readonly port: number;
  readonly directory: string;
  process: ChildProcess | undefined;
}

/** A real ZooKeeper ensemble in a directory of its own, on free ports of the loopback interface. */
export class ZooKeeperEnsemble {
  private readonly links = new Map<string, FaultProxy>();

  private constructor(
    private readonly directory: string,
    private readonly nodes: readonly Node[],
    private readonly tickTimeMs: number,
    private readonly maxSessionTimeoutMs: number,
  ) {}

  /** Starts all servers and waits until they serve. */
  static async start(options: EnsembleOptions = {}): Promise<ZooKeeperEnsemble> {
    const { nodes: count = 1, tickTimeMs = 500, maxSessionTimeoutMs = 60_000 } = options;
    const { config = [] } = options;
    const directory = await mkdtemp(join(tmpdir(), 'kafka-classic-zookeeper-'));
    const ports = await freePorts(count * 3);
    const nodes = Array.from({ length: count }, (_, i) => ({
      id: i + 1,
      port: ports[i]!,
      directory: join(directory, `node-${i + 1}`),
      process: undefined,
    }));
    const ensemble = new ZooKeeperEnsemble(directory, nodes, tickTimeMs, maxSessionTimeoutMs);
    for (const node of nodes) {
      const servers = [];
      for (const { id } of count > 1 ? nodes : []) {
        const quorum = ports[count + id - 1]!;
        const proxied = options.links === true && id !== node.id;
        const port = proxied ? await ensemble.addLink(node.id, id, quorum) : quorum;
        servers.push(`server.${id}=127.0.0.1:${port}:${ports[2 * count + id - 1]}`);
      }
      await ensemble.configure(node, [...servers, ...config]);
    }
    try {
      await ensemble.startAll();
    } catch (error) {
      await ensemble.stop();
      throw error;
    }
    return ensemble;
  }

  get ids(): number[] {
    return this.nodes.map(({ id }) => id);
  }

  /** `host:port` of one server. */
  address(id: number): string {
    return `127.0.0.1:${this.port(id)}`;
  }

  port(id: number): number {
    return this.node(id).port;
  }

  /** Connect string of all servers. */
  get connectString(): string {
    return this.nodes.map(({ id }) => this.address(id)).join(',');
  }

  /** What lies between a follower and a leader, in an ensemble started with `links`. */
  link(follower: number, leader: number): FaultProxy {
    const link = this.links.get(`${follower}-${leader}`);
    if (!link) throw new Error(`There is no proxy between ${follower} and ${leader}.`);
    return link;
  }

  async startAll(): Promise<void> {
    for (const { id } of this.nodes) await this.launch(id);
    await Promise.all(this.ids.map((id) => this.ready(id)));
  }

  /** Starts one server and waits until it serves. */
  async start(id: number): Promise<void> {
    await this.launch(id);
    await this.ready(id);
  }

  /** kill -9, and gone when this returns. */
  async kill(id: number): Promise<void> {
    const node = this.node(id);
    const { process: child } = node;
    if (!child) return;
    node.process = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** SIGSTOP: connections stay, nothing answers. */
  pause(id: number): void {
    this.node(id).process?.kill('SIGSTOP');
  }

  resume(id: number): void {
    this.node(id).process?.kill('SIGCONT');
  }

  /** Forgets everything a stopped server has stored. */
  async wipe(id: number): Promise<void> {
    await rm(join(this.node(id).directory, 'version-2'), { recursive: true, force: true });
  }

  /** `leader`, `follower` or `standalone`; undefined when the server does not serve. */
  async mode(id: number): Promise<string | undefined> {
    return /^Mode: (\w+)/m.exec(await this.ask(id, 'srvr'))?.[1];
  }

  /** The server that leads the ensemble, or the only one; undefined while there is none. */
  async leader(): Promise<number | undefined> {
    const modes = await Promise.all(this.ids.map((id) => this.mode(id)));
    const index = modes.findIndex((mode) => mode === 'leader' || mode === 'standalone');
    return index < 0 ? undefined : this.ids[index];
  }

  /** Whether its process lives; a paused one does. */
  running(id: number): boolean {
    const child = this.node(id).process;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Asks one of ZooKeeper's four letter words; all are allowed. Empty when nobody answers. */
  ask(id: number, word: string): Promise<string> {
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect(this.port(id), '127.0.0.1', () => socket.write(word));
      socket.setTimeout(2000, () => socket.destroy());
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer));
    });
  }

  /** Where a server's output goes. */
  outputFile(id: number): string {
    return join(this.node(id).directory, 'output.txt');
  }

  /** Kills all servers and removes their data. */
  async stop(): Promise<void> {
    for (const { id } of this.nodes) {
      this.resume(id);
      await this.kill(id);
    }
    for (const link of this.links.values()) await link.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  private node(id: number): Node {
    const node = this.nodes[id - 1];
    if (!node) throw new Error(`There is no server ${id}.`);
    return node;
  }

  private async addLink(from: number, to: number, port: number): Promise<number> {
    const link = await FaultProxy.start(port);
    this.links.set(`${from}-${to}`, link);
    return link.port;
  }

  private async configure(node: Node, more: readonly string[]): Promise<void> {
    await mkdir(node.directory, { recursive: true });
    await writeFile(join(node.directory, 'myid'), `${node.id}\n`);
    const lines = [
      `tickTime=${this.tickTimeMs}`,
      'initLimit=20',
      'syncLimit=10',
      `dataDir=${node.directory}`,
      'clientPortAddress=127.0.0.1',
      `clientPort=${node.port}`,
      'maxClientCnxns=0',
      `maxSessionTimeout=${this.maxSessionTimeoutMs}`,
      'admin.enableServer=false',
      '4lw.commands.whitelist=*',
      ...more,
    ];
    await writeFile(join(node.directory, 'zoo.cfg'), `${lines.join('\n')}\n`);
  }

  /** Starts one server without waiting: without the others it may not serve. */
  async launch(id: number): Promise<void> {
    const node = this.node(id);
    const output = await open(this.outputFile(id), 'a');
    const child = spawn(
      process.env['JAVA'] ?? 'java',
      [
        '-Xmx64m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-Dzookeeper.preAllocSize=1024',
        '-cp',
        classPath(),
        'org.apache.zookeeper.server.quorum.QuorumPeerMain',
        join(node.directory, 'zoo.cfg'),
      ],
      { stdio: ['ignore', output.fd, output.fd] },
    );
    node.process = child;
    processGuard.add(child);
    const orphan = (): void => void child.kill('SIGKILL');
    process.once('exit', orphan);
    child.once('exit', () => process.removeListener('exit', orphan));
    await once(child, 'spawn');
    await output.close();
  }

  private async ready(id: number): Promise<void> {
    const until = performance.now() + READY_WITHIN_MS;
    while ((await this.mode(id)) === undefined) {
      const dead = this.node(id).process?.exitCode;
      if (typeof dead === 'number' || performance.now() > until) {
        const output = await readFile(this.outputFile(id), 'utf8');
        throw new Error(`ZooKeeper server ${id} does not serve:\n${output}`);
      }
      await delay(30);
    }
  }
}

/** `$ZOOKEEPER_CLASSPATH`, as `npm test` exports it, else where Debian's package puts ZooKeeper. */
function classPath(): string {
  const classPath = process.env['ZOOKEEPER_CLASSPATH'] ?? DEBIAN_JAR;
  if (classPath.split(':').some((entry) => existsSync(entry.replace(/\/\*$/, ''))))
    return classPath;
  throw new Error(
    `No ZooKeeper at ${classPath}: install the package zookeeper or set ZOOKEEPER_CLASSPATH.`,
  );
}
