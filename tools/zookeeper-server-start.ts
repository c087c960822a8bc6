#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { delay } from '../client/runtime/clock';
import type { CommandContext, CommandDefinition } from './cli/command';
import { runCommand } from './cli/command';
import { isPortFree } from './dev/free-ports';
import { removePidFile, runningPid, writePidFile } from './dev/pid-file';
import { runPidFile } from './dev/run-directory';
import { spawnDetached } from './dev/spawn-detached';
import { findLocalZookeeper } from './zookeeper/find-zookeeper';
import { serverStatus } from './zookeeper/four-letter-word';
import type { ZookeeperProperties } from './zookeeper/server-properties';
import { readZookeeperProperties } from './zookeeper/server-properties';
import { zooCfg, zooCfgPath } from './zookeeper/zoo-cfg';
import { ZookeeperStartError } from './zookeeper/zookeeper-error';
import { zookeeperJavaArguments } from './zookeeper/zookeeper-java';

interface Options {
  daemon?: boolean;
  dataDir: string;
  port: string;
}

/** Kafka gives a ZooKeeper 512 MB; here only as much of it is taken as is needed. */
const HEAP = '-Xmx512m';
const DEADLINE_MS = 30_000;
const POLL_MS = 25;

export const definition: CommandDefinition<Options> = {
  name: 'zookeeper-server-start',
  summary: 'Starts a ZooKeeper server, in the foreground unless -daemon is given.',
  singleDash: ['daemon'],
  examples: [
    {
      line: 'zookeeper-server-start',
      does: 'a server for trying things out, data in ./data/zookeeper-server',
    },
    { line: 'zookeeper-server-start -daemon zookeeper.properties', does: 'in the background' },
    { line: 'zookeeper-server-start --port 2182 --data-dir /var/lib/zk', does: 'without a file' },
  ],
  configure: (command) => {
    command
      .argument('[zookeeper.properties]', 'configuration; without one, sensible defaults')
      .option('--daemon', 'start in the background (also -daemon)')
      .option('--data-dir <dir>', 'folder for data, when no file is given', 'data/zookeeper-server')
      .option('--port <port>', 'client port, when no file is given', '2181');
  },
  run: start,
};

async function start(context: CommandContext<Options>): Promise<number> {
  const { args, options, terminal, note } = context;
  const properties = readZookeeperProperties(args[0] ?? writeDefaults(options));
  const pidFile = runPidFile(terminal.env, 'zookeeper', properties.clientPort);
  await mustBeFree(properties);
  const zookeeper = await findLocalZookeeper({ env: terminal.env, report: note });
  const java = zookeeperJavaArguments(zookeeper, properties.file, terminal.env, HEAP);
  return options.daemon
    ? inBackground(zookeeper.java, java, properties, pidFile, context)
    : inForeground(zookeeper.java, java, pidFile);
}

function writeDefaults(options: Options): string {
  const home = resolve(options.dataDir);
  const server = { id: 1, home, clientPort: Number(options.port) };
  mkdirSync(home, { recursive: true });
  writeFileSync(zooCfgPath(server), zooCfg(server, [server]));
  return zooCfgPath(server);
}

async function mustBeFree({ host, clientPort }: ZookeeperProperties): Promise<void> {
  if (await isPortFree(clientPort, host)) return;
  const status = await serverStatus({ host, port: clientPort });
  throw new ZookeeperStartError(
    `Port ${clientPort} is taken by ${status ? 'a running ZooKeeper' : 'another program'}.`,
    status ? 'Stop it with zookeeper-server-stop, or choose another port.' : 'Choose another port.',
  );
}

/** Signals for the terminal's foreground group reach java by themselves; others are passed on. */
function inForeground(program: string, args: readonly string[], pidFile: string): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.on('error', fail);
    child.on('spawn', () => writePidFile(pidFile, child.pid as number));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.removeAllListeners(signal);
      process.on(signal, () => child.kill(signal));
    }
    child.on('exit', (code, signal) => {
      removePidFile(pidFile);
      // SIGTERM is how a ZooKeeper is ended; java answers it with 143.
      done(signal === null && code !== 143 && code !== 130 ? (code ?? 1) : 0);
    });
  });
}

async function inBackground(
  program: string,
  args: readonly string[],
  { host, clientPort, dataDir, ensemble }: ZookeeperProperties,
  pidFile: string,
  { terminal, print }: CommandContext<Options>,
): Promise<number> {
  mkdirSync(dataDir, { recursive: true });
  const logFile = join(terminal.env.LOG_DIR ?? dataDir, 'zookeeper.out');
  const pid = await spawnDetached(program, args, { logFile, env: terminal.env });
  writePidFile(pidFile, pid);
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    if (runningPid(pidFile) === null) {
      removePidFile(pidFile);
      throw new ZookeeperStartError('ZooKeeper ended right after its start.', `See ${logFile}.`);
    }
    const status = await serverStatus({ host, port: clientPort });
    if (status !== null && (status.mode !== null || ensemble)) {
      const waits = status.mode === null ? ', waiting for the others of its ensemble' : '';
      const name = `ZooKeeper ${status.version}`.trim();
      print(`${name} is up on ${host}:${clientPort} (pid ${pid})${waits}.`);
      return 0;
    }
    if (performance.now() > end) {
      throw new ZookeeperStartError('ZooKeeper does not answer in time.', `See ${logFile}.`);
    }
    await delay(POLL_MS);
  }
}

if (require.main === module) void runCommand(definition);
