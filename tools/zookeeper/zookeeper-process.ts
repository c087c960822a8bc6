import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../client/runtime/clock';
import { delay, systemClock } from '../../client/runtime/clock';
import { isPortFree } from '../dev/free-ports';
import type { StopOptions, StopOutcome } from '../dev/pid-file';
import { runningPid, stopByPidFile, writePidFile } from '../dev/pid-file';
import { spawnDetached } from '../dev/spawn-detached';
import type { LocalZookeeper } from './choose-zookeeper';
import type { ServerStatus } from './four-letter-word';
import { serverStatus } from './four-letter-word';
import type { ZooCfgOptions, ZookeeperServer } from './zoo-cfg';
import { dataFolder, zooCfg, zooCfgPath } from './zoo-cfg';
import { ZookeeperStartError } from './zookeeper-error';
import { zookeeperJavaArguments } from './zookeeper-java';

export interface StartOptions extends ZooCfgOptions {
  readonly zookeeper: LocalZookeeper;
  readonly env: NodeJS.ProcessEnv;
  /** How long until all servers must serve, in ms; default 30000. */
  readonly deadlineMs?: number;
  readonly clock?: Clock;
}

export interface RunningServer extends ServerStatus {
  readonly server: ZookeeperServer;
  readonly pid: number;
  /** It ran before it was asked to. */
  readonly alreadyRan: boolean;
}

const POLL_MS = 25;

export function zookeeperPidFile(server: Pick<ZookeeperServer, 'home'>): string {
  return join(server.home, 'zookeeper.pid');
}

/** Where a server's stdout and stderr go. */
export function zookeeperLogFile(server: Pick<ZookeeperServer, 'home'>): string {
  return join(server.home, 'zookeeper.log');
}

/**
 * Starts one server, or several as an ensemble, and waits until each of them serves. The
 * processes outlive this one. A server that runs already is left as it is.
 *
 * @throws {@link ZookeeperStartError} when a port is taken, a server dies or the deadline passes;
 * what was started by this call is stopped again
 */
export async function startZookeeper(
  servers: readonly ZookeeperServer[],
  options: StartOptions,
): Promise<RunningServer[]> {
  const { deadlineMs = 30_000, clock = systemClock } = options;
  const end = clock.monotonic() + deadlineMs;
  const began: ZookeeperServer[] = [];
  try {
    for (const server of servers) {
      if (runningPid(zookeeperPidFile(server)) !== null) continue;
      await spawnServer(server, servers, options);
      began.push(server);
    }
    const running: RunningServer[] = [];
    for (const server of servers) {
      const { pid, ...status } = await untilServing(server, end, options);
      running.push({ server, pid, ...status, alreadyRan: !began.includes(server) });
    }
    return running;
  } catch (error) {
    for (const server of began) await stopZookeeper(server, { deadlineMs: 5000, clock });
    throw error;
  }
}

/** Ends a server: SIGTERM, then SIGKILL at the deadline (what was acknowledged survives that). */
export function stopZookeeper(
  server: Pick<ZookeeperServer, 'home'>,
  options?: StopOptions,
): Promise<StopOutcome> {
  return stopByPidFile(zookeeperPidFile(server), options);
}

/** Pid and status of a server, or `null` when its process does not live. */
export async function zookeeperStatus(
  server: ZookeeperServer,
  host = '127.0.0.1',
): Promise<({ pid: number } & ServerStatus) | null> {
  const pid = runningPid(zookeeperPidFile(server));
  if (pid === null) return null;
  const status = await serverStatus({ host, port: server.clientPort });
  return { pid, version: status?.version ?? '', mode: status?.mode ?? null };
}

async function spawnServer(
  server: ZookeeperServer,
  servers: readonly ZookeeperServer[],
  options: StartOptions,
): Promise<void> {
  await mustBeFree(server, options.host);
  mkdirSync(dataFolder(server), { recursive: true });
  writeFileSync(zooCfgPath(server), zooCfg(server, servers, options));
  if (servers.length > 1) writeFileSync(join(dataFolder(server), 'myid'), `${server.id}\n`);
  const pid = await spawnDetached(
    options.zookeeper.java,
    zookeeperJavaArguments(options.zookeeper, zooCfgPath(server), options.env),
    { logFile: zookeeperLogFile(server), cwd: server.home, env: options.env },
  );
  writePidFile(zookeeperPidFile(server), pid);
}

async function mustBeFree(server: ZookeeperServer, host = '127.0.0.1'): Promise<void> {
  for (const port of [server.clientPort, server.quorumPort, server.electionPort]) {
    if (port === undefined || (await isPortFree(port, host))) continue;
    const status = await serverStatus({ host, port });
    throw new ZookeeperStartError(
      `Port ${port} is taken by ${status === null ? 'another program' : 'another ZooKeeper'}.`,
      status === null
        ? 'Stop that program, or choose another port.'
        : `To use it, export ZOOKEEPER_CONNECT=${host}:${port}; else choose another port.`,
    );
  }
}

async function untilServing(
  server: ZookeeperServer,
  end: number,
  { host = '127.0.0.1', clock = systemClock }: StartOptions,
): Promise<{ pid: number } & ServerStatus> {
  for (;;) {
    const status = await zookeeperStatus(server, host);
    if (status === null) {
      throw new ZookeeperStartError(
        `ZooKeeper ended right after its start.${lastLines(zookeeperLogFile(server))}`,
        `Its log is ${zookeeperLogFile(server)}.`,
      );
    }
    if (status.mode !== null) return status;
    if (clock.monotonic() >= end) {
      throw new ZookeeperStartError(
        `ZooKeeper runs (pid ${status.pid}) but does not serve on port ${server.clientPort} in time.`,
        `Its log is ${zookeeperLogFile(server)}.`,
      );
    }
    await delay(POLL_MS, clock);
  }
}

function lastLines(file: string): string {
  if (!existsSync(file)) return '';
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(-5);
  return `\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}
