import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { projectRoot } from '../../tools/cli/project-root';
import { BrokerProcess, type BrokerProcessOptions } from './broker-process';
import { freePorts } from '../../tools/dev/free-ports';
import { ZooKeeperEnsemble, type EnsembleOptions } from './zookeeper-ensemble';

export interface TestClusterOptions extends Pick<
  BrokerProcessOptions,
  'configs' | 'env' | 'nodeArgs'
> {
  readonly zookeeper?: EnsembleOptions;
}

/**
 * A real ZooKeeper and one real broker in a temporary directory, on free ports. The broker's log
 * of the last run stays in `.cache/test-logs/`, named after the test file; data do not stay.
 */
export class TestCluster {
  private process: BrokerProcess | undefined;

  private constructor(
    readonly zookeeper: ZooKeeperEnsemble,
    /** Also the place for a test's own files: removed by {@link stop}. */
    readonly directory: string,
    private readonly port: number,
    private readonly logFile: string,
    private readonly options: TestClusterOptions,
  ) {}

  /** Resolves when the broker serves. */
  static async start(options: TestClusterOptions = {}): Promise<TestCluster> {
    const zookeeper = await ZooKeeperEnsemble.start(options.zookeeper);
    const directory = await mkdtemp(join(tmpdir(), 'kafka-classic-cluster-'));
    const [port] = await freePorts(1);
    const logFile = nextLogFile();
    await rm(logFile, { force: true });
    const cluster = new TestCluster(zookeeper, directory, port!, logFile, options);
    try {
      await cluster.startBroker();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** The broker's present life. */
  get broker(): BrokerProcess {
    if (!this.process) throw new Error('The broker has not been started.');
    return this.process;
  }

  /** Bootstrap server: `127.0.0.1:port`. The same in every life of the broker. */
  get bootstrap(): string {
    return `127.0.0.1:${this.port}`;
  }

  get zookeeperConnect(): string {
    return this.zookeeper.connectString;
  }

  /** Starts the broker again on its data and its port, after a kill or a stop. */
  async startBroker(more: Partial<BrokerProcessOptions> = {}): Promise<BrokerProcess> {
    this.process = await BrokerProcess.start({
      zookeeperConnect: this.zookeeperConnect,
      directory: this.directory,
      port: this.port,
      logFile: this.logFile,
      ...this.options,
      ...more,
      configs: { ...this.options.configs, ...more.configs },
    });
    return this.process;
  }

  /** Tears everything down, whatever state it is in. */
  async stop(): Promise<void> {
    await this.process?.kill();
    await this.zookeeper.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Jest's `expect`, which knows the test file; absent when a script starts a cluster. */
interface Globals {
  readonly expect?: { getState(): { testPath?: string } };
}

let started = 0;

function nextLogFile(): string {
  const { testPath = 'cluster' } = (globalThis as Globals).expect?.getState() ?? {};
  const test = basename(testPath, '.test.ts');
  started += 1;
  const name = started === 1 ? `${test}.log` : `${test}-${started}.log`;
  return join(projectRoot(), '.cache', 'test-logs', name);
}
