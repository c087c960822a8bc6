import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, type CommandDefinition } from '../../tools/cli/command';
import { projectRoot } from '../../tools/cli/project-root';
import { clientResultsFile, type ClientResult } from '../../tools/dev/docs/client-results';
import { RESULTS_DIRECTORY } from './results-directory';

export const definition: CommandDefinition<object> = {
  name: 'npm run compatibility',
  summary:
    'Runs the tests with Kafka clients and writes what they show into docs/compatibility.md.',
  examples: [{ line: 'npm run compatibility', does: 'needs kcat, gcc and librdkafka-dev' }],
  configure: (command) => command,
  run: async ({ print }) => {
    const directory = await mkdtemp(join(tmpdir(), 'kafka-classic-results-'));
    try {
      const code = await runTests(directory);
      const results = await collect(directory);
      await writeFile(clientResultsFile(), `${JSON.stringify(results, null, 2)}\n`);
      print(`${results.length} results: ${clientResultsFile()}`);
      return code;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

async function runTests(directory: string): Promise<number> {
  const jest = join(projectRoot(), 'node_modules', '.bin', 'jest');
  const args = ['--selectProjects', 'integration', '--testPathPatterns', 'kafka-clients'];
  const child = spawn(jest, [...args, '--runInBand'], {
    cwd: projectRoot(),
    stdio: 'inherit',
    env: { ...process.env, [RESULTS_DIRECTORY]: directory },
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

/** By client, and in the order of the tests. */
async function collect(directory: string): Promise<ClientResult[]> {
  const files = (await readdir(directory)).sort();
  const all = await Promise.all(
    files.map(
      async (file) => JSON.parse(await readFile(join(directory, file), 'utf8')) as ClientResult[],
    ),
  );
  return all.flat().sort((a, b) => (a.client < b.client ? -1 : Number(a.client > b.client)));
}

if (require.main === module) void runCommand(definition);
