#!/usr/bin/env node
import { createInterface } from 'node:readline';
import { describeError } from '../client/runtime/error';
import { createSessionFactory } from '../zk-coordination/session/session-factory';
import type { ZkSession } from '../zk-coordination/session-contract';
import type { CommandContext, CommandDefinition } from './cli/command';
import { ExitCode, runCommand } from './cli/command';
import { serversOf } from './zookeeper/connect-string';
import { serverProblem } from './zookeeper/four-letter-word';
import { runShellCommand, shellHelp } from './zookeeper/shell/shell-commands';
import { splitWords } from './zookeeper/shell/split-words';
import { ZookeeperNotFoundError } from './zookeeper/zookeeper-error';

interface Options {
  timeout: string;
}

export const definition: CommandDefinition<Options> = {
  name: 'zookeeper-shell',
  summary: `Reads and writes the znodes of a ZooKeeper.\n\nCommands:\n${shellHelp()}`,
  examples: [
    { line: 'zookeeper-shell localhost:2181 ls -R /brokers', does: 'which brokers and topics' },
    { line: 'zookeeper-shell localhost:2181/kafka get -s /controller', does: 'below a chroot' },
    { line: 'zookeeper-shell localhost:2181', does: 'commands from the keyboard, until quit' },
  ],
  configure: (command) => {
    command
      .argument('<host:port>', 'host:port,host:port/chroot')
      .argument('[command...]', 'one command; without it they are read from the input')
      .option('--timeout <ms>', 'session timeout', '30000')
      .passThroughOptions();
  },
  run: shell,
};

async function shell(context: CommandContext<Options>): Promise<number> {
  const [connectString, ...words] = context.args;
  await mustServe(connectString);
  const sessionTimeoutMs = Number(context.options.timeout);
  const session = createSessionFactory({ connectString, sessionTimeoutMs }).open();
  try {
    await session.connected();
    if (words.length === 0) return await fromInput(session, context);
    printed(await runShellCommand(session, words), context);
    return ExitCode.ok;
  } finally {
    await session.close();
  }
}

/** A session would wait for its ensemble for ever; a person wants to know at once. */
async function mustServe(connectString: string): Promise<void> {
  const problems = await Promise.all(serversOf(connectString).map(serverProblem));
  if (problems.includes(null)) return;
  throw new ZookeeperNotFoundError(
    `No ZooKeeper: ${problems.join(', ')}.`,
    'Check the address; zookeeper-server-start starts one here.',
  );
}

/** One command per line. A failing one does not end it, but shows in the exit code of a script. */
async function fromInput(session: ZkSession, context: CommandContext<Options>): Promise<number> {
  const { stdin, stdout, stderr } = context.terminal;
  const interactive = stdin.isTTY === true;
  const lines = createInterface({
    input: stdin,
    output: interactive ? stdout : undefined,
    prompt: `[zk: ${context.args[0]}] `,
  });
  let failed = false;
  if (interactive) lines.prompt();
  for await (const line of lines) {
    try {
      const words = splitWords(line);
      if (words[0] === 'quit' || words[0] === 'close') break;
      if (words.length > 0) printed(await runShellCommand(session, words), context);
    } catch (error) {
      failed = true;
      stderr.write(`Error: ${describeError(error)}\n`);
    }
    if (interactive) lines.prompt();
  }
  lines.close();
  return failed && !interactive ? ExitCode.failure : ExitCode.ok;
}

function printed(text: string, { print }: CommandContext<Options>): void {
  if (text !== '') print(text);
}

if (require.main === module) void runCommand(definition);
