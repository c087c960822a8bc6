#!/usr/bin/env node
import { ExitCode, runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { runningPid, stopByPidFile } from './dev/pid-file';
import { runPidFile, runPidFiles } from './dev/run-directory';

interface Options {
  port?: string;
  pidFile?: string;
}

/** A broker flushes all its logs on the way out; that may take a while. */
const DEADLINE_MS = 60_000;

export const definition: CommandDefinition<Options> = {
  name: 'kafka-server-stop',
  summary:
    'Stops the brokers that kafka-server-start has started, after they have flushed their logs.',
  examples: [
    { line: 'kafka-server-stop', does: 'all of them' },
    { line: 'kafka-server-stop --port 9092', does: 'only the one on this port' },
    {
      line: 'kafka-server-stop --pid-file data/broker-2/broker.pid',
      does: 'one broker of npm start',
    },
  ],
  configure: (command) =>
    command
      .option('--port <port>', 'only the broker whose first listener has this port')
      .option('--pid-file <file>', 'only the broker started with this pid file'),
  run: stop,
};

async function stop({ options, terminal, print, note }: CommandContext<Options>): Promise<number> {
  const files = options.pidFile
    ? [options.pidFile]
    : options.port
      ? [runPidFile(terminal.env, 'kafka', options.port)]
      : runPidFiles(terminal.env, 'kafka');
  const running = files.filter((file) => runningPid(file) !== null);
  if (running.length === 0) {
    note('No kafka server to stop');
    note('Brokers of npm start: npm stop ends all, --pid-file data/broker-<id>/broker.pid one.');
    return ExitCode.failure;
  }
  for (const file of running) {
    const pid = runningPid(file);
    const outcome = await stopByPidFile(file, { deadlineMs: DEADLINE_MS });
    print(`Broker with pid ${pid}: ${outcome}.`);
  }
  return ExitCode.ok;
}

if (require.main === module) void runCommand(definition);
