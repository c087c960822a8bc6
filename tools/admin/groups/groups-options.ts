import type { Command } from 'commander';
import { groupStates, type GroupState } from '../../../client/admin';
import { splitList } from '../../../client/runtime/split-list';
import { UsageError } from '../../cli/usage-error';
import { declareAdminOptions, integerArgument, type AdminOptions } from '../admin-options';
import { flag, isGiven, mustBelongTo, mustBeWithout, onlyAction } from '../allowed-options';
import { parseDateTime, parseDuration } from './reset-time';
import { parseTopicArgument } from './topic-argument';

/** What kafka-consumer-groups was told on its command line. */
export interface GroupsOptions extends AdminOptions {
  list?: boolean;
  describe?: boolean;
  delete?: boolean;
  resetOffsets?: boolean;
  deleteOffsets?: boolean;
  group: string[];
  allGroups?: boolean;
  topic: string[];
  allTopics?: boolean;
  offsets?: boolean;
  members?: boolean;
  /** True without a value. */
  state?: boolean | string;
  /** True without a value. */
  type?: boolean | string;
  verbose?: boolean;
  timeout: number;
  dryRun?: boolean;
  execute?: boolean;
  export?: boolean;
  toOffset?: number;
  toEarliest?: boolean;
  toLatest?: boolean;
  toCurrent?: boolean;
  shiftBy?: number;
  toDatetime?: string;
  byDuration?: string;
  fromFile?: string;
  json?: boolean;
}

const ACTIONS = ['list', 'describe', 'delete', 'resetOffsets', 'deleteOffsets'] as const;
export type GroupsAction = (typeof ACTIONS)[number];

/** Ways to say where a group shall go on. */
const SCENARIOS = [
  'toOffset',
  'shiftBy',
  'toDatetime',
  'byDuration',
  'toEarliest',
  'toLatest',
  'toCurrent',
  'fromFile',
] as const satisfies readonly (keyof GroupsOptions)[];

/** What `--describe` can show. */
const VIEWS = ['members', 'offsets', 'state'] as const satisfies readonly (keyof GroupsOptions)[];

const ALLOWED = {
  group: ['describe', 'delete', 'resetOffsets', 'deleteOffsets'],
  allGroups: ['describe', 'delete', 'resetOffsets'],
  topic: ['resetOffsets', 'deleteOffsets'],
  allTopics: ['resetOffsets'],
  offsets: ['describe'],
  members: ['describe'],
  state: ['describe', 'list'],
  type: ['list'],
  verbose: ['describe'],
  dryRun: ['resetOffsets'],
  execute: ['resetOffsets'],
  export: ['resetOffsets'],
  toOffset: ['resetOffsets'],
  toEarliest: ['resetOffsets'],
  toLatest: ['resetOffsets'],
  toCurrent: ['resetOffsets'],
  shiftBy: ['resetOffsets'],
  toDatetime: ['resetOffsets'],
  byDuration: ['resetOffsets'],
  fromFile: ['resetOffsets'],
  json: ['describe', 'list'],
} as const satisfies Partial<Record<keyof GroupsOptions, readonly GroupsAction[]>>;

const collected = (text: string, before: string[]): string[] => [...before, text];

