import type { Command } from 'commander';
import { keyValueOption } from '../../cli/key-value-option';
import { UsageError } from '../../cli/usage-error';
import { declareAdminOptions, integerArgument, type AdminOptions } from '../admin-options';
import { flag, isGiven, mustBelongTo, mustBeWithout, onlyAction } from '../allowed-options';
import { parseReplicaAssignment } from './replica-assignment';

/** What kafka-topics was told on its command line. */
export interface TopicsOptions extends AdminOptions {
  list?: boolean;
  describe?: boolean;
  create?: boolean;
  alter?: boolean;
  delete?: boolean;
  topic?: string;
  topicId?: string;
  config: Record<string, string>;
  deleteConfig?: string;
  partitions?: number;
  replicationFactor?: number;
  replicaAssignment?: string;
  underReplicatedPartitions?: boolean;
  unavailablePartitions?: boolean;
  underMinIsrPartitions?: boolean;
  atMinIsrPartitions?: boolean;
  topicsWithOverrides?: boolean;
  ifExists?: boolean;
  ifNotExists?: boolean;
  excludeInternal?: boolean;
  partitionSizeLimitPerResponse?: number;
  json?: boolean;
}

const ACTIONS = ['list', 'describe', 'create', 'alter', 'delete'] as const;
export type TopicsAction = (typeof ACTIONS)[number];

/** Options of `--describe` that show only partitions in some trouble. */
export const REPORTS = [
  'underReplicatedPartitions',
  'underMinIsrPartitions',
  'atMinIsrPartitions',
  'unavailablePartitions',
] as const satisfies readonly (keyof TopicsOptions)[];

const ALLOWED = {
  topicId: ['describe'],
  config: ['create'],
  partitions: ['alter', 'create'],
  replicationFactor: ['create'],
  replicaAssignment: ['alter', 'create'],
  underReplicatedPartitions: ['describe'],
  unavailablePartitions: ['describe'],
  underMinIsrPartitions: ['describe'],
  atMinIsrPartitions: ['describe'],
  topicsWithOverrides: ['describe'],
  ifExists: ['alter', 'delete', 'describe'],
  ifNotExists: ['create'],
  excludeInternal: ['list', 'describe'],
  json: ['list', 'describe'],
} as const satisfies Partial<Record<keyof TopicsOptions, readonly TopicsAction[]>>;

export function declareTopicsOptions(command: Command): void {
  declareAdminOptions(command)
    .option('--list', 'list the names of the topics')
    .option('--describe', 'list details of the topics')
    .option('--create', 'create a topic')
    .option('--alter', 'give a topic more partitions')
    .option('--delete', 'delete topics and all they hold')
    .option('--topic <topic>', 'the topic; a regular expression except with --create')
    .option('--topic-id <id>', 'the topic to describe, by its id')
    .addOption(keyValueOption('--config <name=value>', 'a config of the new topic; repeatable'))
    .option('--delete-config <name>', 'not here: kafka-configs --alter removes configs')
    .option(
      '--partitions <n>',
      "partitions the topic shall have; default: the cluster's. " +
        'More partitions for an existing topic send its keys to other partitions.',
      integerArgument,
    )
    .option(
      '--replication-factor <n>',
      "copies of each partition; default: the cluster's",
      integerArgument,
    )
    .option(
      '--replica-assignment <brokers>',
      'brokers of each partition: 1:2,2:3 puts partition 0 on 1 and 2, partition 1 on 2 and 3',
    )
    .option('--under-replicated-partitions', 'describe only partitions with replicas out of sync')
    .option('--unavailable-partitions', 'describe only partitions without a live leader')
    .option('--under-min-isr-partitions', 'describe only partitions below min.insync.replicas')
    .option('--at-min-isr-partitions', 'describe only partitions exactly at min.insync.replicas')
    .option('--topics-with-overrides', 'describe only topics with configs of their own')
    .option('--if-exists', 'do nothing when the topic does not exist')
    .option('--if-not-exists', 'do nothing when the topic exists already')
    .option('--exclude-internal', "leave out the cluster's own topics")
    .option(
      '--partition-size-limit-per-response <n>',
      'taken for the sake of scripts; no effect',
      integerArgument,
    )
    .option('--json', 'print JSON instead (not in Apache Kafka)');
}

/**
 * Checks what Kafka's TopicCommand checks before it connects.
 *
 * @returns the action
 * @throws UsageError
 */
export function checkTopicsOptions(options: TopicsOptions): TopicsAction {
  const action = onlyAction(ACTIONS, options);
  if (isGiven(options.deleteConfig) || (action === 'alter' && isGiven(options.config))) {
    throw new UsageError(
      'kafka-topics does not change configs of existing topics.',
      'Use kafka-configs --alter --topic <topic> with --add-config or --delete-config.',
    );
  }
  mustBelongTo(action, ALLOWED, options);
  for (const report of REPORTS) mustBeWithout(report, ['topicsWithOverrides'], options);
  if (action === 'create') {
    mustBeWithout('replicaAssignment', ['partitions', 'replicationFactor'], options);
  }
  if (!isGiven(options.topic)) mustWorkWithoutTopic(action, options);
  if (action === 'alter' && options.partitions === undefined) {
    throw new UsageError('--alter needs --partitions.');
  }
  if (options.replicaAssignment !== undefined) parseReplicaAssignment(options.replicaAssignment);
  mustBePositive('partitions', options.partitions);
  mustBePositive('replicationFactor', options.replicationFactor);
  return action;
}

function mustWorkWithoutTopic(action: TopicsAction, { ifExists, topicId }: TopicsOptions): void {
  if (action === 'describe' && ifExists && topicId === undefined) {
    throw new UsageError('--topic or --topic-id is required to describe a topic with --if-exists.');
  }
  if (action === 'list' || action === 'describe') return;
  throw new UsageError(`${flag(action)} needs --topic.`);
}

function mustBePositive(name: 'partitions' | 'replicationFactor', value?: number): void {
  const most = name === 'partitions' ? 2_147_483_647 : 32_767;
  if (value === undefined || (value >= 1 && value <= most)) return;
  throw new UsageError(`${flag(name)} must be between 1 and ${most}, not ${value}.`);
}
