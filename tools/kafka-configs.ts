#!/usr/bin/env node
import { bootstrapServers } from './admin/admin-options';
import { withAdmin } from './admin/admin-session';
import { plannedConfigsAction } from './admin/configs/configs-actions';
import {
  checkConfigsOptions,
  declareConfigsOptions,
  type ConfigsOptions,
} from './admin/configs/configs-options';
import { runCommand, type CommandDefinition } from './cli/command';

export const definition: CommandDefinition<ConfigsOptions> = {
  name: 'kafka-configs',
  summary: 'Shows and changes the configs of topics and brokers.',
  examples: [
    {
      line: 'kafka-configs --bootstrap-server localhost:9092 --describe --topic clicks',
      does: 'what was set for a topic',
    },
    {
      line: 'kafka-configs --bootstrap-server localhost:9092 --describe --broker 1 --all',
      does: 'everything that is in force at a broker, and where it comes from',
    },
    {
      line:
        'kafka-configs --bootstrap-server localhost:9092 --alter --topic clicks ' +
        '--add-config "retention.ms=3600000,cleanup.policy=[compact,delete]"',
      does: 'set two configs of a topic',
    },
    {
      line:
        'kafka-configs --bootstrap-server localhost:9092 --alter --broker-defaults ' +
        '--delete-config log.retention.ms',
      does: 'unset a config of all brokers',
    },
  ],
  configure: declareConfigsOptions,
  run: async (context) => {
    const action = checkConfigsOptions(context.options);
    bootstrapServers(context.options);
    const act = plannedConfigsAction(action, context);
    await withAdmin(context, 'kafka-configs', act);
  },
};

if (require.main === module) void runCommand(definition);
