#!/usr/bin/env node
import { basename } from 'node:path';
import type { CommandContext, CommandDefinition } from './cli/command';
import { ExitCode, runCommand } from './cli/command';
import { runningPid, stopByPidFile } from './dev/pid-file';
import { runPidFile, runPidFiles } from './dev/run-directory';

interface Options {
  port?: string;
}

export const definition: CommandDefinition<Options> = {
  name: 'zookeeper-server-stop',
  summary:
    'Stops the ZooKeeper servers that zookeeper-server-start has started. ' +
    'Unlike Kafka’s script it leaves alone what others have started.',
  examples: [
    { line: 'zookeeper-server-stop', does: 'all of them' },
    { line: 'zookeeper-server-stop --port 2181', does: 'only the one on this port' },
  ],
  configure: (command) => {
    command.option('--port <port>', 'only the server on this client port');
  },
  run: stop,
};

async function stop({ options, terminal, print, note }: CommandContext<Options>): Promise<number> {
  const files = options.port
    ? [runPidFile(terminal.env, 'zookeeper', options.port)]
    : runPidFiles(terminal.env, 'zookeeper');
  const running = files.filter((file) => runningPid(file) !== null);
  if (running.length === 0) {
    note('No zookeeper server to stop');
    return ExitCode.failure;
  }
  for (const file of running) {
    const port = basename(file, '.pid').replace('zookeeper-', '');
    const outcome = await stopByPidFile(file);
    print(`ZooKeeper on port ${port}: ${outcome}.`);
  }
  return ExitCode.ok;
}

if (require.main === module) void runCommand(definition);
