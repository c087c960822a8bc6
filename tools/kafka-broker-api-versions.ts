#!/usr/bin/env node
import { allApis } from '../client/protocol/apis';
import { describeError } from '../client/runtime/error';
import { bootstrapServers, declareAdminOptions, type AdminOptions } from './admin/admin-options';
import { withAdmin } from './admin/admin-session';
import {
  apiVersionsAsJson,
  formatApiVersions,
  formatBroker,
} from './admin/brokers/format-api-versions';
import { outcomes } from './admin/outcomes';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';

interface Options extends AdminOptions {
  json?: boolean;
}

export const definition: CommandDefinition<Options> = {
  name: 'kafka-broker-api-versions',
  summary: 'Prints which APIs brokers answer, in which versions, and which of them would be used.',
  examples: [
    {
      line: 'kafka-broker-api-versions --bootstrap-server localhost:9092',
      does: 'of all live brokers',
    },
  ],
  configure: (command) => {
    declareAdminOptions(command).option('--json', 'print JSON instead (not in Apache Kafka)');
  },
  run: printApiVersions,
};

async function printApiVersions(context: CommandContext<Options>): Promise<void> {
  const { options, print } = context;
  bootstrapServers(options);
  await withAdmin(context, 'kafka-broker-api-versions', async (admin) => {
    const { brokers } = await admin.describeCluster();
    const answers = await Promise.all(
      brokers.map(async (broker) => {
        const brokerIds = [broker.nodeId];
        const { succeeded, failures } = await outcomes(admin.describeApiVersions({ brokerIds }));
        return { broker, versions: succeeded[0]?.versions, error: [...failures.values()][0] };
      }),
    );
    if (options.json) {
      const shown = answers.map(({ broker, versions, error }) =>
        versions
          ? apiVersionsAsJson(broker, versions, allApis())
          : { broker: broker.nodeId, error: describeError(error) },
      );
      print(JSON.stringify(shown));
      return;
    }
    for (const { broker, versions, error } of answers) {
      print(
        versions
          ? formatApiVersions(broker, versions, allApis())
          : `${formatBroker(broker)} -> ERROR: ${describeError(error)}`,
      );
    }
  });
}

if (require.main === module) void runCommand(definition);
