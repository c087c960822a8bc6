import { Option, type Command } from 'commander';
import { splitList } from '../../../client/runtime/split-list';
import { UsageError } from '../../cli/usage-error';
import { declareAdminOptions, type AdminOptions } from '../admin-options';
import { isGiven, mustBeWithout, onlyAction } from '../allowed-options';

/** What kafka-configs was told on its command line. */
export interface ConfigsOptions extends AdminOptions {
  describe?: boolean;
  alter?: boolean;
  all?: boolean;
  entityType?: string[];
  entityName?: string;
  entityDefault?: boolean;
  topic?: string;
  broker?: string;
  brokerDefaults?: boolean;
  addConfig?: string;
  addConfigFile?: string;
  deleteConfig?: string[];
  force?: boolean;
  json?: boolean;
  zookeeper?: string;
  bootstrapController?: string;
  brokerLogger?: string;
  client?: string;
  clientDefaults?: boolean;
  user?: string;
  userDefaults?: boolean;
  ip?: string;
  ipDefaults?: boolean;
}

const ACTIONS = ['describe', 'alter'] as const;
export type ConfigsAction = (typeof ACTIONS)[number];

export function declareConfigsOptions(command: Command): void {
  declareAdminOptions(command)
    .option('--describe', 'list configs that were set; with --all every config')
    .option('--alter', 'change configs')
    .option('--all', 'describe every config, also those from server.properties and defaults')
    .option('--entity-type <type>', 'topics or brokers', (type, types: string[] = []) => [
      ...types,
      type,
    ])
    .option('--entity-name <name>', 'topic or broker id; without it --describe takes all')
    .option('--entity-default', 'the default of all brokers')
    .option('--topic <topic>', 'short for --entity-type topics --entity-name <topic>')
    .option('--broker <id>', 'short for --entity-type brokers --entity-name <id>')
    .option('--broker-defaults', 'short for --entity-type brokers --entity-default')
    .option(
      '--add-config <name=value,…>',
      'configs to set; brackets hold a list together: a=1,b=[x,y],c=3',
    )
    .option('--add-config-file <file>', 'properties file with configs to set')
    .option(
      '--delete-config <name,…>',
      'configs to unset; repeatable',
      (names, deleted: string[] = []) => [...deleted, ...splitList(names)],
    )
    .option('--force', 'taken for the sake of scripts; nothing is ever asked')
    .option('--json', 'describe as JSON instead (not in Apache Kafka)');
  for (const flags of NOT_HERE) command.addOption(new Option(flags).hideHelp());
}

/** Kafka's options for what this version has not; known so that the answer is better than "unknown". */
const NOT_HERE = [
  '--zookeeper <connect>',
  '--bootstrap-controller <address>',
  '--zk-tls-config-file <file>',
  '--broker-logger <id>',
  '--client <id>',
  '--client-defaults',
  '--user <name>',
  '--user-defaults',
  '--ip <address>',
  '--ip-defaults',
];

/**
 * Checks what Kafka's ConfigCommand checks before it connects, except for the entity.
 *
 * @returns the action
 * @throws UsageError
 */
export function checkConfigsOptions(options: ConfigsOptions): ConfigsAction {
  const action = onlyAction(ACTIONS, options);
  if (options.zookeeper !== undefined || options.bootstrapController !== undefined) {
    throw new UsageError(
      'kafka-configs talks to brokers only.',
      'Use --bootstrap-server with the address of a broker.',
    );
  }
  if (action === 'describe') {
    mustBeWithout('describe', ['addConfig', 'addConfigFile', 'deleteConfig'], options);
    return action;
  }
  mustBeWithout('alter', ['all', 'json'], options);
  if (options.addConfig !== undefined && options.addConfigFile !== undefined) {
    throw new UsageError('Only one of --add-config or --add-config-file must be specified.');
  }
  const changes = [options.addConfig, options.addConfigFile, options.deleteConfig];
  if (!changes.some(isGiven)) {
    throw new UsageError(
      'At least one of --add-config, --add-config-file, or --delete-config must be specified ' +
        'with --alter.',
    );
  }
  return action;
}
