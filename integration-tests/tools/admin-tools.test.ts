import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from '../../client/network';
import { Producer } from '../../client/producer';
import { projectRoot } from '../../tools/cli/project-root';
import { freePorts } from '../../tools/dev/free-ports';
import type { CommandDefinition } from '../../tools/cli/command';
import { ranCommand, type RanCommand } from '../../tools/cli/testing';
import { definition as apiVersions } from '../../tools/kafka-broker-api-versions';
import { definition as clusterTool } from '../../tools/kafka-cluster';
import { definition as configs } from '../../tools/kafka-configs';
import { definition as deleteRecords } from '../../tools/kafka-delete-records';
import { definition as getOffsets } from '../../tools/kafka-get-offsets';
import { definition as logDirs } from '../../tools/kafka-log-dirs';
import { definition as topics } from '../../tools/kafka-topics';
import { TestCluster } from '../harness/test-cluster';

const tools = {
  'kafka-topics': topics,
  'kafka-configs': configs,
  'kafka-get-offsets': getOffsets,
  'kafka-delete-records': deleteRecords,
  'kafka-log-dirs': logDirs,
  'kafka-broker-api-versions': apiVersions,
  'kafka-cluster': clusterTool,
};
type ToolName = keyof typeof tools;

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start({ configs: { 'auto.create.topics.enable': 'false' } });
});
afterAll(() => cluster.stop());

