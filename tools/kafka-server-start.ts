#!/usr/bin/env node
import { Option } from 'commander';
import { Broker } from '../broker/server/broker';
import { BrokerConfig } from '../broker/config/broker-config';
import { loadServerProperties, parseOverrides } from '../broker/config/server-properties';
import { deferred } from '../client/runtime/deferred';
import { describeError } from '../client/runtime/error';
import { ExitCode, runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { serverLog, type LogFormat } from './cli/server-log';
import { removePidFile, runningPid, writePidFile } from './dev/pid-file';
import { runPidFile } from './dev/run-directory';
import { startDaemon } from './kafka/daemon-start';

interface Options {
  override: string[];
  daemon?: boolean;
  pidFile?: string;
  logFormat?: LogFormat;
  logLevel: string;
}

export const definition: CommandDefinition<Options> = {
  name: 'kafka-server-start',
  summary: 'Starts a broker.',
  examples: [
    { line: 'kafka-server-start config/server.properties', does: 'in the foreground' },
    {
      line: 'kafka-server-start -daemon config/server.properties',
      does: 'in the background, log in logs/server.out',
    },
    {
      line: 'kafka-server-start config/server.properties --override broker.id=2',
      does: 'with a config other than the file says',
    },
  ],
  singleDash: ['daemon'],
  stopsGracefully: true,
  configure: (command) =>
    command
      .argument('[server.properties]', 'configs of the broker')
      .option(
        '--override <name=value>',
        'a config, instead of what the file says; repeatable',
        collect,
        [],
      )
      .option('--daemon', 'run in the background; returns when the broker serves')
      .option('--pid-file <file>', 'where to note the process id, for kafka-server-stop')
      .addOption(
        new Option('--log-format <format>', 'default: text on a terminal, else json').choices([
          'text',
          'json',
        ]),
      )
      .addOption(
        new Option('--log-level <level>', 'least level written to the log')
          .choices(['debug', 'info', 'warn', 'error'])
          .default('info'),
      ),
  run,
};

async function run(context: CommandContext<Options>): Promise<number> {
  const { options, args, terminal, signal } = context;
  const [file] = args;
  const properties = file
    ? loadServerProperties(file, options.override)
    : parseOverrides(options.override);
  const config = BrokerConfig.create(properties);
  const name = config.listeners[0].port || `id-${config.get('broker.id')}`;
  const pidFile = options.pidFile ?? runPidFile(terminal.env, 'kafka', name);
  if (options.daemon) return daemonize(context, pidFile);

  const format = options.logFormat ?? (terminal.stdout.isTTY ? 'text' : 'json');
  const logger = serverLog(format, options.logLevel, terminal.stdout);
  const over = deferred<number>();
  const broker = await Broker.start({
    config,
    logger,
    onFatal: (error) => {
      logger.error(
        { event: 'broker-fatal', error: describeError(error) },
        'The broker cannot go on and stops.',
      );
      over.resolve(ExitCode.failure);
    },
  });
  try {
    writePidFile(pidFile, process.pid);
    if (signal.aborted) over.resolve(ExitCode.ok);
    signal.addEventListener('abort', () => over.resolve(ExitCode.ok));
    return await over.promise;
  } finally {
    await broker.stop();
    removePidFile(pidFile);
  }
}

async function daemonize(
  { terminal, print }: CommandContext<Options>,
  pidFile: string,
): Promise<number> {
  const running = runningPid(pidFile);
  if (running !== null) {
    print(`A broker with this address is running already (pid ${running}).`);
    return ExitCode.failure;
  }
  const args = process.argv.slice(1).filter((arg) => !/^--?daemon$/.test(arg));
  const { pid, logFile } = await startDaemon({
    args: [...args, '--pid-file', pidFile],
    pidFile,
    logFolder: terminal.env.LOG_DIR ?? 'logs',
    env: terminal.env,
  });
  print(`The broker is serving (pid ${pid}). Its log is ${logFile}.`);
  return ExitCode.ok;
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

if (require.main === module) void runCommand(definition);
