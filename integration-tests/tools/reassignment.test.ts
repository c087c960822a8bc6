import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka } from '../../client';
import type { CommandDefinition } from '../../tools/cli/command';
import { ranCommand, type RanCommand } from '../../tools/cli/testing';
import { definition as configs } from '../../tools/kafka-configs';
import { definition as reassign } from '../../tools/kafka-reassign-partitions';
import { definition as replicaVerification } from '../../tools/kafka-replica-verification';
import { definition as topics } from '../../tools/kafka-topics';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { until } from '../harness/until';
import { ToolProcess } from './tool-process';

const tools = {
  'kafka-configs': configs,
  'kafka-reassign-partitions': reassign,
  'kafka-replica-verification': replicaVerification,
  'kafka-topics': topics,
} as Record<string, CommandDefinition<unknown>>;

let cluster: MultiBrokerCluster;
let kafka: Kafka;
beforeAll(async () => {
  cluster = await MultiBrokerCluster.start({
    configs: { 'log.dir.min.free.bytes': '0', 'zookeeper.session.timeout.ms': '6000' },
  });
  kafka = new Kafka({ brokers: cluster.addresses });
});
afterAll(() => cluster.close());

function tool(name: keyof typeof tools, ...args: readonly string[]): Promise<RanCommand> {
  return ranCommand(tools[name], ['--bootstrap-server', cluster.addresses.join(), ...args]);
}

/** Until a broker is known to be dead a tool may have to wait for it, or for another controller. */
const WAITING = /^WARN .* has not succeeded in \d+ s and is tried again: .*\n/gm;