/** Runs a built tool as a user does, through its launcher. */
async function launched(name: ToolName, args: readonly string[]): Promise<RanCommand> {
  const child = spawn(join(projectRoot(), 'bin', `${name}.sh`), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

/** Runs a tool in this process, against the cluster. */
function tool(name: ToolName, ...args: readonly string[]): Promise<RanCommand> {
  const argv = ['--bootstrap-server', cluster.bootstrap, ...args];
  return ranCommand(tools[name] as CommandDefinition<unknown>, argv);
}

/** As {@link tool}; fails unless it ends with 0 and without a word on stderr. */
async function output(name: ToolName, ...args: readonly string[]): Promise<string> {
  const ran = await tool(name, ...args);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return ran.stdout;
}

/** Sends values 0 to count - 1, a millisecond apart from timestamp 1000 on. */
async function produce(topic: string, partition: number, count: number): Promise<void> {
  const producer = new Producer(new Cluster({ brokers: [cluster.bootstrap] }));
  const messages = Array.from({ length: count }, (_, i) => ({
    value: String(i),
    partition,
    timestamp: 1000 + i,
  }));
  await producer.send({ topic, messages });
  await producer.close();
}

function file(name: string, text: string): string {
  const path = join(cluster.directory, name);
  writeFileSync(path, text);
  return path;
}

describe('kafka-topics', () => {
  test('creates, describes, lists, extends and deletes a topic', async () => {
    const name = 'life';
    expect(
      await output(
        'kafka-topics',
        '--create',
        '--topic',
        name,
        '--partitions',
        '2',
        '--config',
        'segment.bytes=1000000',
        '--config',
        'retention.ms=-1',
      ),
    ).toBe('Created topic life.\n');

    const described = (await output('kafka-topics', '--describe', '--topic', name)).split('\n');
    expect(described).toEqual([
      expect.stringMatching(
        /^Topic: life\tTopicId: [\w-]{22}\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: (retention\.ms=-1,segment\.bytes=1000000|segment\.bytes=1000000,retention\.ms=-1)$/,
      ),
      '\tTopic: life\tPartition: 0\tLeader: 1\tReplicas: 1\tIsr: 1\tElr: N/A\tLastKnownElr: N/A',
      '\tTopic: life\tPartition: 1\tLeader: 1\tReplicas: 1\tIsr: 1\tElr: N/A\tLastKnownElr: N/A',
      '',
    ]);
    const id = /TopicId: (\S+)/.exec(described[0])![1];
    expect(await output('kafka-topics', '--describe', '--topic-id', id)).toBe(described.join('\n'));
    expect((await output('kafka-topics', '--list')).split('\n')).toContain(name);
    expect(await output('kafka-topics', '--list', '--topic', 'l.fe')).toBe('life\n');

    const json = await output('kafka-topics', '--describe', '--topic', name, '--json');
    expect(JSON.parse(json)).toEqual([
      {
        topic: name,
        topicId: id,
        partitionCount: 2,
        replicationFactor: 1,
        configs: { 'retention.ms': '-1', 'segment.bytes': '1000000' },
        partitions: [0, 1].map((partition) => ({ partition, leader: 1, replicas: [1], isr: [1] })),
      },
    ]);

    expect(await output('kafka-topics', '--alter', '--topic', name, '--partitions', '3')).toBe('');
    expect(await output('kafka-topics', '--describe', '--topic', name)).toContain(
      'PartitionCount: 3',
    );
    expect(await output('kafka-topics', '--delete', '--topic', name)).toBe('');
    expect(await output('kafka-topics', '--list', '--topic', name)).toBe('');
  });

  test('places replicas as it is told', async () => {
    await output('kafka-topics', '--create', '--topic', 'placed', '--replica-assignment', '1,1');
    await output(
      ...(['kafka-topics', '--alter', '--topic', 'placed'] as const),
      ...['--partitions', '3', '--replica-assignment', '1,1,1'],
    );
    const placed = await output('kafka-topics', '--describe', '--topic', 'placed', '--json');
    expect(JSON.parse(placed)).toMatchObject([{ topic: 'placed', partitionCount: 3 }]);
  });

  test('reports partitions in trouble, and topics with overrides', async () => {
    await output('kafka-topics', '--create', '--topic', 'plain');
    await output(
      ...(['kafka-topics', '--create', '--topic', 'strict'] as const),
      ...['--config', 'min.insync.replicas=2'],
    );
    const report = (...flags: string[]): Promise<string> =>
      output('kafka-topics', '--describe', '--topic', 'plain,strict', ...flags);
    expect(await report('--under-replicated-partitions')).toBe('');
    expect(await report('--unavailable-partitions')).toBe('');
    expect(await report('--under-min-isr-partitions')).toMatch(/^\tTopic: strict\t[^\n]*\n$/);
    expect(await report('--at-min-isr-partitions')).toMatch(/^\tTopic: plain\t[^\n]*\n$/);
    expect(await report('--topics-with-overrides')).toMatch(
      /^Topic: strict\t.*Configs: min\.insync\.replicas=2\n$/,
    );
  });

  test('does nothing where it is told not to mind', async () => {
    await output('kafka-topics', '--create', '--topic', 'twice');
    expect(await output('kafka-topics', '--create', '--topic', 'twice', '--if-not-exists')).toBe(
      '',
    );
    for (const action of [['--delete'], ['--describe'], ['--alter', '--partitions', '3']]) {
      expect(await output('kafka-topics', ...action, '--topic', 'none', '--if-exists')).toBe('');
    }
  });

  test.each([
    [['--create', '--topic', 'plain'], "Topic 'plain' already exists."],
    [['--describe', '--topic', 'none'], "Topic 'none' does not exist as expected"],
    [['--delete', '--topic', 'none'], "Topic 'none' does not exist as expected"],
    [
      ['--alter', '--topic', 'none', '--partitions', '3'],
      "Topic 'none' does not exist as expected",
    ],
    [['--describe', '--topic-id', 'AAAAAAAAAAAAAAAAAAAAAQ'], "TopicId 'AAAAAAAAAAAAAAAAAAAAAQ'"],
    [['--alter', '--topic', 'plain', '--partitions', '1'], 'INVALID_PARTITIONS'],
    [['--create', '--topic', 'a b'], 'INVALID_TOPIC_EXCEPTION'],
    [['--create', '--topic', 'x', '--replication-factor', '2'], 'INVALID_REPLICATION_FACTOR'],
    [['--create', '--topic', 'x', '--config', 'no.such=1'], 'INVALID_CONFIG'],
  ])('fails with a reason: %j', async (args, reason) => {
    const ran = await tool('kafka-topics', ...args);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^Error: [^\n]*\n$/);
    expect(ran.stderr).toContain(reason);
  });

  test('warns of names that metrics confuse', async () => {
    const text = await output('kafka-topics', '--create', '--topic', 'a.b');
    expect(text).toMatch(
      /^WARNING: Due to limitations in metric names[^\n]*\nCreated topic a\.b\.\n$/,
    );
  });
});

describe('kafka-configs', () => {
  test('sets, shows and unsets configs of a topic', async () => {
    await output('kafka-topics', '--create', '--topic', 'tuned');
    expect(
      await output(
        'kafka-configs',
        '--alter',
        '--topic',
        'tuned',
        '--add-config',
        'cleanup.policy=[compact,delete],retention.ms=1000',
      ),
    ).toBe('Completed updating config for topic tuned.\n');
    const properties = file('topic.properties', 'segment.bytes=2000000\n');
    await output(
      ...(['kafka-configs', '--alter', '--entity-type', 'topics', '--entity-name'] as const),
      ...['tuned', '--add-config-file', properties, '--delete-config', 'retention.ms'],
    );
    expect(await output('kafka-configs', '--describe', '--topic', 'tuned')).toBe(
      'Dynamic configs for topic tuned are:\n' +
        '  cleanup.policy=compact,delete sensitive=false synonyms=' +
        '{DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, ' +
        'DEFAULT_CONFIG:log.cleanup.policy=delete}\n' +
        '  segment.bytes=2000000 sensitive=false synonyms=' +
        '{DYNAMIC_TOPIC_CONFIG:segment.bytes=2000000, ' +
        'DEFAULT_CONFIG:log.segment.bytes=1073741824}\n',
    );
    const all = await output('kafka-configs', '--describe', '--topic', 'tuned', '--all');
    expect(all).toMatch(/^All configs for topic tuned are:\n/);
    expect(all).toContain('  max.message.bytes=');
    const every = await output('kafka-configs', '--describe', '--entity-type', 'topics');
    expect(every).toContain('Dynamic configs for topic tuned are:\n  cleanup.policy=');
  });

  test('sets, shows and unsets configs of brokers', async () => {
    expect(
      await output(
        'kafka-configs',
        '--alter',
        '--broker',
        '1',
        '--add-config',
        'log.retention.ms=5000',
      ),
    ).toBe('Completed updating config for broker 1.\n');
    expect(
      await output(
        'kafka-configs',
        '--alter',
        '--broker-defaults',
        '--add-config',
        'log.segment.bytes=3000000',
      ),
    ).toBe('Completed updating default config for brokers in the cluster.\n');

    const own = await output('kafka-configs', '--describe', '--broker', '1');
    expect(own).toMatch(
      /^Dynamic configs for broker 1 are:\n {2}log\.retention\.ms=5000 [^\n]*\n$/,
    );
    const defaults = await output('kafka-configs', '--describe', '--broker-defaults');
    expect(defaults).toMatch(
      /^Default configs for brokers in the cluster are:\n {2}log\.segment\.bytes=3000000 [^\n]*\n$/,
    );
    const brokers = ['--describe', '--entity-type', 'brokers'];
    expect(await output('kafka-configs', ...brokers)).toBe(own + defaults);
    const json: unknown = JSON.parse(await output('kafka-configs', ...brokers, '--json'));
    expect(json).toMatchObject([
      { entityType: 'brokers', entityName: '1', configs: [{ name: 'log.retention.ms' }] },
      { entityType: 'brokers', entityName: '', configs: [{ name: 'log.segment.bytes' }] },
    ]);

    await output(
      'kafka-configs',
      '--alter',
      '--broker',
      '1',
      '--delete-config',
      'log.retention.ms',
    );
    await output(
      ...(['kafka-configs', '--alter', '--entity-type', 'brokers', '--entity-default'] as const),
      ...['--delete-config', 'log.segment.bytes'],
    );
    expect(await output('kafka-configs', ...brokers)).toBe(
      'Dynamic configs for broker 1 are:\nDefault configs for brokers in the cluster are:\n',
    );
  });

  test.each([
    [['--describe', '--topic', 'none'], 'There is no topic "none".'],
    [
      ['--alter', '--topic', 'tuned', '--delete-config', 'retention.bytes'],
      'Invalid config(s): retention.bytes',
    ],
    [['--alter', '--topic', 'tuned', '--add-config', 'no.such=1'], 'INVALID_CONFIG'],
    [['--alter', '--topic', 'tuned', '--add-config', 'retention.ms=soon'], 'INVALID_CONFIG'],
    [['--describe', '--broker', '9'], 'broker 9'],
  ])('fails with a reason: %j', async (args, reason) => {
    const ran = await tool('kafka-configs', ...args);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^Error: [^\n]*\n$/);
    expect(ran.stderr).toContain(reason);
  });
});

