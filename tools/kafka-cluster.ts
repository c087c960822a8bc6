#!/usr/bin/env node
import { Argument } from 'commander';
import { bootstrapServers, integerArgument } from './admin/admin-options';
import { withAdmin } from './admin/admin-session';
import { AdminToolError } from './admin/admin-tool-error';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';

interface Options {
  bootstrapServer?: string;
  config?: string;
  id?: number;
}

export const definition: CommandDefinition<Options> = {
  name: 'kafka-cluster',
  summary: 'Tells the id of a cluster.',
  examples: [
    { line: 'kafka-cluster cluster-id --bootstrap-server localhost:9092', does: 'the id' },
  ],
  configure: (command) => {
    command
      .addArgument(
        new Argument(
          '<command>',
          'unregister is there for the sake of the answer: clusters with ZooKeeper have none',
        ).choices(['cluster-id', 'unregister']),
      )
      .option('-b, --bootstrap-server <host:port,…>', 'brokers to begin with; required')
      .option('-c, --config <file>', 'properties file with configs of the client')
      .option('-i, --id <id>', 'the broker to unregister', integerArgument);
  },
  run: async (context) => {
    bootstrapServers(context.options);
    if (context.args[0] === 'cluster-id') return printClusterId(context);
    throw new AdminToolError('The target cluster does not support the broker unregistration API.', {
      code: 'UNSUPPORTED_VERSION',
      advice: 'A broker is registered in ZooKeeper only as long as it runs: stop it.',
    });
  },
};

async function printClusterId({ options, note, print }: CommandContext<Options>): Promise<void> {
  const { bootstrapServer, config: commandConfig } = options;
  const context = { options: { bootstrapServer, commandConfig }, note };
  await withAdmin(context, 'kafka-cluster', async (admin) => {
    const { clusterId } = await admin.describeCluster();
    print(clusterId === null ? 'No cluster ID found.' : `Cluster ID: ${clusterId}`);
  });
}

if (require.main === module) void runCommand(definition);
