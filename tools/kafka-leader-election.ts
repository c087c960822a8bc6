#!/usr/bin/env node
import type { Admin } from '../client/admin';
import {
  bootstrapServers,
  declareAdminOptions,
  integerArgument,
  type AdminOptions,
} from './admin/admin-options';
import { withAdmin } from './admin/admin-session';
import { electionFailure } from './admin/election-failure';
import { outcomes } from './admin/outcomes';
import { readPartitionsFile, type NamedPartition } from './admin/partitions-file';
import { ExitCode, runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { UsageError } from './cli/usage-error';

interface Options extends AdminOptions {
  'admin.config'?: string;
  electionType?: string;
  allTopicPartitions?: boolean;
  topic?: string;
  partition?: number;
  pathToJsonFile?: string;
}

export const definition: CommandDefinition<Options> = {
  name: 'kafka-leader-election',
  summary:
    'Elects leaders: the preferred replicas, or any replica for partitions that have no leader.\n\n' +
    'An unclean election loses the records that the replica chosen does not have.',
  examples: [
    {
      line: 'kafka-leader-election --bootstrap-server localhost:9092 --election-type preferred --all-topic-partitions',
      does: 'bring leadership back to where it was assigned',
    },
    {
      line: 'kafka-leader-election --bootstrap-server localhost:9092 --election-type unclean --topic clicks --partition 0',
      does: 'have any live replica lead a partition without a leader',
    },
    {
      line: 'kafka-leader-election --bootstrap-server localhost:9092 --election-type preferred --path-to-json-file some.json',
      does: 'some.json: {"partitions":[{"topic":"clicks","partition":0}]}',
    },
  ],
  configure: (command) => {
    declareAdminOptions(command)
      .option('--admin.config <file>', 'the same as --command-config')
      .option('--election-type <type>', 'preferred or unclean; required')
      .option('--all-topic-partitions', 'all partitions that need it')
      .option('--topic <topic>', 'the topic of one partition')
      .option('--partition <n>', 'its number', integerArgument)
      .option('--path-to-json-file <file>', 'a file that names partitions');
  },
  run: elect,
};

async function elect(context: CommandContext<Options>): Promise<number> {
  const { options } = context;
  bootstrapServers(options);
  const type = electionType(options);
  const partitions = chosenPartitions(options);
  const commandConfig = options.commandConfig ?? options['admin.config'];
  const session = { ...context, options: { ...options, commandConfig } };
  return withAdmin(session, 'kafka-leader-election', async (admin) =>
    report(admin, type, partitions, context),
  );
}

async function report(
  admin: Admin,
  type: 'preferred' | 'unclean',
  partitions: readonly NamedPartition[] | undefined,
  { print }: CommandContext<Options>,
): Promise<number> {
  const { succeeded, failures } = await outcomes(admin.electLeaders({ type, partitions }));
  const names = (which: boolean) =>
    succeeded
      .filter(({ elected }) => elected === which)
      .map(({ topic, partition }) => `${topic}-${partition}`)
      .join(', ');
  const label = type.toUpperCase();
  const elected = names(true);
  const unneeded = names(false);
  if (elected) print(`Successfully completed leader election (${label}) for partitions ${elected}`);
  if (unneeded) print(`Valid replica already elected for partitions ${unneeded}`);
  if (failures.size > 0) {
    const { replicas, live } = await whoHolds(admin, failures.keys());
    for (const [name, error] of failures) {
      const reason = electionFailure(error, replicas.get(name) ?? [], live);
      print(`Error completing leader election (${label}) for partition: ${name}: ${reason}`);
    }
  }
  if (succeeded.length + failures.size === 0) print('No partition needs an election.');
  return failures.size === 0 ? ExitCode.ok : ExitCode.failure;
}

/** Replicas by `topic-partition`, and the brokers that live; to say which of them to start. */
async function whoHolds(
  admin: Admin,
  names: Iterable<string>,
): Promise<{ replicas: ReadonlyMap<string, readonly number[]>; live: ReadonlySet<number> }> {
  const topics = new Set([...names].map((name) => name.slice(0, name.lastIndexOf('-'))));
  const { succeeded } = await outcomes(admin.describeTopics([...topics]));
  const { brokers } = await admin.describeCluster();
  const all = succeeded.flatMap(({ partitions }) => partitions);
  return {
    replicas: new Map(all.map((one) => [`${one.topic}-${one.partition}`, one.replicas])),
    live: new Set(brokers.map(({ nodeId }) => nodeId)),
  };
}

function electionType({ electionType: text }: Options): 'preferred' | 'unclean' {
  if (text === undefined) throw new UsageError('--election-type must be specified.');
  const type = text.toLowerCase();
  if (type === 'preferred' || type === 'unclean') return type;
  throw new UsageError(`"${text}" is no --election-type; it is preferred or unclean.`);
}

/** undefined for all */
function chosenPartitions(options: Options): readonly NamedPartition[] | undefined {
  const { allTopicPartitions, topic, partition, pathToJsonFile } = options;
  const ways = [allTopicPartitions, topic, pathToJsonFile].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new UsageError(
      'Give exactly one of --all-topic-partitions, --topic and --path-to-json-file.',
    );
  }
  if (topic === undefined && partition !== undefined) {
    throw new UsageError('--partition belongs to --topic.');
  }
  if (topic !== undefined) {
    if (partition === undefined) throw new UsageError('--topic needs --partition.');
    return [{ topic, partition }];
  }
  return pathToJsonFile === undefined ? undefined : readPartitionsFile(pathToJsonFile);
}

if (require.main === module) void runCommand(definition);
