#!/usr/bin/env node
import type { Admin } from '../client/admin';
import { bootstrapServers } from './admin/admin-options';
import { withAdmin } from './admin/admin-session';
import { cancel } from './admin/reassign/cancel';
import { execute } from './admin/reassign/execute';
import { generate } from './admin/reassign/generate';
import { list } from './admin/reassign/list';
import {
  checkReassignOptions,
  declareReassignOptions,
  type ReassignAction,
  type ReassignOptions,
} from './admin/reassign/reassign-options';
import { verify } from './admin/reassign/verify';
import { runCommand, type CommandContext, type CommandDefinition } from './cli/command';

type Context = CommandContext<ReassignOptions>;

const ACTIONS: Record<ReassignAction, (admin: Admin, context: Context) => Promise<void>> = {
  generate: (admin, { options, print }) => generate(admin, options, print),
  execute,
  verify,
  cancel,
  list: (admin, { print }) => list(admin, print),
};

export const definition: CommandDefinition<ReassignOptions> = {
  name: 'kafka-reassign-partitions',
  summary:
    'Moves partitions to other brokers, while they are in use.\n\n' +
    'Give --execute a --throttle, or the move takes all the bandwidth there is. Then run --verify ' +
    'until it says that all is completed: it is what removes the throttle.',
  examples: [
    {
      line: 'kafka-reassign-partitions --bootstrap-server localhost:9092 --generate --topics-to-move-json-file topics.json --broker-list 1,2,3',
      does: 'propose a plan; topics.json: {"topics":[{"topic":"clicks"}],"version":1}',
    },
    {
      line: 'kafka-reassign-partitions --bootstrap-server localhost:9092 --execute --reassignment-json-file plan.json --throttle 10000000',
      does: 'begin; plan.json: {"partitions":[{"topic":"clicks","partition":0,"replicas":[2,3]}],"version":1}',
    },
    {
      line: 'kafka-reassign-partitions --bootstrap-server localhost:9092 --verify --reassignment-json-file plan.json',
      does: 'how far it is; removes the throttle when it is done',
    },
    {
      line: 'kafka-reassign-partitions --bootstrap-server localhost:9092 --execute --reassignment-json-file plan.json --additional --throttle 50000000',
      does: 'the same move, faster',
    },
    {
      line: 'kafka-reassign-partitions --bootstrap-server localhost:9092 --cancel --reassignment-json-file plan.json',
      does: 'back to where the partitions were',
    },
    {
      line: 'kafka-reassign-partitions --bootstrap-server localhost:9092 --list',
      does: 'everything that is being moved',
    },
  ],
  finishesUnread: true,
  configure: declareReassignOptions,
  run: async (context) => {
    const action = checkReassignOptions(context.options);
    bootstrapServers(context.options);
    await withAdmin(context, 'kafka-reassign-partitions', (admin) =>
      ACTIONS[action](admin, context),
    );
  },
};

if (require.main === module) void runCommand(definition);
