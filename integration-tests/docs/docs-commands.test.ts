import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../tools/cli/project-root';
import { TestCluster } from '../harness/test-cluster';
import { runnable, shellBlocks } from './shell-blocks';

/** A command that waits for something is killed by this; none should. */
const HANGS_AFTER_MS = 60_000;

const root = projectRoot();
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => join('docs', name)),
];

/** Those that are run. */
const blocksOf = (document: string) => {
  const file = join(root, document);
  if (!existsSync(file)) return [];
  return shellBlocks(readFileSync(file, 'utf8')).filter(({ notRun }) => notRun === undefined);
};

test('README.md has commands to copy', () => {
  expect(existsSync(join(root, 'README.md'))).toBe(true);
  expect(blocksOf('README.md')).not.toEqual([]);
});

/** Each document begins with an empty cluster, and its blocks build on each other. */
describe.each(documents.filter((one) => blocksOf(one).length > 0))('%s', (document) => {
  const blocks = blocksOf(document);
  let cluster: TestCluster;
  let folder: string;

  beforeAll(async () => {
    cluster = await TestCluster.start();
    // Commands are written for the project's folder; what they leave behind goes elsewhere.
    folder = await mkdtemp(join(cluster.directory, 'docs-'));
    for (const name of ['bin', 'config']) {
      if (existsSync(join(root, name))) symlinkSync(join(root, name), join(folder, name));
    }
  });
  afterAll(() => cluster.stop());

  test.each(blocks)('the commands in line $line', async ({ script }) => {
    const addresses = { broker: cluster.bootstrap, zookeeper: cluster.zookeeperConnect };
    const { status, output } = await bash(runnable(script, addresses), folder);
    // What failed is only understood together with its output.
    expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
  });
});

interface Ran {
  readonly status: number | 'hung';
  readonly output: string;
}

async function bash(script: string, cwd: string): Promise<Ran> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    env: { ...process.env, KAFKA_CLASSIC_RUN_DIR: join(cwd, 'run'), LOG_DIR: join(cwd, 'logs') },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that a hanging pipeline goes as a whole.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  let hung = false;
  const alarm = setTimeout(() => {
    hung = true;
    process.kill(-child.pid!, 'SIGKILL');
  }, HANGS_AFTER_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(alarm);
  return { status: hung ? 'hung' : (code ?? 128), output };
}
