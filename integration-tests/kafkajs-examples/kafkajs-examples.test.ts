import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../tools/cli/project-root';
import { TestCluster } from '../harness/test-cluster';

const run = promisify(execFile);
const here = join(projectRoot(), 'integration-tests', 'kafkajs-examples');

/** Programs in the manner of KafkaJS's documentation, and what they print. */
const programs = readdirSync(join(here, 'programs')).map((file) => basename(file, '.js'));

/** Inside of the package, where its own name leads to it. */
const folder = join(projectRoot(), '.cache', 'kafkajs-examples');

let cluster: TestCluster;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  cluster = await TestCluster.start({ configs: { 'group.initial.rebalance.delay.ms': '0' } });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cluster.stop();
});

test('there are ten of them', () => expect(programs).toHaveLength(10));

/** Ours speaks its own protocol, KafkaJS itself Kafka's, to the same broker. */
const libraries = { ours: 'kafka-classic/kafkajs', theirs: 'kafkajs' };

test.each(programs)('%s prints the same with either library', async (name) => {
  const [ours, theirs] = await Promise.all([printed(name, 'ours'), printed(name, 'theirs')]);
  const stdout = readFileSync(join(here, 'expected', `${name}.txt`), 'utf8');
  expect(ours).toEqual({ stdout, stderr: '' });
  expect(theirs).toEqual({ stdout, stderr: '' });
});

/** What a program prints of which nothing but the import was changed. */
async function printed(name: string, which: keyof typeof libraries) {
  const program = readFileSync(join(here, 'programs', `${name}.js`), 'utf8');
  const file = join(folder, `${name}-${which}.js`);
  writeFileSync(file, program.replace("require('kafkajs')", `require('${libraries[which]}')`));
  const { stdout, stderr } = await run(process.execPath, [file], {
    env: { ...process.env, BROKERS: cluster.bootstrap, RUN: which },
    timeout: 60_000,
  });
  return { stdout, stderr };
}
