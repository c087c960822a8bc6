#!/usr/bin/env node
import { describeError } from '../client/runtime/error';
import { bootstrapServers, declareAdminOptions, type AdminOptions } from './admin/admin-options';
import { withAdmin } from './admin/admin-session';
import { mustBeWithout } from './admin/allowed-options';
import { foundOffsets } from './admin/offsets/find-offsets';
import { parseOffsetTime } from './admin/offsets/offset-time';
import { topicAndPartitionsFilter, topicPartitionsFilter } from './admin/offsets/partition-filter';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';

interface Options extends AdminOptions {
  brokerList?: string;
  topicPartitions?: string;
  topic?: string;
  partitions?: string;
  time: string;
  excludeInternalTopics?: boolean;
  json?: boolean;
}

export const definition: CommandDefinition<Options> = {
  name: 'kafka-get-offsets',
  summary: 'Prints offsets of partitions, as topic:partition:offset.',
  examples: [
    {
      line: 'kafka-get-offsets --bootstrap-server localhost:9092 --topic clicks',
      does: 'where the partitions of a topic end',
    },
    {
      line: 'kafka-get-offsets --bootstrap-server localhost:9092 --topic-partitions clicks:0-3 --time -2',
      does: 'where partitions 0, 1 and 2 begin',
    },
    {
      line: 'kafka-get-offsets --bootstrap-server localhost:9092 --topic clicks --time 1700000000000',
      does: 'the first records from a moment on, in milliseconds since the epoch',
    },
  ],
  configure: (command) => {
    declareAdminOptions(command)
      .option('--broker-list <host:port,…>', 'older name of --bootstrap-server')
      .option(
        '--topic-partitions <patterns>',
        'list of topic, topic:1, topic:0-3 (without 3), topic:5- or topic:-3; ' +
          'topics are regular expressions',
      )
      .option('--topic <topic>', 'regular expression; default: all topics')
      .option('--partitions <ids>', 'list of partition numbers; default: all')
      .option(
        '--time <time>',
        '-1 or latest, -2 or earliest, -3 or max-timestamp, or milliseconds since the epoch: ' +
          'the first record from then on',
        'latest',
      )
      .option('--exclude-internal-topics', "leave out the cluster's own topics")
      .option('--json', 'print JSON instead (not in Apache Kafka)');
  },
  run: getOffsets,
};

async function getOffsets({ options, print, note }: CommandContext<Options>): Promise<void> {
  mustBeWithout('topicPartitions', ['topic', 'partitions'], options);
  const admin = { ...options, bootstrapServer: options.bootstrapServer ?? options.brokerList };
  bootstrapServers(admin);
  const at = parseOffsetTime(options.time);
  const filter =
    options.topicPartitions === undefined
      ? topicAndPartitionsFilter(options.topic, options.partitions)
      : topicPartitionsFilter(options.topicPartitions);
  const { offsets, skipped } = await withAdmin(
    { options: admin, note },
    'kafka-get-offsets',
    (client) => foundOffsets(client, filter, at, options.excludeInternalTopics ?? false),
  );
  for (const [partition, error] of skipped) {
    const reason = describeError(error);
    note(`Skip getting offsets for topic-partition ${partition} due to error: ${reason}`);
  }
  if (options.json) print(JSON.stringify(offsets));
  else offsets.forEach((found) => print(`${found.topic}:${found.partition}:${found.offset}`));
}

if (require.main === module) void runCommand(definition);