/** What a tool prints; it must end with 0 and with nothing on stderr but what it waits for. */
async function output(name: keyof typeof tools, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tool(name, ...args);
  expect({ code, stderr: stderr.replaceAll(WAITING, '') }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const run = (...args: readonly string[]) => output('kafka-reassign-partitions', ...args);

function file(name: string, content: unknown): string {
  const path = join(cluster.directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function plan(topic: string, replicas: readonly number[]): string {
  return file(`${topic}-${replicas.join('-')}.json`, {
    partitions: [{ topic, partition: 0, replicas }],
    version: 1,
  });
}

async function createTopic(topic: string, replicas: readonly number[]): Promise<void> {
  const admin = kafka.admin();
  await admin.createTopics([{ topic, assignments: [replicas] }]);
  await admin.close();
}

/** Sends numbers with so many bytes each. */
async function produce(topic: string, count: number, bytes: number): Promise<void> {
  const producer = kafka.producer();
  const messages = Array.from({ length: count }, (_, i) => ({ value: String(i).padEnd(bytes) }));
  await producer.send({ topic, messages });
  await producer.close();
}

async function valuesOf(topic: string, count: number): Promise<number[]> {
  const consumer = kafka.consumer();
  await consumer.assign({ topic, offset: 'earliest' });
  const values: number[] = [];
  for await (const { value } of consumer) if (values.push(Number(value)) === count) break;
  await consumer.close();
  return values;
}

/** Runs --verify until it says that all is done. @returns what it printed last */
async function completed(path: string): Promise<string> {
  for (;;) {
    const said = await run('--verify', '--reassignment-json-file', path);
    if (!said.includes('still in progress')) return said;
  }
}

async function replicasOf(topic: string): Promise<readonly number[]> {
  const admin = kafka.admin();
  const [{ partitions }] = await admin.describeTopics([topic]);
  await admin.close();
  return partitions[0].replicas;
}

/** Resolves when all brokers tell of these replicas. */
async function liesOn(topic: string, replicas: readonly number[]): Promise<void> {
  while ((await replicasOf(topic)).join() !== replicas.join());
}

/** The throttles of a topic and of all brokers. */
async function throttles(topic: string): Promise<string[]> {
  const found: string[] = [];
  for (const args of [['--topic', topic], ...cluster.ids.map((id) => ['--broker', String(id)])]) {
    const text = await output('kafka-configs', '--describe', ...args);
    found.push(...[...text.matchAll(/^ {2}(\S*throttled\S*) /gm)].map(([, config]) => config));
  }
  return found;
}

/** Resolves when no broker tells of throttles any more: each hears of changed configs by itself. */
async function unthrottled(topic: string): Promise<void> {
  while ((await throttles(topic)).length > 0);
}

test('a plan is proposed, executed and verified, and can be taken back', async () => {
  await createTopic('moved', [1, 2]);
  await produce('moved', 100, 10);
  const topics = file('topics.json', { topics: [{ topic: 'moved' }], version: 1 });
  const few = ['--generate', '--topics-to-move-json-file', topics, '--broker-list', '3'];
  expect((await tool('kafka-reassign-partitions', ...few)).stderr).toContain('2 replicas, more');
  const proposal = await run(
    ...['--generate', '--topics-to-move-json-file', topics, '--broker-list', '2,3'],
  );
  const [, current, , , proposed] = proposal.split('\n');
  expect(JSON.parse(current)).toMatchObject({ partitions: [{ replicas: [1, 2] }] });
  const target = file('target.json', proposed);

  const executed = await run('--execute', '--reassignment-json-file', target);
  expect(executed).toContain(`Current partition replica assignment\n\n${current}\n\n`);
  expect(executed).toContain('Successfully started partition reassignment for moved-0\n');
  expect(await completed(target)).toBe(
    'Status of partition reassignment:\n' +
      'Reassignment of partition moved-0 is completed.\n\n' +
      'Clearing broker-level throttles on brokers 1,2,3\n' +
      'Clearing topic-level throttles on topic moved\n',
  );
  expect([...(await replicasOf('moved'))].sort()).toEqual([2, 3]);

  const rollback = file('rollback.json', current);
  await run('--execute', '--reassignment-json-file', rollback);
  expect(await completed(rollback)).toContain('moved-0 is completed.');
  await liesOn('moved', [1, 2]);
  expect(await valuesOf('moved', 100)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(await run('--list')).toBe('No partition reassignments found.\n');
});

test('a throttled move takes its time, and everything written meanwhile comes along', async () => {
  const rate = 1_000_000;
  const bytes = 4_000_000;
  await createTopic('slow', [1, 2]);
  await produce('slow', bytes / 10_000, 10_000);
  const target = plan('slow', [3, 2]);
  const writer = new ToolProcess('kafka-verifiable-producer', [
    ...['--bootstrap-server', cluster.addresses.join(), '--topic', 'slow'],
    ...['--throughput', '100', '--value-prefix', '7'],
    ...['--producer.config', file('producer.properties', 'retries=100\n')],
  ]);
  await writer.says('producer_send_success');

  const began = process.hrtime.bigint();
  const executed = await run(
    ...['--execute', '--reassignment-json-file', target, '--throttle', String(rate)],
  );
  expect(executed).toContain(`The inter-broker throttle limit was set to ${rate} B/s\n`);
  const inForce = [
    'follower.replication.throttled.replicas=0:3',
    'leader.replication.throttled.replicas=0:1,0:2',
    ...cluster.ids.flatMap(() => [
      `follower.replication.throttled.rate=${rate}`,
      `leader.replication.throttled.rate=${rate}`,
    ]),
  ];
  while ((await throttles('slow')).join() !== inForce.join());
  const described = await output('kafka-topics', '--describe', '--topic', 'slow');
  expect(described).toContain('\tReplicationFactor: 2\t');
  expect(described).toContain('\tAdding Replicas: 3\tRemoving Replicas: 1\t');
  const missing = ['--describe', '--under-replicated-partitions', '--topic', 'slow'];
  expect(await output('kafka-topics', ...missing)).toBe('');
  const again = ['--execute', '--reassignment-json-file', target];
  const refused = await tool('kafka-reassign-partitions', ...again);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('others are being moved already: slow-0.');
  await completed(target);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  // But for what is worth one second, and one fetch.
  expect(seconds).toBeGreaterThan((bytes - 1024 * 1024) / rate - 1);
  await unthrottled('slow');
  await liesOn('slow', [3, 2]);

  writer.child.kill('SIGTERM');
  const { stdout, code } = await writer.ended;
  expect(code).toBe(143);
  const events = stdout.trim().split('\n').map(eventOf);
  const acked = events.filter(({ name }) => name === 'producer_send_success').length;
  expect(events.at(-1)).toMatchObject({ name: 'tool_data', sent: acked, acked });

  const reader = new ToolProcess('kafka-verifiable-consumer', [
    ...['--bootstrap-server', cluster.addresses.join(), '--topic', 'slow', '--verbose'],
    ...['--max-messages', String(acked + bytes / 10_000)],
  ]);
  const read = await reader.ended;
  expect(read.code).toBe(0);
  const values = read.stdout
    .trim()
    .split('\n')
    .map(eventOf)
    .filter(({ name, value }) => name === 'record_data' && String(value).startsWith('7.'))
    .map(({ value }) => value);
  expect(values).toEqual(Array.from({ length: acked }, (_, i) => `7.${i}`));
  const verified = await output('kafka-replica-verification', '--once');
  expect(verified).toContain('max lag is 0 for partition');
});

test('a move that is cancelled midway leaves nothing behind', async () => {
  await createTopic('back', [1, 2]);
  await produce('back', 300, 10_000);
  const target = plan('back', [3, 2]);
  const options = ['--reassignment-json-file', target];
  await run('--execute', ...options, '--throttle', '50000');
  expect(await run('--list')).toBe(
    'Current partition reassignments:\nback-0: replicas: 3,2,1. adding: 3. removing: 1.\n',
  );
  expect(await run('--verify', ...options)).toContain('back-0 is still in progress.');
  expect(await throttles('back')).not.toEqual([]);

  expect(await run('--cancel', ...options)).toContain(
    'Successfully cancelled partition reassignment for: back-0\n',
  );
  // Brokers hear of changed configs one after the other.
  await unthrottled('back');
  while ([...(await replicasOf('back'))].sort().join() !== '1,2');
  expect(await run('--list')).toBe('No partition reassignments found.\n');
  expect(await run('--cancel', ...options)).toContain(
    'None of the specified partition reassignments are active.\n',
  );
  expect(await valuesOf('back', 300)).toHaveLength(300);
});

test.each([
  ['a broker that is not there', { topic: 'moved', partition: 0, replicas: [1, 9] }, 'id 9.'],
  ['a partition that is not there', { topic: 'moved', partition: 5, replicas: [1] }, 'moved-5'],
  ['a topic that is not there', { topic: 'nil', partition: 0, replicas: [1] }, 'nil-0'],
])('refused: %s', async (_, partition, message) => {
  const path = file('wrong.json', { partitions: [partition] });
  const args = ['--execute', '--reassignment-json-file', path, '--throttle', '5000'];
  const refused = await tool('kafka-reassign-partitions', ...args);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(message);
  await unthrottled('moved');
});

test('away from a broker that is dead; throttle and log are gone when it comes back', async () => {
  await createTopic('orphan', [3, 2]);
  await produce('orphan', 100, 100);
  await cluster.kill(3);
  const target = plan('orphan', [1, 2]);
  await run('--execute', '--reassignment-json-file', target, '--throttle', '10000000');
  expect(await completed(target)).toContain('orphan-0 is completed.');
  await cluster.start(3);
  await unthrottled('orphan');
  const logs = () => readdirSync(cluster.dataDirectory(3)).filter((n) => n.startsWith('orphan-0'));
  await until(
    () => logs().join().endsWith('-stray'),
    () => `its log is not moved aside: ${logs().join()}`,
  );
  expect(await valuesOf('orphan', 100)).toHaveLength(100);
});

function eventOf(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}
