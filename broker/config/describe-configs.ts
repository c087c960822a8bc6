import type { DescribeConfigs } from '../../client/protocol/messages/describe-configs';
import { ConfigSource, ConfigType } from '../../client/protocol/messages/describe-configs';
import type { ResponseInput } from '../../client/protocol/api';
import type { BrokerConfig } from './broker-config';
import { brokerConfigs, type BrokerConfigKey } from './broker-configs';
import { isSensitive, type ConfigDefinition, type ValueType } from './config-definition';
import type { Candidate, ResolvedConfig } from './resolved-config';
import type { TopicConfig } from './topic-config';
import { topicConfigs, type TopicConfigKey } from './topic-configs';

type Result = NonNullable<ResponseInput<typeof DescribeConfigs>['results']>[number];
/** One config as DescribeConfigs answers it. */
export type ConfigEntry = NonNullable<Result['configs']>[number];

export interface DescribeOptions {
  /**
   * Names asked for; null or none for all. They are answered in this order. Names that are none are
   * left out, as Kafka does.
   */
  readonly keys: readonly string[] | null;
  readonly includeSynonyms?: boolean;
  readonly includeDocumentation?: boolean;
}

const typeNumbers: Record<ValueType, number> = {
  boolean: ConfigType.BOOLEAN,
  string: ConfigType.STRING,
  int: ConfigType.INT,
  short: ConfigType.SHORT,
  long: ConfigType.LONG,
  double: ConfigType.DOUBLE,
  list: ConfigType.LIST,
  password: ConfigType.PASSWORD,
};

/** Where a broker's configs are set. */
const BROKER_SOURCES: ReadonlySet<number> = new Set([
  ConfigSource.DYNAMIC_BROKER_CONFIG,
  ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
  ConfigSource.STATIC_BROKER_CONFIG,
]);

export function describeBrokerConfig(
  config: BrokerConfig,
  options: DescribeOptions,
): ConfigEntry[] {
  return wanted(brokerConfigs, options).map((key) => {
    const resolved = config.resolved(key as BrokerConfigKey);
    return entry(resolved, resolved.definition.dynamic === 'read-only', options);
  });
}

/** What is set for all brokers, and nothing else (Kafka's answer for the broker without a name). */
export function describeBrokerDefaults(
  config: BrokerConfig,
  options: DescribeOptions,
): ConfigEntry[] {
  return wanted(brokerConfigs, options).flatMap((key) => {
    const { candidates, definition } = config.resolved(key as BrokerConfigKey);
    const source = ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
    const set = candidates.find((one) => one.name === key && one.source === source);
    if (!set) return [];
    const readOnly = definition.dynamic === 'read-only';
    const { text } = set;
    const resolved = { key, definition, value: text, text, source, candidates: [set] };
    return [entry(resolved, readOnly, options)];
  });
}

export function describeTopicConfig(config: TopicConfig, options: DescribeOptions): ConfigEntry[] {
  return wanted(topicConfigs, options).map((key) =>
    entry(config.resolved(key as TopicConfigKey), false, options),
  );
}

function wanted(table: object, { keys }: DescribeOptions): string[] {
  if (keys === null || keys.length === 0) return Object.keys(table);
  return [...new Set(keys)].filter((key) => Object.hasOwn(table, key));
}

function entry(
  { key, definition, text, source, candidates }: ResolvedConfig,
  readOnly: boolean,
  { includeSynonyms = false, includeDocumentation = false }: DescribeOptions,
): ConfigEntry {
  const secret = isSensitive(definition);
  return {
    name: key,
    value: secret ? null : text,
    readOnly,
    configSource: source,
    isSensitive: secret,
    synonyms: includeSynonyms
      ? candidates.filter(isToldBeside(key, definition, candidates)).map((candidate) => ({
          name: candidate.name,
          value: secret ? null : candidate.text,
          source: candidate.source,
        }))
      : [],
    configType: typeNumbers[definition.type],
    documentation: includeDocumentation ? documentation(definition) : null,
  };
}

/**
 * The default of a config in another unit (`log.retention.hours` of `log.retention.ms`) is told only
 * beside what the broker has set, as Kafka does.
 */
function isToldBeside(
  key: string,
  { brokerKey = key }: ConfigDefinition,
  candidates: readonly Candidate[],
): (candidate: Candidate) => boolean {
  const isSet = candidates.some(({ source }) => BROKER_SOURCES.has(source));
  return ({ name, source }) =>
    isSet || source !== ConfigSource.DEFAULT_CONFIG || name === key || name === brokerKey;
}

/** What a config means, and what keeps it from meaning something here. */
export function documentation({ doc, noEffect, kafkaDefault, ours }: ConfigDefinition): string {
  return [
    doc,
    noEffect && `Has no effect. ${noEffect}`,
    kafkaDefault !== undefined && `Apache Kafka's default is ${kafkaDefault}.`,
    ours && 'Not a config of Apache Kafka.',
  ]
    .filter((sentence) => sentence)
    .join(' ');
}
