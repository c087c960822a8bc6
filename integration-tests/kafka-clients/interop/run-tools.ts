import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MultiBrokerCluster } from '../../harness/multi-broker-cluster';
import { processGuard } from '../../harness/process-guard';
import type { InteropProgram } from './interop-client';

const TOOLS = 'org.apache.kafka.tools';
const TOPIC = 'kafka-tools';
const GROUP = 'kafka-tools-group';
const RECORDS = 20;
/** After this a tool hangs. In milliseconds. */
const LIMIT_MS = 60_000;

/** A command line, and what its output must look like. */
interface Step {
  /** As in Kafka's bin folder. */
  readonly name: string;
  readonly tool: string;
  readonly args: readonly string[];
  readonly input?: string;
  /** Each is found in the output. */
  readonly shows: readonly RegExp[];
  /** Whether it takes `--bootstrap-server`; default yes. */
  readonly isLocal?: boolean;
}

/** Runs Kafka's command-line tools one after the other. @returns what was seen to work */
export async function runTools(
  program: InteropProgram,
  cluster: MultiBrokerCluster,
): Promise<string[]> {
  const seen: string[] = [];
  for (const step of [...topicSteps(), ...groupSteps(), ...clusterSteps(cluster)]) {
    const output = await run(program, step, cluster.addresses.join());
    for (const shown of step.shows) {
      if (!shown.test(output)) throw new Error(`${step.name} did not show ${shown}:\n${output}`);
    }
    seen.push(step.name);
  }
  const [log] = readdirSync(join(cluster.dataDirectory(1), `${TOPIC}-0`)).filter((name) =>
    name.endsWith('.log'),
  );
  const file = join(cluster.dataDirectory(1), `${TOPIC}-0`, log!);
  const dump: Step = {
    name: 'kafka-dump-log',
    tool: 'kafka.tools.DumpLogSegments',
    args: ['--files', file, '--deep-iteration', '--print-data-log'],
    shows: [/Log starting offset: 0/, /isvalid: true|payload: v/],
    isLocal: true,
  };
  const dumped = await run(program, dump, '');
  if (!dump.shows.every((shown) => shown.test(dumped))) throw new Error(dumped);
  return [...seen, dump.name];
}

function topicSteps(): Step[] {
  const topics = (args: readonly string[], ...shows: RegExp[]): Step => ({
    name: `kafka-topics ${args[0]}`,
    tool: `${TOOLS}.TopicCommand`,
    args,
    shows,
  });
  const configs = (args: readonly string[], ...shows: RegExp[]): Step => ({
    name: `kafka-configs ${args[0]} ${args[2]}`,
    tool: 'kafka.admin.ConfigCommand',
    args,
    shows,
  });
  const ofTopic = ['--entity-type', 'topics', '--entity-name', TOPIC];
  const ofBroker = ['--entity-type', 'brokers', '--entity-name', '1'];
  const lines = Array.from({ length: RECORDS }, (_, i) => `k${i}:v${i}\n`).join('');
  const keys = ['--property', 'parse.key=true', '--property', 'key.separator=:'];
  return [
    topics(
      ['--create', '--topic', TOPIC, '--partitions', '1', '--replication-factor', '3'],
      /Created topic kafka-tools\./,
    ),
    topics(['--list'], /^kafka-tools$/m),
    topics(['--alter', '--topic', TOPIC, '--partitions', '2']),
    topics(
      ['--describe', '--topic', TOPIC],
      /TopicId: [\w-]{22}\tPartitionCount: 2\tReplicationFactor: 3/,
      /Partition: 1\tLeader: [123]\tReplicas: [123],[123],[123]\tIsr: [123],[123],[123]/,
    ),
    configs(['--alter', ...ofTopic, '--add-config', 'retention.ms=1000000'], /Completed updating/),
    configs(['--describe', ...ofTopic], /retention\.ms=1000000.*DYNAMIC_TOPIC_CONFIG/),
    configs(['--alter', ...ofBroker, '--add-config', 'log.cleaner.threads=2'], /Completed/),
    configs(['--describe', ...ofBroker], /log\.cleaner\.threads=2.*DYNAMIC_BROKER_CONFIG/),
    {
      name: 'kafka-console-producer',
      tool: 'kafka.tools.ConsoleProducer',
      args: ['--topic', TOPIC, ...keys],
      input: lines,
      shows: [],
    },
  ];
}

