#!/usr/bin/env node
import { withAdmin } from './admin/admin-session';
import { topicsActions } from './admin/topics/topics-actions';
import {
  checkTopicsOptions,
  declareTopicsOptions,
  type TopicsOptions,
} from './admin/topics/topics-options';
import { runCommand, type CommandDefinition } from './cli/command';

export const definition: CommandDefinition<TopicsOptions> = {
  name: 'kafka-topics',
  summary: 'Creates, lists, describes, extends and deletes topics.',
  examples: [
    {
      line: 'kafka-topics --bootstrap-server localhost:9092 --create --topic clicks --partitions 3',
      does: 'a topic with three partitions',
    },
    {
      line: 'kafka-topics --bootstrap-server localhost:9092 --describe --topic "click.*"',
      does: 'leaders and replicas of all topics that begin with click',
    },
    {
      line: 'kafka-topics --bootstrap-server localhost:9092 --describe --under-replicated-partitions',
      does: 'what is not fully replicated at the moment',
    },
    {
      line: 'kafka-topics --bootstrap-server localhost:9092 --alter --topic clicks --partitions 6',
      does: 'more partitions for a topic',
    },
    {
      line: 'kafka-topics --bootstrap-server localhost:9092 --delete --topic clicks --if-exists',
      does: 'delete it, whether it exists or not',
    },
  ],
  configure: declareTopicsOptions,
  run: async (context) => {
    const action = checkTopicsOptions(context.options);
    await withAdmin(context, 'kafka-topics', (admin) => topicsActions[action](admin, context));
  },
};

if (require.main === module) void runCommand(definition);
