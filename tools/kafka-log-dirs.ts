#!/usr/bin/env node
import { splitList } from '../client/runtime/split-list';
import { bootstrapServers, declareAdminOptions, type AdminOptions } from './admin/admin-options';
import { withAdmin } from './admin/admin-session';
import { AdminToolError } from './admin/admin-tool-error';
import { formatLogDirs } from './admin/brokers/format-log-dirs';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { UsageError } from './cli/usage-error';

interface Options extends AdminOptions {
  describe?: boolean;
  topicList: string;
  brokerList: string;
}

export const definition: CommandDefinition<Options> = {
  name: 'kafka-log-dirs',
  summary: 'Shows what lies in the log directories of brokers, as JSON.',
  examples: [
    {
      line: 'kafka-log-dirs --bootstrap-server localhost:9092 --describe',
      does: 'everything, at all brokers',
    },
    {
      line:
        'kafka-log-dirs --bootstrap-server localhost:9092 --describe --topic-list clicks ' +
        "| tail -1 | jq '.brokers[].logDirs[].partitions[].size'",
      does: 'sizes in bytes of the partitions of a topic',
    },
  ],
  configure: (command) => {
    declareAdminOptions(command)
      .option('--describe', 'show the log directories; required')
      .option('--topic-list <topics>', 'topics to show; default: all', '')
      .option('--broker-list <ids>', 'brokers to ask; default: all', '');
  },
  run: describeLogDirs,
};

async function describeLogDirs(context: CommandContext<Options>): Promise<void> {
  const { options, print } = context;
  bootstrapServers(options);
  if (!options.describe) throw new UsageError('--describe must be specified.');
  const asked = [...new Set(splitList(options.brokerList).map(brokerId))];
  const topics = new Set(splitList(options.topicList));
  await withAdmin(context, 'kafka-log-dirs', async (admin) => {
    const { brokers } = await admin.describeCluster();
    const live = brokers.map(({ nodeId }) => nodeId);
    const missing = asked.filter((id) => !live.includes(id));
    if (missing.length > 0) {
      throw new AdminToolError(
        `The given brokers do not exist from --broker-list: ${missing.join(',')}. ` +
          `Current existent brokers: ${live.join(',')}.`,
        { code: 'BROKER_NOT_AVAILABLE', advice: 'Ask only brokers that are alive.' },
      );
    }
    const brokerIds = asked.length > 0 ? asked : live;
    print('Querying brokers for log directories information');
    const described = await admin.describeLogDirs({ brokerIds });
    print(`Received log directory information from brokers ${brokerIds.join(',')}`);
    print(formatLogDirs(described, topics));
  });
}

function brokerId(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" in --broker-list is not a broker id.`);
}

if (require.main === module) void runCommand(definition);