describe('offsets', () => {
  beforeAll(async () => {
    await output('kafka-topics', '--create', '--topic', 'filled', '--partitions', '11');
    await produce('filled', 0, 10);
    await produce('filled', 10, 3);
  });

  test('kafka-get-offsets finds ends, starts and times', async () => {
    const all = await output('kafka-get-offsets', '--topic', 'filled');
    expect(all.split('\n').slice(0, 4)).toEqual([
      'filled:0:10',
      'filled:1:0',
      'filled:10:3',
      'filled:2:0',
    ]);
    const two = ['--topic-partitions', 'filled:0,fil.*:10-'];
    expect(await output('kafka-get-offsets', ...two)).toBe('filled:0:10\nfilled:10:3\n');
    expect(await output('kafka-get-offsets', ...two, '--time', '-2')).toBe(
      'filled:0:0\nfilled:10:0\n',
    );
    expect(await output('kafka-get-offsets', ...two, '--time', '-3')).toBe(
      'filled:0:9\nfilled:10:2\n',
    );
    expect(await output('kafka-get-offsets', ...two, '--time', '1005')).toBe('filled:0:5\n');
    const json = await output('kafka-get-offsets', ...two, '--json');
    expect(JSON.parse(json)).toEqual([
      { topic: 'filled', partition: 0, offset: 10 },
      { topic: 'filled', partition: 10, offset: 3 },
    ]);
  });

  test('kafka-get-offsets says when nothing matches', async () => {
    const ran = await tool('kafka-get-offsets', '--topic', 'none');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('Could not match any topic-partitions');
  });

  test('kafka-delete-records cuts the beginning', async () => {
    const entries = [{ topic: 'filled', partition: 0, offset: 4 }];
    const path = file('delete.json', JSON.stringify({ partitions: entries, version: 1 }));
    expect(await output('kafka-delete-records', '--offset-json-file', path)).toBe(
      'Executing records delete operation\n' +
        'Records delete operation completed:\n' +
        'partition: filled-0\tlow_watermark: 4\n',
    );
    expect(
      await output('kafka-get-offsets', '--topic-partitions', 'filled:0', '--time', 'earliest'),
    ).toBe('filled:0:4\n');
  });

  test('kafka-delete-records says which partitions failed', async () => {
    const entries = [
      { topic: 'filled', partition: 10, offset: 1 },
      { topic: 'filled', partition: 0, offset: 99 },
      { topic: 'filled', partition: 77, offset: 1 },
      { topic: 'none', partition: 0, offset: 1 },
    ];
    const path = file('bad.json', JSON.stringify({ partitions: entries, version: 1 }));
    const ran = await tool('kafka-delete-records', '--offset-json-file', path);
    expect(ran).toMatchObject({ code: 1, stderr: '' });
    expect(ran.stdout.split('\n').slice(2)).toEqual([
      'partition: filled-10\tlow_watermark: 1',
      expect.stringMatching(/^partition: filled-0\terror: OFFSET_OUT_OF_RANGE/),
      expect.stringMatching(/^partition: filled-77\terror: UNKNOWN_TOPIC_OR_PARTITION/),
      expect.stringMatching(/^partition: none-0\terror: UNKNOWN_TOPIC_OR_PARTITION/),
      '',
    ]);
  });

  test('kafka-delete-records wants its file', async () => {
    const missing = await tool('kafka-delete-records', '--offset-json-file', '/no/such/file');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/^Error: .*\/no\/such\/file/);
    expect(await tool('kafka-delete-records')).toMatchObject({ code: 2, stdout: '' });
  });

  test('kafka-log-dirs shows what lies where', async () => {
    const [querying, received, json] = (
      await output('kafka-log-dirs', '--describe', '--topic-list', 'filled', '--broker-list', '1')
    ).split('\n');
    expect(querying).toBe('Querying brokers for log directories information');
    expect(received).toBe('Received log directory information from brokers 1');
    const { version, brokers } = JSON.parse(json) as {
      version: number;
      brokers: { logDirs: { logDir: string; partitions: { partition: string }[] }[] }[];
    };
    expect(version).toBe(1);
    expect(brokers).toMatchObject([{ broker: 1, logDirs: [{ error: null }] }]);
    const { logDir, partitions } = brokers[0].logDirs[0];
    expect(logDir).toBe(cluster.broker.dataDirectory);
    expect(partitions).toHaveLength(11);
    expect(partitions).toContainEqual({
      partition: 'filled-10',
      size: expect.any(Number) as number,
      offsetLag: 0,
      isFuture: false,
    });
  });

  test('kafka-log-dirs knows its brokers', async () => {
    const ran = await tool('kafka-log-dirs', '--describe', '--broker-list', '1,9');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(
      'The given brokers do not exist from --broker-list: 9. Current existent brokers: 1',
    );
  });
});

