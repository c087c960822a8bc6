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

/** Ours over its own protocol, and KafkaJS itself over Kafka's, against the same broker. */
describe.each([
  { library: 'kafka-classic/kafkajs', name: 'ours' },
  { library: 'kafkajs', name: 'theirs' },
])('with $library', ({ library, name: suffix }) => {
  test.each(programs)('%s', async (name) => {
    const program = readFileSync(join(here, 'programs', `${name}.js`), 'utf8');
    const file = join(folder, `${name}-${suffix}.js`);
    writeFileSync(file, program.replace("require('kafkajs')", `require('${library}')`));
    const { stdout, stderr } = await run(process.execPath, [file], {
      env: { ...process.env, BROKERS: cluster.bootstrap, RUN: suffix },
      timeout: 60_000,
    });
    const expected = readFileSync(join(here, 'expected', `${name}.txt`), 'utf8');
    expect({ stdout, stderr }).toEqual({ stdout: expected, stderr: '' });
  });
});
