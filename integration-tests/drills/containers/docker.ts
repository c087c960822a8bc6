import {
  GenericContainer,
  getContainerRuntimeClient,
  Wait,
  type ContainerRuntimeClient,
  type StartedNetwork,
} from 'testcontainers';

// The reaper would have to be pulled from a registry, and forbids containers that outlive a test's
// connection to it; leftovers.ts does its work.
process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

/** A container as Docker's API has it: testcontainers alone can neither kill nor pause one. */
export type Container = ReturnType<ContainerRuntimeClient['container']['getById']>;

/** What runs in a container. */
export interface ContainerSpec {
  readonly image: string;
  /** By which others of the network find it. */
  readonly name: string;
  readonly network: StartedNetwork;
  readonly environment: Readonly<Record<string, string>>;
  /** Ports of the container, each with the port of this machine that leads there. */
  readonly ports: readonly (readonly [inside: number, outside: number])[];
  /** Paths of this machine that are the same inside. */
  readonly paths?: readonly string[];
  /** `uid:gid`; default the image's own. */
  readonly user?: string;
}

class LocalContainer extends GenericContainer {
  /** Nobody has to log in, so nobody else shall reach it. */
  protected override beforeContainerCreated(): Promise<void> {
    const bindings = (this.hostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string }[]>;
    for (const binding of Object.values(bindings).flat()) binding.HostIp = '127.0.0.1';
    return Promise.resolve();
  }
}

/** Creates and starts a container; what is in it may not serve yet. */
export async function startContainer(spec: ContainerSpec): Promise<Container> {
  const { paths = [], user } = spec;
  const container = new LocalContainer(spec.image)
    .withName(spec.name)
    .withNetwork(spec.network)
    .withEnvironment(spec.environment)
    .withExposedPorts(...spec.ports.map(([container, host]) => ({ container, host })))
    .withBindMounts(paths.map((path) => ({ source: path, target: path })))
    // The first line of output: those who want more ask for it themselves, as after a restart.
    .withWaitStrategy(Wait.forLogMessage(/./));
  if (user !== undefined) container.withUser(user);
  const started = await container.start();
  const { container: containers } = await getContainerRuntimeClient();
  return containers.getById(started.getId());
}

/** Runs a program in a container. */
export async function execute(
  container: Container,
  command: readonly string[],
): Promise<{ code: number; output: string }> {
  const { container: containers } = await getContainerRuntimeClient();
  const { exitCode, output } = await containers.exec(container, [...command]);
  return { code: exitCode, output };
}

const FRAME_HEADER = 8;

/** The text of Docker's multiplexed log: frames of a stream's number, three zeros, a length. */
export function plainLog(frames: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + FRAME_HEADER <= frames.length;) {
    const end = at + FRAME_HEADER + frames.readUInt32BE(at + 4);
    parts.push(frames.subarray(at + FRAME_HEADER, end));
    at = end;
  }
  return Buffer.concat(parts).toString();
}
