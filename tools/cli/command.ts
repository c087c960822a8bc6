import { Writable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { describeError } from '../../client/runtime/error';
import { colours } from './colours';
import { inKafkaNames } from './kafka-names';
import { projectVersion } from './project-root';
import type { Terminal } from './terminal';
import { flushed, processTerminal } from './terminal';
import { UsageError } from './usage-error';

/** How a tool's process can end. Interrupted tools end with 128 + the signal's number. */
export const ExitCode = { ok: 0, failure: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

/** Guides to older versions are full of it. */
const ZOOKEEPER_HINT =
  'Tools ask brokers, as since Apache Kafka 3.0: --bootstrap-server localhost:9092.\n';

export interface CommandExample {
  readonly line: string;
  /** What it does, in a few words. */
  readonly does: string;
}

export interface CommandContext<Options> {
  /** Parsed options by camelCased name. */
  readonly options: Options;
  /** Positional arguments. */
  readonly args: readonly string[];
  readonly terminal: Terminal;
  /** Aborted by SIGINT and SIGTERM; only when the definition says {@link CommandDefinition.stopsGracefully}. */
  readonly signal: AbortSignal;
  /** Has something told when a second signal ends the process, before it does. */
  atSecondSignal(tell: () => void): void;
  /** Writes one line to stdout. */
  print(line: string): void;
  /** Writes one line to stderr: notes and warnings that are not the command's result. */
  note(line: string): void;
}

export interface CommandDefinition<Options = Record<string, unknown>> {
  /** As typed, e.g. `kafka-topics`. */
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly CommandExample[];
  /** Long options that Kafka spells with one dash: `['daemon']` makes `-daemon` mean `--daemon`. */
  readonly singleDash?: readonly string[];
  /**
   * `true`: a first SIGINT or SIGTERM only aborts {@link CommandContext.signal} and the command
   * finishes by itself, a second one ends the process. Default: the first one ends it.
   */
  readonly stopsGracefully?: boolean;
  /**
   * `true`: a reader that goes away (`| head`, `| grep -q`) does not end the command; for those that
   * must not stop halfway. Default: it ends the command.
   */
  readonly finishesUnread?: boolean;
  /** Declares options and arguments. */
  configure(command: Command): void;
  /** @returns the exit code; nothing means 0 */
  run(context: CommandContext<Options>): Promise<number | void>;
}

/**
 * Makes a tool of a definition and runs it as this process: `--help` with examples, `--version`,
 * `--verbose`; exit code 0, 1 for a failure, 2 for a wrong command line; errors as one line with
 * advice, with stacks under `--verbose` or `DEBUG`. A reader that goes away (`| head`) is not an
 * error.
 */
export async function runCommand<Options>(definition: CommandDefinition<Options>): Promise<void> {
  process.stdout.on('error', (error) => {
    if (definition.finishesUnread && isBrokenPipe(error)) return;
    process.exit(isBrokenPipe(error) ? ExitCode.ok : ExitCode.failure);
  });
  // When nobody reads the notes any more, the result still counts.
  process.stderr.on('error', () => {});
  const abort = new AbortController();
  const lastWords: (() => void)[] = [];
  let signalled: number | undefined;
  const onSignal = (code: number) => () => {
    if (signalled !== undefined) for (const tell of lastWords) tell();
    if (!definition.stopsGracefully || signalled !== undefined) process.exit(code);
    signalled = code;
    abort.abort();
  };
  process.on('SIGINT', onSignal(ExitCode.interrupted));
  process.on('SIGTERM', onSignal(ExitCode.terminated));

  const argv = process.argv.slice(2);
  const code = await executeCommand(definition, argv, processTerminal, abort.signal, lastWords);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code === ExitCode.ok ? (signalled ?? code) : code);
}

/** The part of {@link runCommand} without a process around it. @returns the exit code */
export async function executeCommand<Options>(
  definition: CommandDefinition<Options>,
  argv: readonly string[],
  terminal: Terminal,
  signal: AbortSignal = new AbortController().signal,
  lastWords: (() => void)[] = [],
): Promise<number> {
  const command = build(definition, terminal);
  let verbose = Boolean(terminal.env.DEBUG);
  try {
    command.parse(withDoubleDashes(argv, definition.singleDash ?? []), { from: 'user' });
    const options = command.opts<Options & { verbose?: boolean }>();
    verbose ||= options.verbose === true;
    const code = await definition.run({
      options,
      args: command.args,
      terminal,
      signal,
      atSecondSignal: (tell) => void lastWords.push(tell),
      print: (line) => void terminal.stdout.write(line + '\n'),
      note: (line) => void terminal.stderr.write(inKafkaNames(line, command) + '\n'),
    });
    return code ?? ExitCode.ok;
  } catch (error) {
    // Commander has printed its own message by now; it throws for --help and --version as well.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    if (isBrokenPipe(error)) return ExitCode.ok;
    report(error, command, terminal, verbose);
    return error instanceof UsageError ? ExitCode.usage : ExitCode.failure;
  }
}

/** What `--help` prints on a terminal of 100 columns. */
export function helpText<Options>(definition: CommandDefinition<Options>): string {
  let text = '';
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    text += chunk.toString();
    done();
  };
  const stdout = new Writable({ write });
  build(definition, { stdin: process.stdin, stdout, stderr: stdout, env: {} }).outputHelp();
  return text.trimEnd();
}

function build<Options>(definition: CommandDefinition<Options>, terminal: Terminal): Command {
  const command = new Command(definition.name)
    .description(definition.summary)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => {
        const message = text.replace(/^error: /, '').trim();
        const hint = message.includes("'--zookeeper'") ? ZOOKEEPER_HINT : '';
        write(`Error: ${message}\n${hint}See ${definition.name} --help.\n`);
      },
      getOutHelpWidth: () => terminal.stdout.columns ?? 100,
      getErrHelpWidth: () => terminal.stderr.columns ?? 100,
    })
    .version(projectVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this help');
  definition.configure(command);
  // Some tools of Kafka have more to say under this name.
  if (!command.options.some(({ long }) => long === '--verbose')) {
    command.option('--verbose', 'print stack traces and causes of errors');
  }
  command.addHelpText('after', () => examplesText(definition.examples));
  return command;
}

function examplesText(examples: readonly CommandExample[]): string {
  if (examples.length === 0) return '';
  const blocks = examples.map(({ line, does }) => `  # ${does}\n  ${line}`);
  return `\nExamples:\n${blocks.join('\n\n')}`;
}

function withDoubleDashes(argv: readonly string[], names: readonly string[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const single = new Set(names.map((name) => `-${name}`));
  return argv.map((word, i) => (i < end && single.has(word) ? `-${word}` : word));
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPIPE';
}

function report(error: unknown, command: Command, terminal: Terminal, verbose: boolean): void {
  const paint = colours(terminal.stderr, terminal.env);
  // The code of a usage error would only say what the exit code says.
  const text =
    error instanceof UsageError ? `${error.message} ${error.advice}` : describeError(error);
  terminal.stderr.write(`${paint.red('Error:')} ${inKafkaNames(text, command)}\n`);
  if (!verbose) return;
  for (let at = error; at instanceof Error; at = at.cause) {
    terminal.stderr.write(`${at === error ? '' : 'Caused by: '}${at.stack ?? at.message}\n`);
  }
}
