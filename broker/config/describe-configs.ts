import type { DescribeConfigs } from '../../client/protocol/messages/describe-configs';
import { ConfigType } from '../../client/protocol/messages/describe-configs';
import type { ResponseInput } from '../../client/protocol/api';
import type { BrokerConfig } from './broker-config';
import { brokerConfigs, type BrokerConfigKey } from './broker-configs';
import { isSensitive, type ConfigDefinition, type ValueType } from './config-definition';
import type { ResolvedConfig } from './resolved-config';
import type { TopicConfig } from './topic-config';
import { topicConfigs, type TopicConfigKey } from './topic-configs';

type Result = NonNullable<ResponseInput<typeof DescribeConfigs>['results']>[number];
/** One config as DescribeConfigs answers it. */
export type ConfigEntry = NonNullable<Result['configs']>[number];

export interface DescribeOptions {
  /** Names asked for; null for all. Names that are none are left out, as Kafka does. */
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

export function describeBrokerConfig(
  config: BrokerConfig,
  options: DescribeOptions,
): ConfigEntry[] {
  return wanted(brokerConfigs, options).map((key) => {
    const resolved = config.resolved(key as BrokerConfigKey);
    return entry(resolved, resolved.definition.dynamic === 'read-only', options);
  });
}

export function describeTopicConfig(config: TopicConfig, options: DescribeOptions): ConfigEntry[] {
  return wanted(topicConfigs, options).map((key) =>
    entry(config.resolved(key as TopicConfigKey), false, options),
  );
}

function wanted(table: object, { keys }: DescribeOptions): string[] {
  return Object.keys(table).filter((key) => keys === null || keys.includes(key));
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
      ? candidates.map((candidate) => ({
          name: candidate.name,
          value: secret ? null : candidate.text,
          source: candidate.source,
        }))
      : [],
    configType: typeNumbers[definition.type],
    documentation: includeDocumentation ? documentation(definition) : null,
  };
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