function groupSteps(): Step[] {
  const groups = (args: readonly string[], ...shows: RegExp[]): Step => ({
    name: `kafka-consumer-groups ${args[0]}`,
    tool: `${TOOLS}.consumer.group.ConsumerGroupCommand`,
    args,
    shows,
  });
  const group = ['--group', GROUP];
  const upTo = ['--from-beginning', '--max-messages', String(RECORDS)];
  const reset = ['--topic', TOPIC, '--to-earliest', '--execute'];
  return [
    {
      name: 'kafka-console-consumer',
      tool: `${TOOLS}.consumer.ConsoleConsumer`,
      args: ['--topic', TOPIC, ...group, ...upTo, '--property', 'print.key=true'],
      shows: [/^k0\tv0$/m, /^k19\tv19$/m, /Processed a total of 20 messages/],
    },
    groups(['--list', '--state'], /kafka-tools-group +Empty/),
    groups(['--describe', ...group], /kafka-tools-group +kafka-tools +0 +\d+ +\d+ +0 /),
    groups(['--reset-offsets', ...group, ...reset], /kafka-tools-group +kafka-tools +0 +0/),
    groups(['--delete-offsets', ...group, '--topic', TOPIC], /Successful/),
    groups(['--delete', ...group], /was successful/),
    {
      name: 'kafka-verifiable-consumer',
      tool: `${TOOLS}.VerifiableConsumer`,
      args: [
        ...['--topic', TOPIC, '--group-id', GROUP, '--reset-policy', 'earliest'],
        ...['--max-messages', String(RECORDS)],
      ],
      shows: [/"partitions_assigned"/, /"offsets_committed".*"success":true/, /shutdown_complete/],
    },
  ];
}

function clusterSteps(cluster: MultiBrokerCluster): Step[] {
  const plan = join(cluster.directory, 'reassignment.json');
  const replicas = (partition: number) => ({ topic: TOPIC, partition, replicas: [2, 1, 3] });
  writeFileSync(plan, JSON.stringify({ version: 1, partitions: [replicas(0), replicas(1)] }));
  const deletion = join(cluster.directory, 'deletion.json');
  const before = { topic: TOPIC, partition: 1, offset: 1 };
  writeFileSync(deletion, JSON.stringify({ partitions: [before] }));
  const reassign = (args: readonly string[], ...shows: RegExp[]): Step => ({
    name: `kafka-reassign-partitions ${args[0]}`,
    tool: `${TOOLS}.reassign.ReassignPartitionsCommand`,
    args: [...args, '--reassignment-json-file', plan],
    shows,
  });
  const tool = (name: string, main: string, args: readonly string[], ...shows: RegExp[]): Step => ({
    name,
    tool: main,
    args,
    shows,
  });
  return [
    tool(
      'kafka-get-offsets',
      `${TOOLS}.GetOffsetShell`,
      ['--topic', TOPIC],
      /^kafka-tools:0:\d+$/m,
    ),
    reassign(['--execute', '--throttle', '10000000'], /Successfully started/),
    // The replicas stay, only their order changes: that is done at once.
    reassign(['--verify'], /partition kafka-tools-1 is completed/, /Clearing broker-level/),
    tool('kafka-leader-election', `${TOOLS}.LeaderElectionCommand`, [
      '--election-type',
      'preferred',
      '--all-topic-partitions',
    ]),
    tool(
      'kafka-delete-records',
      `${TOOLS}.DeleteRecordsCommand`,
      ['--offset-json-file', deletion],
      /partition: kafka-tools-1\tlow_watermark: 1/,
    ),
    tool(
      'kafka-log-dirs',
      `${TOOLS}.LogDirsCommand`,
      ['--describe', '--topic-list', TOPIC],
      /"partition":"kafka-tools-0","size":\d+,"offsetLag":0,"isFuture":false/,
    ),
    tool(
      'kafka-broker-api-versions',
      'kafka.admin.BrokerApiVersionsCommand',
      [],
      /Fetch\(1\): \d+ to \d+ \[usable: 17\]/,
    ),
    tool(
      'kafka-verifiable-producer',
      `${TOOLS}.VerifiableProducer`,
      ['--topic', TOPIC, '--max-messages', '5'],
      /"sent":5,"acked":5/,
    ),
  ];
}

/** @returns what it wrote @throws Error when it fails or takes too long */
async function run(
  { program, args }: InteropProgram,
  { name, tool, args: words, input = '', isLocal = false }: Step,
  servers: string,
): Promise<string> {
  const where = isLocal ? [] : ['--bootstrap-server', servers];
  const child = spawn(program, [...args, tool, ...where, ...words], { timeout: LIMIT_MS });
  processGuard.add(child);
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}:\n${output}`);
  return output;
}
