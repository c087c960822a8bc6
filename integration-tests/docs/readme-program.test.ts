import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../tools/cli/project-root';
import { TestCluster } from '../harness/test-cluster';

const run = promisify(execFile);

/** The programs in README.md: without types, so that node runs them as they stand. */
function programs(): string[] {
  const readme = readFileSync(join(projectRoot(), 'README.md'), 'utf8');
  return [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code);
}

test('the program in README.md runs', async () => {
  const cluster = await TestCluster.start();
  // Inside of the package, where its own name leads to it.
  const folder = join(projectRoot(), '.cache', 'readme');
  mkdirSync(folder, { recursive: true });
  try {
    expect(programs()).not.toEqual([]);
    for (const [index, program] of programs().entries()) {
      const file = join(folder, `program-${index}.mjs`);
      writeFileSync(file, program.replaceAll('localhost:9092', cluster.bootstrap));
      const { stdout } = await run(process.execPath, [file], { timeout: 60_000 });
      expect(stdout).toBe('0 0 en hello\n');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await cluster.stop();
  }
});
