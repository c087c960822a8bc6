import type { CommandDefinition } from '../cli/command';
import { ranCommand } from '../cli/testing';
import { definition as apiVersions } from '../kafka-broker-api-versions';
import { definition as cluster } from '../kafka-cluster';
import { definition as configs } from '../kafka-configs';
import { definition as groups } from '../kafka-consumer-groups';
import { definition as deleteRecords } from '../kafka-delete-records';
import { definition as getOffsets } from '../kafka-get-offsets';
import { definition as leaderElection } from '../kafka-leader-election';
import { definition as logDirs } from '../kafka-log-dirs';
import { definition as reassign } from '../kafka-reassign-partitions';
import { definition as replicaVerification } from '../kafka-replica-verification';
import { definition as topics } from '../kafka-topics';

/** Each tool with a command line that is complete but for the broker. */
const tools = [
  [topics, ['--list']],
  [configs, ['--describe', '--broker-defaults']],
  [groups, ['--list']],
  [getOffsets, []],
  [deleteRecords, ['--offset-json-file', 'none']],
  [logDirs, ['--describe']],
  [apiVersions, []],
  [leaderElection, ['--election-type', 'preferred', '--all-topic-partitions']],
  [reassign, ['--list']],
  [replicaVerification, []],
  [cluster, ['cluster-id']],
] as [CommandDefinition<unknown>, string[]][];

describe.each(tools.map(([tool, args]) => ({ name: tool.name, tool, args })))(
  '$name',
  ({ tool, args }) => {
    const ran = (...more: string[]) => ranCommand(tool, [...args, ...more]);

    test('explains itself with examples', async () => {
      const help = await ran('--help');
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toContain('--bootstrap-server <host:port,…>');
      expect(help.stdout).toContain('Examples:');
    });

    test.each([
      [['--nonsense'], "unknown option '--nonsense'"],
      [[], '--bootstrap-server must be specified.'],
      [['--bootstrap-server', 'localhost'], '"localhost" is not the address of a broker.'],
    ])('refuses %j', async (more, message) => {
      const refused = await ran(...more);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain(message);
    });
  },
);

test.each<[CommandDefinition<never>, string[], string]>([
  [topics, ['--create', '--topic', 't', '--replica-assignment', '1:1'], 'duplicate entries'],
  [topics, ['--create', '--topic', 't', '--config', 'a'], 'key=value'],
  [topics, ['--create', '--topic', 't', '--partitions', 'two'], 'not a whole number'],
  [configs, ['--describe', '--entity-type', 'users'], 'This version has no configs of users.'],
  [configs, ['--describe', '--user-defaults'], 'This version has no configs of users.'],
  [configs, ['--alter', '--topic', 't', '--add-config', 'a'], '"a" in --add-config'],
  [groups, [], 'exactly one action: --list, --describe, --delete, --reset-offsets or --delete-'],
  [groups, ['--describe'], '--describe needs --group or --all-groups.'],
  [groups, ['--list', '--group', 'g'], "--group can't be used with --list."],
  [groups, ['--delete', '--group', 'g', '--all-groups'], "can't be used with --all-groups."],
  [groups, ['--describe', '--group', 'g', '--members', '--offsets'], 'at most one of --members'],
  [groups, ['--describe', '--group', 'g', '--state', 'Empty'], 'not take a value for --state'],
  [groups, ['--list', '--state', 'Tired'], "Invalid state list 'Tired'. Valid states are:"],
  [groups, ['--list', '--type', 'share'], "Invalid types list 'share'. Valid types are:"],
  [groups, ['--delete-offsets', '--group', 'g'], '--delete-offsets needs --group and --topic.'],
  [groups, ['--reset-offsets', '--group', 'g', '--topic', 't'], 'needs exactly one of --to-offset'],
  [groups, ['--reset-offsets', '--group', 'g', '--to-latest'], 'reset scopes should be defined'],
  [
    groups,
    ['--reset-offsets', '--group', 'g', '--topic', 't:x', '--to-latest'],
    "Invalid partition 'x' specified in topic arg 't:x'.",
  ],
  [getOffsets, ['--topic', 't', '--topic-partitions', 't:1'], "can't be used with --topic."],
  [getOffsets, ['--time', '-5'], 'no tiered storage'],
  [logDirs, [], '--describe must be specified.'],
  [logDirs, ['--describe', '--broker-list', 'one'], '"one" in --broker-list'],
  [deleteRecords, [], '--offset-json-file must be specified.'],
  [leaderElection, ['--all-topic-partitions'], '--election-type must be specified.'],
  [leaderElection, ['--election-type', 'best'], 'it is preferred or unclean.'],
  [leaderElection, ['--election-type', 'unclean'], 'Give exactly one of'],
  [leaderElection, ['--election-type', 'unclean', '--topic', 't'], '--topic needs --partition.'],
  [cluster, ['cluster'], 'Allowed choices are cluster-id, unregister.'],
])('a usage error: %# %j', async (tool, args, message) => {
  const argv = [...args, '--bootstrap-server', 'localhost:1'];
  const refused = await ranCommand(tool as CommandDefinition<unknown>, argv);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(message);
});
