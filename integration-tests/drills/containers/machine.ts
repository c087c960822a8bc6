import { execute, plainLog, startContainer, type Container, type ContainerSpec } from './docker';

const STOPS_WITHIN_S = 90;
const PAUSE_ATTEMPTS = 5;

/** A container of the cluster: one computer, through all lives of the process in it. */
export class Machine {
  private alive = true;
  private ended: Promise<void>;

  private constructor(
    /** As drills call it. */
    readonly name: string,
    /** As the network of the containers knows it. */
    readonly host: string,
    private readonly container: Container,
  ) {
    this.ended = this.watch();
  }

  static async create(name: string, spec: ContainerSpec): Promise<Machine> {
    return new Machine(name, spec.name, await startContainer(spec));
  }

  /** Whether its process lives; a paused one does. */
  get running(): boolean {
    return this.alive;
  }

  /** SIGKILL; gone when this resolves. */
  async kill(): Promise<void> {
    if (!this.alive) return;
    await this.container.kill();
    await this.ended;
  }

  /** SIGTERM. @returns the exit code */
  async stop(): Promise<number> {
    await this.container.stop({ t: STOPS_WITHIN_S });
    await this.ended;
    return (await this.container.inspect()).State.ExitCode;
  }

  async start(): Promise<void> {
    if (this.alive) throw new Error(`${this.name} runs already.`);
    await this.container.start();
    this.alive = true;
    this.ended = this.watch();
  }

  /**
   * With cgroups of version 1, to freeze processes that are busy is a matter of luck; runc tries a
   * number of times, lets go and says so.
   */
  async pause(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.container.pause();
      } catch (error) {
        if (attempt === PAUSE_ATTEMPTS || !String(error).includes('unable to freeze')) throw error;
      }
    }
  }

  async resume(): Promise<void> {
    await this.container.unpause();
  }

  async signal(signal: string): Promise<void> {
    await this.container.kill({ signal });
  }

  /** Runs a program beside the one it is for. */
  execute(...command: string[]): Promise<{ code: number; output: string }> {
    return execute(this.container, command);
  }

  /** Of its process, among those of this machine; 0 when it does not run. */
  async pid(): Promise<number> {
    return (await this.container.inspect()).State.Pid;
  }

  /** Its address and that of this machine, in their network. Another one after each start. */
  async addresses(): Promise<{ own: string; gateway: string }> {
    const { Networks } = (await this.container.inspect()).NetworkSettings;
    const [network] = Object.values(Networks);
    return { own: network?.IPAddress ?? '', gateway: network?.Gateway ?? '' };
  }

  /** Everything it has written to stdout and stderr in all its lives. */
  async output(): Promise<string> {
    return plainLog(await this.container.logs({ stdout: true, stderr: true, follow: false }));
  }

  private async watch(): Promise<void> {
    await this.container.wait();
    this.alive = false;
  }
}
