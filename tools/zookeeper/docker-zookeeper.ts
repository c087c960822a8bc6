import type { Clock } from '../../client/runtime/clock';
import { delay, systemClock } from '../../client/runtime/clock';
import { runProgram } from '../dev/run-program';
import { serverStatus } from './four-letter-word';
import { ZookeeperStartError } from './zookeeper-error';

export const ZOOKEEPER_IMAGE = 'zookeeper:3.8';

export interface DockerOptions {
  readonly clientPort: number;
  readonly env: NodeJS.ProcessEnv;
  readonly report: (line: string) => void;
  readonly deadlineMs?: number;
  readonly clock?: Clock;
}

/** One container per port, so that several checkouts can stand beside each other. */
export function containerName(clientPort: number): string {
  return `kafka-classic-zookeeper-${clientPort}`;
}

/** The words after `docker` that start the container; data lives in a named volume. */
export function dockerRunArguments(clientPort: number): string[] {
  const name = containerName(clientPort);
  return [
    ...['run', '--detach', '--name', name, '--restart', 'no'],
    ...['--publish', `127.0.0.1:${clientPort}:2181`],
    ...['--volume', `${name}-data:/data`, '--volume', `${name}-log:/datalog`],
    ...['--env', 'ZOO_4LW_COMMANDS_WHITELIST=srvr,ruok,mntr,stat,cons,dump,wchs'],
    ...['--env', 'ZOO_ADMINSERVER_ENABLED=false', '--env', 'ZOO_MAX_CLIENT_CNXNS=0'],
    ZOOKEEPER_IMAGE,
  ];
}

/**
 * Starts (or starts again) the container and waits until it serves. Fetches the image when needed.
 *
 * @throws {@link ZookeeperStartError}
 */
export async function startDockerZookeeper(options: DockerOptions): Promise<void> {
  const { clientPort, env, report, deadlineMs = 60_000, clock = systemClock } = options;
  const name = containerName(clientPort);
  const again = await runProgram('docker', ['start', name], { env });
  if (again.code !== 0) {
    const started = await runProgram('docker', dockerRunArguments(clientPort), {
      env,
      onLine: report,
    });
    if (started.code !== 0) {
      await runProgram('docker', ['rm', '--force', name], { env });
      throw new ZookeeperStartError(
        `docker could not start ${ZOOKEEPER_IMAGE}: ${started.output.trim()}`,
        'Check that Docker works: docker run --rm hello-world',
      );
    }
  }
  const end = clock.monotonic() + deadlineMs;
  while (((await serverStatus({ host: '127.0.0.1', port: clientPort }))?.mode ?? null) === null) {
    if (clock.monotonic() >= end) {
      throw new ZookeeperStartError(
        `The container ${name} does not serve on port ${clientPort} in time.`,
        `See docker logs ${name}.`,
      );
    }
    await delay(100, clock);
  }
}

/** Stops the container and keeps its data. @returns whether one was running */
export async function stopDockerZookeeper(
  clientPort: number,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const filter = ['--filter', `name=^${containerName(clientPort)}$`];
  const running = await runProgram('docker', ['ps', '--quiet', ...filter], { env });
  if (running.code !== 0 || running.output.trim() === '') return false;
  await runProgram('docker', ['stop', containerName(clientPort)], { env });
  return true;
}
