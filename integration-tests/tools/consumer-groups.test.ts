import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka } from '../../client';
import { ranCommand, type RanCommand } from '../../tools/cli/testing';
import { definition as groupsTool } from '../../tools/kafka-consumer-groups';
import { TestCluster } from '../harness/test-cluster';
import { runTool, ToolProcess } from './tool-process';

let cluster: TestCluster;
let consumer: ToolProcess | undefined;
beforeAll(async () => {
  cluster = await TestCluster.start({ configs: { 'group.initial.rebalance.delay.ms': '0' } });
  const kafka = new Kafka({ brokers: [cluster.bootstrap] });
  const admin = kafka.admin();
  await admin.createTopics([{ topic: 'clicks', numPartitions: 2 }]);
  await admin.close();
  const producer = kafka.producer();
  const messages = Array.from({ length: 20 }, (_, i) => ({ value: `${i}`, partition: i % 2 }));
  await producer.send({ topic: 'clicks', messages });
  await producer.close();
});
afterAll(async () => {
  consumer?.child.kill('SIGKILL');
  await cluster.stop();
});

const groups = (...args: string[]): Promise<RanCommand> =>
  ranCommand(groupsTool, ['--bootstrap-server', cluster.bootstrap, ...args]);

const reading = (...args: string[]) => [
  ...['--bootstrap-server', cluster.bootstrap, '--topic', 'clicks', '--from-beginning', ...args],
];

/** Rows of `--describe` without their header, as words. */
const rows = ({ stdout }: RanCommand): string[][] =>
  stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/ +/));

const lags = async (group: string): Promise<number> => {
  const described = await groups('--describe', '--group', group);
  return rows(described).reduce((sum, [, , , , , lag]) => sum + Number(lag), 0);
};

test('kafka-console-consumer --group goes on where the group has got to, to the record', async () => {
  const first = await runTool('kafka-console-consumer', [
    ...reading('--group', 'console', '--max-messages', '7'),
  ]);
  expect(first).toMatchObject({ code: 0, stderr: 'Processed a total of 7 messages\n' });
  expect(await lags('console')).toBe(13);
  const second = await runTool('kafka-console-consumer', [
    ...reading('--group', 'console', '--max-messages', '13'),
  ]);
  const values = `${first.stdout}${second.stdout}`.trim().split('\n');
  expect(values.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(await lags('console')).toBe(0);
});

test('a group that reads: described, and not to be reset or deleted', async () => {
  consumer = new ToolProcess('kafka-verifiable-consumer', [
    ...['--bootstrap-server', cluster.bootstrap, '--topic', 'clicks', '--group-id', 'readers'],
  ]);
  await consumer.says('"offset":10}],"success":true');
  const members = await groups('--describe', '--group', 'readers', '--members', '--verbose');
  expect(rows(members)).toEqual([
    [
      'readers',
      expect.stringMatching(/^verifiable-consumer-/),
      '/127.0.0.1',
      'verifiable-consumer',
      '2',
      'clicks(0,1)',
    ],
  ]);
  const state = await groups('--describe', '--group', 'readers', '--state');
  expect(rows(state)).toEqual([['readers', cluster.bootstrap, '(1)', 'range', 'Stable', '1']]);
  const offsets = await groups('--describe', '--group', 'readers');
  expect(rows(offsets).map((cells) => cells.slice(0, 3))).toEqual([
    ['readers', 'clicks', '0'],
    ['readers', 'clicks', '1'],
  ]);
  const refused = await groups(
    ...['--reset-offsets', '--group', 'readers', '--all-topics', '--to-earliest', '--execute'],
  );
  expect(refused.stderr).toContain('but the current state is Stable.');
  const undeleted = await groups('--delete', '--group', 'readers');
  expect(undeleted.stderr).toContain(
    "Group 'readers' could not be deleted due to: NON_EMPTY_GROUP",
  );
  consumer.child.kill('SIGTERM');
  const { stdout } = await consumer.ended;
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { name: string }).name);
  expect(names.slice(-2)).toEqual(['partitions_revoked', 'shutdown_complete']);
  expect(names).toContain('partitions_assigned');
  expect((await groups('--describe', '--group', 'readers')).stderr).toContain('no active members');
});

test('offsets: reset, exported, reset from the file, deleted; then the group', async () => {
  const perf = await runTool('kafka-consumer-perf-test', [
    ...['--bootstrap-server', cluster.bootstrap, '--topic', 'clicks', '--messages', '20'],
    ...['--group', 'perf', '--hide-header'],
  ]);
  expect(perf).toMatchObject({ code: 0, stderr: '' });
  const reset = (...args: string[]) => groups('--reset-offsets', '--group', 'perf', ...args);
  const done = await reset('--topic', 'clicks:0,1', '--to-offset', '4', '--execute');
  expect(rows(done)).toEqual([
    ['perf', 'clicks', '0', '4'],
    ['perf', 'clicks', '1', '4'],
  ]);
  expect(await lags('perf')).toBe(12);
  const exported = await reset('--all-topics', '--shift-by', '2', '--export', '--dry-run');
  expect(exported).toMatchObject({ code: 0, stdout: 'clicks,0,6\nclicks,1,6\n' });
  expect(await lags('perf')).toBe(12);
  const file = join(cluster.directory, 'plan.csv');
  writeFileSync(file, exported.stdout);
  await reset('--from-file', file, '--execute');
  expect(await lags('perf')).toBe(8);
  const forgotten = await groups('--delete-offsets', '--group', 'perf', '--topic', 'clicks:1');
  expect(forgotten).toMatchObject({ code: 0, stderr: '' });
  expect(rows(await groups('--describe', '--group', 'perf'))).toHaveLength(1);
  const deleted = await groups('--delete', '--group', 'perf');
  expect(deleted).toMatchObject({ code: 0, stderr: '' });
  const listed = await groups('--list');
  expect(listed.stdout.split('\n')).not.toContain('perf');
  const gone = await groups('--describe', '--group', 'perf');
  expect(gone).toMatchObject({ code: 1, stdout: '' });
  expect(gone.stderr).toContain("Error: Consumer group 'perf' does not exist.");
});
