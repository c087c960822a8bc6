import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../tools/cli/project-root';
import { runProgram } from '../../tools/dev/run-program';
import { TestCluster } from '../harness/test-cluster';

const bin = (name: string): string => join(projectRoot(), 'bin', `${name}.sh`);
const WORDS = Array.from({ length: 200 }, (_, i) => `word ${i}`);

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start({ configs: { 'log.index.interval.bytes': '0' } });
  const at = ['--bootstrap-server', cluster.bootstrap, '--topic', 'words'];
  const created = await runProgram(bin('kafka-topics'), ['--create', '--partitions', '1', ...at]);
  expect(created.code).toBe(0);
  // Two batches: the first of a segment is never indexed.
  for (const words of [WORDS.slice(0, 100), WORDS.slice(100)]) {
    const producer = spawn(bin('kafka-console-producer'), ['--compression-codec', 'gzip', ...at]);
    producer.stdin.end(`${words.join('\n')}\n`);
    expect(await once(producer, 'close')).toEqual([0, null]);
  }
});
afterAll(() => cluster.stop());

/** All files of the partition that the tool knows. */
function files(): string {
  const folder = join(cluster.broker.dataDirectory, 'words-0');
  const names = readdirSync(folder).filter((name) => /\.(log|index|timeindex)$/.test(name));
  expect(names).toContain('00000000000000000000.log');
  return names.map((name) => join(folder, name)).join(',');
}

const dump = () => runProgram(bin('kafka-dump-log'), ['--files', files(), '--print-data-log']);

test('the files of a running broker, and of one that has stopped', async () => {
  const running = await dump();
  expect(running.output.match(/payload: word \d+$/gm)).toEqual(
    WORDS.map((word) => `payload: ${word}`),
  );
  expect(running.output).toContain('compresscodec: gzip');
  expect(running.output).not.toMatch(/isvalid: false|Mismatch|not found|invalid bytes/);
  expect(running.code).toBe(0);

  await cluster.broker.stop();
  const stopped = await dump();
  expect(stopped.output).toMatch(/^offset: 199 position: \d+$/m);
  expect(stopped.output).toMatch(/^timestamp: \d+ offset: 199$/m);
  expect(stopped.output).not.toMatch(/isvalid: false|Mismatch|not found|invalid bytes/);
  expect(stopped.code).toBe(0);
});