describe('the cluster', () => {
  test('kafka-broker-api-versions lists what the broker answers', async () => {
    const lines = (await output('kafka-broker-api-versions')).split('\n');
    expect(lines[0]).toBe(`${cluster.bootstrap} (id: 1 rack: null) -> (`);
    expect(lines[1]).toMatch(/^\tProduce\(0\): \d+ to \d+ \[usable: \d+\],$/);
    expect(lines.slice(-3)).toEqual([expect.stringMatching(/^\t\w+\(\d+\): .*[^,]$/), ')', '']);
    const json: unknown = JSON.parse(await output('kafka-broker-api-versions', '--json'));
    const produceApi = expect.objectContaining({ apiKey: 0, name: 'Produce' }) as unknown;
    expect(json).toMatchObject([
      { broker: 1, apis: expect.arrayContaining([produceApi]) as unknown },
    ]);
  });

  test('kafka-cluster tells the id', async () => {
    expect(await output('kafka-cluster', 'cluster-id')).toMatch(/^Cluster ID: [\w-]{22}\n$/);
    const unregister = await tool('kafka-cluster', 'unregister', '--id', '1');
    expect(unregister).toMatchObject({ code: 1, stdout: '' });
    expect(unregister.stderr).toContain('does not support the broker unregistration API');
  });
});

