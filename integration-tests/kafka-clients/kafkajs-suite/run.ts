#!/usr/bin/env node
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseOverrides } from '../../../broker/config/server-properties';
import { runCommand, type CommandDefinition } from '../../../tools/cli/command';
import { projectRoot } from '../../../tools/cli/project-root';
import { runProgram } from '../../../tools/dev/run-program';
import { adaptSuite } from './adapt-suite';
import { startSuiteCluster } from './suite-cluster';
import { readConnections, readResults, type FolderResults, type JestJson } from './suite-results';
import { DEFAULT_SOURCE, DEFAULT_TAG, fetchSuite, SuiteUnavailableError } from './suite-source';

/** Those whose tests talk to brokers. */
const LIVE_FOLDERS = ['broker', 'admin', 'producer', 'consumer', 'cluster', 'network'] as const;

const NOTE_CONNECTIONS = join(
  projectRoot(),
  'integration-tests/kafka-clients/kafkajs-suite/note-connections.cjs',
);

/** Longer than any folder takes on a slow machine. */
const FOLDER_LIMIT_MS = 3_600_000;

interface Options {
  readonly source: string;
  readonly tag: string;
  readonly directory?: string;
  readonly folders: readonly string[];
  readonly config?: readonly string[];
  readonly json?: string;
}

type Say = (line: string) => void;

export const definition: CommandDefinition<Options> = {
  name: 'npm run kafkajs-suite --',
  summary:
    "Runs KafkaJS's own tests against three brokers. Fails when a test fails that is not explained. " +
    'Skipped, and says so, where the tests cannot be fetched.',
  examples: [
    { line: 'npm run kafkajs-suite', does: 'all that speak to brokers' },
    { line: 'npm run kafkajs-suite -- --folders producer', does: 'one folder' },
    {
      line: 'npm run kafkajs-suite -- --json docs/kafkajs-suite.json',
      does: 'for the page about clients; then npm run docs',
    },
  ],
  configure: (command) =>
    command
      .option('--source <repository>', "KafkaJS's repository, an address or a path", DEFAULT_SOURCE)
      .option('--tag <tag>', 'which version', DEFAULT_TAG)
      .option('--directory <path>', 'for the suite, used again; default a temporary one')
      .option('--folders <names...>', 'below src, or beginnings of paths', [...LIVE_FOLDERS])
      .option('--config <name=value...>', 'more configs of the brokers')
      .option('--json <file>', 'writes the results there'),
  run: async ({ options, print }) => {
    const { source, tag, json } = options;
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'kafkajs-suite-')));
    try {
      const commit = await fetchSuite(source, tag, directory);
      const folders = await runFolders(directory, options, print);
      const report = { suite: 'KafkaJS', tag, commit, folders };
      if (json) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
      const failures = folders.flatMap(({ failed }) => failed);
      return failures.some(({ reason }) => reason === null) ? 1 : 0;
    } catch (error) {
      // A source that was asked for has to be there.
      if (!(error instanceof SuiteUnavailableError) || source !== DEFAULT_SOURCE) throw error;
      print(`SKIPPED, nothing was tested: KafkaJS's suite cannot be had. ${error.message}`);
      return 0;
    } finally {
      if (!options.directory) await rm(directory, { recursive: true, force: true });
    }
  },
};

async function runFolders(
  directory: string,
  { folders, config = [] }: Options,
  print: Say,
): Promise<readonly FolderResults[]> {
  const { cluster, ports } = await startSuiteCluster(parseOverrides(config));
  try {
    adaptSuite(directory, ports);
    const results: FolderResults[] = [];
    for (const folder of folders) {
      const result = await runFolder(directory, folder, ports);
      results.push(result);
      printResult(result, print);
    }
    return results;
  } finally {
    await cluster.close();
  }
}

async function runFolder(
  directory: string,
  folder: string,
  ports: readonly number[],
): Promise<FolderResults> {
  const output = join(directory, '.kafka-classic');
  await mkdir(output, { recursive: true });
  const name = folder.replaceAll('/', '-');
  const report = join(output, `${name}.json`);
  const connections = join(output, `${name}.connections`);
  await rm(report, { force: true });
  await writeFile(connections, '');
  const { output: said } = await runProgram(
    process.execPath,
    [
      join(directory, 'node_modules', 'jest', 'bin', 'jest.js'),
      ...['--ci', '--runInBand', '--forceExit', '--no-watchman', '--json', '--outputFile', report],
      ...['--testPathPattern', `/src/${folder}`],
      ...['--setupFilesAfterEnv', join(directory, 'testHelpers', 'setup.js'), NOTE_CONNECTIONS],
    ],
    {
      cwd: directory,
      env: {
        ...process.env,
        NODE_ENV: 'test',
        KAFKA_VERSION: '2.4',
        KAFKAJS_DEBUG_PROTOCOL_BUFFERS: '1',
        KAFKA_CLASSIC_PORTS: ports.join(),
        KAFKA_CLASSIC_CONNECTIONS: connections,
      },
      timeoutMs: FOLDER_LIMIT_MS,
    },
  );
  await writeFile(join(output, `${name}.log`), said);
  const results = JSON.parse(await readFile(report, 'utf8')) as JestJson;
  const speaking = readConnections(await readFile(connections, 'utf8'));
  return readResults(folder, results, speaking, directory);
}

function printResult(
  { folder, passed, live, failed, skipped, notApplicable }: FolderResults,
  print: Say,
): void {
  const reasons = Object.entries(notApplicable).map(([why, count]) => `${count} ${why}`);
  print(
    `${folder}: ${passed} passed (${live} of them spoke to brokers), ${failed.length} failed, ` +
      `not applicable: ${reasons.join(', ') || 'none'}, skipped by the suite itself: ${skipped}`,
  );
  for (const { file, title, message, reason } of failed) {
    print(`  ${file}: ${title}\n    ${reason ?? `NOT EXPLAINED: ${message}`}`);
  }
}

if (require.main === module) void runCommand(definition);
