import { UsageError } from '../../cli/usage-error';
import { flag, isGiven } from '../allowed-options';
import type { ConfigsAction, ConfigsOptions } from './configs-options';

export type EntityType = 'topics' | 'brokers';

/** Whose configs are meant. */
export interface EntityChoice {
  readonly type: EntityType;
  /** Topic or broker id, empty for the default of all brokers, undefined for all there are. */
  readonly name: string | undefined;
}

/** Kinds of entities that Apache Kafka has configs for and this version has not. */
const NOT_HERE = ['users', 'clients', 'ips', 'broker-loggers', 'client-metrics'];

const SHORT_NOT_HERE = {
  client: 'clients',
  clientDefaults: 'clients',
  user: 'users',
  userDefaults: 'users',
  ip: 'ips',
  ipDefaults: 'ips',
  brokerLogger: 'broker-loggers',
} as const;

/**
 * Finds out from the options which topic or broker is meant.
 *
 * @throws UsageError when they name none, several, or one that cannot be altered like that
 */
export function chosenEntity(action: ConfigsAction, options: ConfigsOptions): EntityChoice {
  const choice = fromShortcut(options) ?? fromEntityOptions(options);
  if (choice.type === 'brokers' && choice.name && !/^\d+$/.test(choice.name)) {
    throw new UsageError(
      `The entity name for brokers must be a valid integer broker id, but it is: ${choice.name}.`,
    );
  }
  if (choice.type === 'topics' && choice.name === '') {
    throw new UsageError(
      'Topics have no default entity.',
      'Name a topic, or use --broker-defaults.',
    );
  }
  if (action === 'alter' && choice.name === undefined) {
    throw new UsageError(
      choice.type === 'brokers'
        ? '--alter of brokers needs --entity-name or --entity-default.'
        : '--alter of topics needs --entity-name.',
    );
  }
  return choice;
}

function fromShortcut(options: ConfigsOptions): EntityChoice | undefined {
  for (const [name, type] of Object.entries(SHORT_NOT_HERE)) {
    if (isGiven(options[name as keyof typeof SHORT_NOT_HERE])) throw notHere(type);
  }
  const used = (['topic', 'broker', 'brokerDefaults'] as const).filter((name) =>
    isGiven(options[name]),
  );
  if (used.length === 0) return undefined;
  const longForm = (['entityType', 'entityName', 'entityDefault'] as const).filter((name) =>
    isGiven(options[name]),
  );
  const together = [...used, ...longForm];
  if (together.length > 1) {
    throw new UsageError(`${together.map(flag).join(' and ')} can't be used together.`);
  }
  if (options.topic !== undefined) return { type: 'topics', name: options.topic };
  if (options.broker !== undefined) return { type: 'brokers', name: options.broker };
  return { type: 'brokers', name: '' };
}

function fromEntityOptions({
  entityType = [],
  entityName,
  entityDefault,
}: ConfigsOptions): EntityChoice {
  if (entityType.length === 0) {
    throw new UsageError(
      'At least one entity type must be specified.',
      'Use --topic <topic>, --broker <id>, --broker-defaults or --entity-type.',
    );
  }
  const type = entityType.map(knownType)[0];
  if (entityType.length > 1) throw new UsageError('Only one --entity-type can be used.');
  if (entityName !== undefined && entityDefault) {
    throw new UsageError("--entity-name can't be used with --entity-default.");
  }
  return { type, name: entityDefault ? '' : entityName };
}

function knownType(type: string): EntityType {
  if (type === 'topics' || type === 'brokers') return type;
  if (NOT_HERE.includes(type)) throw notHere(type);
  throw new UsageError(
    `Invalid entity type ${type}, the entity type must be one of topics, brokers.`,
  );
}

function notHere(type: string): UsageError {
  return new UsageError(
    `This version has no configs of ${type}.`,
    'It has those of topics and brokers.',
  );
}
