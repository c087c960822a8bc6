import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../tools/cli/project-root';
import { EventLog } from './event-log';
import { freePorts } from '../../tools/dev/free-ports';
import { processGuard } from './process-guard';

export interface BrokerProcessOptions {
  readonly zookeeperConnect: string;
  /** Holds the broker's data and its pid file. */
  readonly directory: string;
  /** Its `log.dirs`, default `directory/data`. */
  readonly dataDirectory?: string;
  /** Where its output goes, default `directory/broker.log`. Appended to. */
  readonly logFile?: string;
  /** Default 1. */
  readonly id?: number;
  /** Default a free one. */
  readonly port?: number;
  /** More configs, by Kafka's names. */
  readonly configs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** For node, e.g. `--max-old-space-size=256`. */
  readonly nodeArgs?: readonly string[];
}

/** Lines of output in an error's message. */
const LAST_LINES = 40;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A real broker, as the built `kafka-server-start` runs it. One object stands for one life of the
 * process; start another with the same directory and port for the next.
 */
export class BrokerProcess {
  /** What the broker has logged; wait for more with `log.next(event)`. */
  readonly log = new EventLog();
  /** Everything it has written to stdout and stderr. */
  readonly output: string[] = [];
  readonly exited: Promise<Exit>;

  private constructor(
    private readonly child: ChildProcess,
    readonly id: number,
    readonly port: number,
    /** Its `log.dirs`. */
    readonly dataDirectory: string,
  ) {
    this.exited = once(child, 'close').then(([code, signal]) => ({ code, signal }) as Exit);
  }

  /** Resolves when the broker serves. @throws Error with its output when it ends before that */
  static async start(options: BrokerProcessOptions): Promise<BrokerProcess> {
    const broker = await BrokerProcess.launch(options);
    await broker.served();
    return broker;
  }

  /** Resolves as soon as there is a process; for tests that disturb the start. */
  static async launch(options: BrokerProcessOptions): Promise<BrokerProcess> {
    const { directory, id = 1, nodeArgs = [], env = {} } = options;
    const { port = (await freePorts(1))[0]!, logFile = join(directory, 'broker.log') } = options;
    const { dataDirectory = join(directory, 'data') } = options;
    await mkdir(directory, { recursive: true });
    await mkdir(dirname(logFile), { recursive: true });
    const configs = {
      'broker.id': String(id),
      'zookeeper.connect': options.zookeeperConnect,
      'log.dirs': dataDirectory,
      listeners: `PLAINTEXT://127.0.0.1:${port}`,
      ...options.configs,
    };
    const child = spawn(
      process.execPath,
      [
        ...nodeArgs,
        join(projectRoot(), 'dist', 'tools', 'kafka-server-start.js'),
        ...Object.entries(configs).flatMap(([name, value]) => ['--override', `${name}=${value}`]),
        ...['--log-format', 'json', '--pid-file', join(directory, 'broker.pid')],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
    );
    const broker = new BrokerProcess(child, id, port, dataDirectory);
    broker.keepOutput(logFile);
    await once(child, 'spawn');
    return broker;
  }

  /**
   * Resolves when it serves for the first time; call it as soon as it is launched.
   *
   * @throws Error with its output when it ends before that, or takes too long and is killed for it
   */
  async served(): Promise<void> {
    const started = this.log.next('broker-started').then(() => true);
    try {
      if (await Promise.race([started, this.exited.then(() => false)])) return;
    } catch (error) {
      await this.kill();
      throw error;
    }
    const { code, signal } = await this.exited;
    const output = this.output.slice(-LAST_LINES).join('\n');
    throw new Error(`Broker ${this.id} has ended (${signal ?? code}):\n${output}`);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** `127.0.0.1:port`, for bootstrap.servers. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends a signal, SIGKILL by default, and resolves when the process is gone. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    if (this.running) this.child.kill(signal);
    return this.exited;
  }

  /** SIGSTOP: its connections stay open and nothing answers. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** SIGTERM, as kafka-server-stop sends it: a clean shutdown. */
  stop(): Promise<Exit> {
    return this.kill('SIGTERM');
  }

  private keepOutput(logFile: string): void {
    const file = createWriteStream(logFile, { flags: 'a' });
    const keep = (line: string): void => {
      this.output.push(line);
      file.write(`${line}\n`);
    };
    createInterface(this.child.stdout!).on('line', (line) => {
      keep(line);
      const fields = parse(line);
      if (fields !== undefined) this.log.info(fields);
    });
    createInterface(this.child.stderr!).on('line', keep);
    // A test that dies must not leave its broker behind.
    processGuard.add(this.child);
    const orphan = (): void => void this.child.kill('SIGKILL');
    process.once('exit', orphan);
    this.child.once('close', () => {
      process.removeListener('exit', orphan);
      file.end();
    });
  }
}

function parse(line: string): object | undefined {
  try {
    return JSON.parse(line) as object;
  } catch {
    return undefined;
  }
}