export function declareGroupsOptions(command: Command): void {
  declareAdminOptions(command)
    .option('--list', 'list the ids of the groups')
    .option('--describe', 'show where groups are, and how far behind')
    .option('--delete', 'delete groups without members, with their offsets')
    .option('--reset-offsets', 'make groups without members go on somewhere else')
    .option('--delete-offsets', 'forget the offsets of topics that no member reads')
    .option('--group <id>', 'the group; repeatable', collected, [])
    .option('--all-groups', 'all groups there are')
    .option(
      '--topic <topic[:partitions]>',
      'a topic to reset or to forget, or some of its partitions: clicks:0,1,2; repeatable',
      collected,
      [],
    )
    .option('--all-topics', 'reset all partitions for which the group has offsets')
    .option('--offsets', 'describe offsets and lag of each partition (the default)')
    .option('--members', 'describe the members')
    .option(
      '--state [states]',
      'describe the state of groups; with --list: show it, and list only groups in these states',
    )
    .option('--type [types]', 'with --list: show the type, and list only groups of these types')
    .option('--verbose', 'with --members: the partitions of each; also stack traces of errors')
    .option('--timeout <ms>', 'for each question to the brokers', integerArgument, 5000)
    .option('--dry-run', 'with --reset-offsets: only show what would be done (the default)')
    .option('--execute', 'with --reset-offsets: do it')
    .option('--export', 'with --reset-offsets: print the new offsets as CSV, for --from-file')
    .option('--to-earliest', 'reset to the first record there is')
    .option('--to-latest', 'reset to the end')
    .option('--to-current', 'reset to the present offsets; to the end where there are none')
    .option('--to-offset <offset>', 'reset to this offset', integerArgument)
    .option('--shift-by <n>', 'reset n records on, or back for a negative n', integerArgument)
    .option(
      '--to-datetime <time>',
      'reset to the first record from then on: YYYY-MM-DDTHH:mm:ss.sss, UTC unless a zone follows',
    )
    .option('--by-duration <duration>', 'the same, so long before now: PnDTnHnMnS, e.g. PT1H')
    .option('--from-file <file>', 'reset to offsets in a CSV file: [group,]topic,partition,offset')
    .option('--json', 'print JSON instead (not in Apache Kafka)');
}

/**
 * Checks what Kafka's ConsumerGroupCommand checks before it connects.
 *
 * @returns the action
 * @throws UsageError
 */
export function checkGroupsOptions(options: GroupsOptions): GroupsAction {
  const action = onlyAction(ACTIONS, options);
  mustBelongTo(action, ALLOWED, options);
  mustBeWithout('group', ['allGroups'], options);
  if (action === 'list') {
    statesOf(options);
    typesOf(options);
  }
  if (action === 'describe') checkDescribe(options);
  if (action === 'resetOffsets') checkReset(options);
  if (action === 'deleteOffsets' && !(isGiven(options.group) && isGiven(options.topic))) {
    throw new UsageError('--delete-offsets needs --group and --topic.');
  }
  if (action === 'deleteOffsets' && options.group.length > 1) {
    throw new UsageError('--delete-offsets takes one --group.');
  }
  if (action !== 'list' && !isGiven(options.group) && !options.allGroups) {
    throw new UsageError(`${flag(action)} needs --group or --all-groups.`);
  }
  options.topic.forEach(parseTopicArgument);
  return action;
}

function checkDescribe(options: GroupsOptions): void {
  const views = VIEWS.filter((view) => isGiven(options[view]));
  if (views.length > 1) {
    throw new UsageError(`--describe takes at most one of ${VIEWS.map(flag).join(', ')}.`);
  }
  if (typeof options.state === 'string') {
    throw new UsageError('--describe does not take a value for --state.');
  }
}

function checkReset(options: GroupsOptions): void {
  mustBeWithout('dryRun', ['execute'], options);
  mustBeWithout('allTopics', ['topic'], options);
  const scenarios = SCENARIOS.filter((scenario) => isGiven(options[scenario]));
  if (scenarios.length !== 1) {
    const list = SCENARIOS.map(flag).join(', ');
    throw new UsageError(`--reset-offsets needs exactly one of ${list}.`);
  }
  if (options.fromFile === undefined && !options.allTopics && !isGiven(options.topic)) {
    throw new UsageError('One of the reset scopes should be defined: --all-topics, --topic.');
  }
  if (options.toDatetime !== undefined) parseDateTime(options.toDatetime);
  if (options.byDuration !== undefined) parseDuration(options.byDuration);
}

/** States that `--list` is asked for, none for all. @throws UsageError */
export function statesOf({ state }: GroupsOptions): GroupState[] {
  if (typeof state !== 'string') return [];
  return splitList(state).map((word) => {
    const known = groupStates.find((one) => one.toLowerCase() === word.toLowerCase());
    if (known !== undefined) return known;
    throw new UsageError(
      `Invalid state list '${state}'. Valid states are: ${groupStates.join(', ')}.`,
    );
  });
}

/** Types that `--list` is asked for, none for all. @throws UsageError */
export function typesOf({ type }: GroupsOptions): string[] {
  if (typeof type !== 'string') return [];
  return splitList(type.toLowerCase()).map((word) => {
    if (word === 'classic' || word === 'consumer') return word;
    throw new UsageError(`Invalid types list '${type}'. Valid types are: Classic, Consumer.`);
  });
}