describe('a tool as it is installed', () => {
  const lines: [ToolName, ...string[]][] = [
    ['kafka-topics', '--list'],
    ['kafka-configs', '--describe', '--broker-defaults'],
    ['kafka-get-offsets', '--topic', 'filled'],
    ['kafka-log-dirs', '--describe'],
    ['kafka-broker-api-versions'],
    ['kafka-cluster', 'cluster-id'],
  ];

  test.each(lines)('%s prints and ends', async (name, ...args) => {
    const ran = await launched(name, [...args, '--bootstrap-server', cluster.bootstrap]);
    expect(ran).toEqual(await tool(name, ...args));
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).not.toBe('');
  });

  test('says quickly which brokers do not answer, and why', async () => {
    const [a, b] = await freePorts(2);
    const dead = `127.0.0.1:${a},localhost:${b}`;
    const ran = await launched('kafka-topics', ['--bootstrap-server', dead, '--list']);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^Error: NO_BROKER_REACHABLE: [^\n]*\n$/);
    expect(ran.stderr).toContain(`127.0.0.1:${a}: connect ECONNREFUSED`);
    expect(ran.stderr).toContain(`localhost:${b}: connect ECONNREFUSED`);
  });

  test('does not wait long for a broker that accepts and says nothing', async () => {
    const properties = file('impatient.properties', 'socket.connection.setup.timeout.ms=200\n');
    cluster.broker.pause();
    const ran = await tool('kafka-topics', '--list', '--command-config', properties);
    cluster.broker.resume();
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`${cluster.bootstrap}: could not connect within 200 ms`);
  });

  test('kafka-delete-records explains itself', async () => {
    expect(await launched('kafka-delete-records', ['--help'])).toMatchObject({ code: 0 });
  });

  test('needs only one broker that answers', async () => {
    const [dead] = await freePorts(1);
    const both = `127.0.0.1:${dead},${cluster.bootstrap}`;
    const ran = await launched('kafka-cluster', ['cluster-id', '-b', both]);
    expect(ran.stdout).toMatch(/^Cluster ID: /);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
  });

  test('takes client configs from a file', async () => {
    const configs = 'client.id=ops\nrequest.timeout.ms=5000\nsend.buffer.bytes=1\n';
    const properties = file('client.properties', configs);
    const ran = await tool('kafka-topics', '--list', '--command-config', properties);
    const stderr = 'Ignored in the --command-config file: send.buffer.bytes=1\n';
    expect(ran).toMatchObject({ code: 0, stderr });
  });

  test('refuses client configs that it does not know', async () => {
    const properties = file('mistyped.properties', 'request.timeout=5000\n');
    const ran = await tool('kafka-topics', '--list', '--command-config', properties);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('Did you mean request.timeout.ms?');
  });

  test('does not mind a broken pipe', async () => {
    const line = `${join(projectRoot(), 'bin', 'kafka-topics.sh')} --describe --bootstrap-server ${cluster.bootstrap}`;
    const child = spawn('bash', ['-c', `set -o pipefail; ${line} | true`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
