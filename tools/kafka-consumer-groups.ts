#!/usr/bin/env node
import type { Admin } from '../client/admin';
import { systemClock } from '../client/runtime/clock';
import { withAdmin } from './admin/admin-session';
import { coordinatorAway } from './admin/groups/coordinator-away';
import { deleteGroups, deleteOffsets } from './admin/groups/delete-groups';
import {
  checkGroupsOptions,
  declareGroupsOptions,
  type GroupsAction,
  type GroupsOptions,
} from './admin/groups/groups-options';
import { describeGroups, listGroups, type GroupsContext } from './admin/groups/list-and-describe';
import { resetOffsets } from './admin/groups/reset-offsets';
import { runCommand, type CommandDefinition } from './cli/command';

const actions: Record<GroupsAction, (admin: Admin, context: GroupsContext) => Promise<number>> = {
  list: listGroups,
  describe: describeGroups,
  delete: deleteGroups,
  resetOffsets: (admin, context) => resetOffsets(admin, context, systemClock),
  deleteOffsets,
};

export const definition: CommandDefinition<GroupsOptions> = {
  name: 'kafka-consumer-groups',
  summary: 'Shows consumer groups and their lag, resets their offsets, deletes them.',
  examples: [
    {
      line: 'kafka-consumer-groups --bootstrap-server localhost:9092 --list --state',
      does: 'all groups and their states',
    },
    {
      line: 'kafka-consumer-groups --bootstrap-server localhost:9092 --describe --group shop',
      does: 'how far a group has read, and how far it is behind',
    },
    {
      line: 'kafka-consumer-groups --bootstrap-server localhost:9092 --describe --group shop --members --verbose',
      does: 'who is in the group and reads what',
    },
    {
      line:
        'kafka-consumer-groups --bootstrap-server localhost:9092 --reset-offsets --group shop ' +
        '--topic clicks:0,1 --to-earliest --dry-run',
      does: 'what it would mean to read two partitions once more; --execute does it',
    },
    {
      line:
        'kafka-consumer-groups --bootstrap-server localhost:9092 --reset-offsets --group shop ' +
        '--all-topics --by-duration PT1H --execute',
      does: 'read the last hour again',
    },
    {
      line: 'kafka-consumer-groups --bootstrap-server localhost:9092 --delete --group shop',
      does: 'forget the group and its offsets',
    },
  ],
  configure: declareGroupsOptions,
  run: async (context) => {
    const action = checkGroupsOptions(context.options);
    try {
      return await withAdmin(context, 'kafka-consumer-groups', (admin) =>
        actions[action](admin, context),
      );
    } catch (error) {
      const hint = coordinatorAway(error);
      if (hint !== undefined) context.note(hint);
      throw error;
    }
  },
};

if (require.main === module) void runCommand(definition);
