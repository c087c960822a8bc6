import type { Ability, BrokerTarget } from './broker-target';
import { run } from './run-command';
import { DrillTargetError } from './target-error';

export interface DockerTargetOptions {
  /** Compose project; needed when several have such services. */
  readonly project: string | undefined;
  /** Name of a broker's service, `{id}` standing for its id. */
  readonly brokerService: string;
  /** What the names of the services of ZooKeeper begin with. */
  readonly zookeeperService: string;
}

interface Container {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly service: string;
}

const FORMAT =
  '{{.ID}}|{{.Names}}|{{.Label "com.docker.compose.project"}}|{{.Label "com.docker.compose.service"}}';
const MODE = 'exec 3<>/dev/tcp/127.0.0.1/2181; echo srvr >&3; grep ^Mode <&3';

/** A cluster of Docker Compose, by the docker program alone. */
export class DockerTarget implements BrokerTarget {
  readonly abilities: ReadonlySet<Ability> = new Set(['pause', 'stop', 'cut', 'zookeeper']);
  /** Networks of brokers that are cut off, with the names they are known by there. */
  private readonly cutOff = new Map<number, { network: string; aliases: readonly string[] }[]>();

  private constructor(
    private readonly containers: readonly Container[],
    private readonly options: DockerTargetOptions,
  ) {}

  /**
   * @returns undefined when there are no such containers, or no docker
   * @throws DrillTargetError when several projects have them
   */
  static async find(options: DockerTargetOptions): Promise<DockerTarget | undefined> {
    const listed = await run('docker', ['ps', '--all', '--no-trunc', '--format', FORMAT]).catch(
      () => '',
    );
    const isBroker = patternOf(options.brokerService);
    const ours = listed
      .trim()
      .split('\n')
      .map(containerOf)
      .filter(({ project }) => options.project === undefined || project === options.project)
      .filter(
        ({ service }) => isBroker.test(service) || service.startsWith(options.zookeeperService),
      );
    const projects = [...new Set(ours.map(({ project }) => project))];
    if (projects.length > 1) {
      throw new DrillTargetError(
        `Several Compose projects have brokers: ${projects.join(', ')}.`,
        'Name one with --project.',
      );
    }
    return projects.length === 0 ? undefined : new DockerTarget(ours, options);
  }

  get description(): string {
    return `the containers of Compose project ${this.containers[0]?.project}`;
  }

  missing(brokers: readonly number[]): Promise<number[]> {
    return Promise.resolve(brokers.filter((id) => this.find(id) === undefined));
  }

  async kill(broker: number): Promise<void> {
    await this.docker(broker, 'kill', '--signal', 'SIGKILL');
  }

  async stop(broker: number): Promise<void> {
    await this.docker(broker, 'stop', '--time', '60');
  }

  async start(broker: number): Promise<void> {
    await this.docker(broker, 'start');
  }

  async pause(broker: number): Promise<void> {
    await this.docker(broker, 'pause');
  }

  async resume(broker: number): Promise<void> {
    if ((await this.inspect(broker, '{{.State.Paused}}')) === 'true') {
      await this.docker(broker, 'unpause');
    }
  }

  async cut(broker: number): Promise<void> {
    const { id } = this.container(broker);
    const networks = JSON.parse(
      await this.inspect(broker, '{{json .NetworkSettings.Networks}}'),
    ) as Record<string, { Aliases: string[] | null }>;
    const known = Object.entries(networks).map(([network, { Aliases }]) => ({
      network,
      aliases: (Aliases ?? []).filter((alias) => !id.startsWith(alias)),
    }));
    this.cutOff.set(broker, known);
    for (const { network } of known) await run('docker', ['network', 'disconnect', network, id]);
  }

  async mend(broker: number): Promise<void> {
    const { id } = this.container(broker);
    for (const { network, aliases } of this.cutOff.get(broker) ?? []) {
      const names = aliases.flatMap((alias) => ['--alias', alias]);
      await run('docker', ['network', 'connect', ...names, network, id]);
    }
    this.cutOff.delete(broker);
  }

  async killZookeeperLeader(): Promise<string> {
    const servers = this.containers.filter(({ service }) =>
      service.startsWith(this.options.zookeeperService),
    );
    for (const { name, id } of servers) {
      const mode = await run('docker', ['exec', id, 'bash', '-c', MODE]).catch(() => '');
      if (!/leader|standalone/.test(mode)) continue;
      await run('docker', ['kill', '--signal', 'SIGKILL', id]);
      return name;
    }
    throw new DrillTargetError(
      `None of ${servers.length} ZooKeeper containers says that it leads.`,
      'See that the ensemble serves, or name its services with --zookeeper-service.',
    );
  }

  async startZookeeper(name: string): Promise<void> {
    await run('docker', ['start', name]);
  }

  private find(broker: number): Container | undefined {
    const service = this.options.brokerService.replace('{id}', String(broker));
    return this.containers.find((container) => container.service === service);
  }

  private container(broker: number): Container {
    const found = this.find(broker);
    if (found) return found;
    throw new DrillTargetError(
      `There is no container of broker ${broker}.`,
      'Say how services are called with --broker-service.',
    );
  }

  private docker(broker: number, ...args: readonly string[]): Promise<string> {
    return run('docker', [...args, this.container(broker).id]);
  }

  private async inspect(broker: number, format: string): Promise<string> {
    return (await this.docker(broker, 'inspect', '--format', format)).trim();
  }
}

function containerOf(line: string): Container {
  const [id = '', name = '', project = '', service = ''] = line.split('|');
  return { id, name, project, service };
}

function patternOf(service: string): RegExp {
  const escaped = service.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace('{id}', '\\d+')}$`);
}
