import { defineApi } from '../api';
import { array, bool, int16, int32, int8, string } from '../schema';

/** What a config belongs to (Kafka's ConfigResource.Type). */
export const ConfigResourceType = { UNKNOWN: 0, TOPIC: 2, BROKER: 4, BROKER_LOGGER: 8 } as const;

/** Where a value comes from (Kafka's ConfigEntry.ConfigSource). */
export const ConfigSource = {
  UNKNOWN: 0,
  DYNAMIC_TOPIC_CONFIG: 1,
  DYNAMIC_BROKER_CONFIG: 2,
  DYNAMIC_DEFAULT_BROKER_CONFIG: 3,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
  DYNAMIC_BROKER_LOGGER_CONFIG: 6,
} as const;

/** Type of a value (Kafka's DescribeConfigsResponse.ConfigType). */
export const ConfigType = {
  UNKNOWN: 0,
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
} as const;

export const DescribeConfigs = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  versions: '1-4',
  flexible: '4+',
  doc: 'Tells the configs of topics and brokers and where each value comes from.',
  request: {
    resources: array('Resources asked about.', {
      resourceType: int8('2 topic, 4 broker, 8 broker logger.'),
      resourceName: string('Topic name or broker id; empty for the default of all brokers.'),
      configurationKeys: array('Names asked for, null for all.', string(), {
        nullable: '0+',
        default: null,
      }),
    }),
    includeSynonyms: bool('Whether to tell what else the value could have come from.', {
      versions: '1+',
      default: false,
    }),
    includeDocumentation: bool('Whether to tell what each config means.', {
      versions: '3+',
      default: false,
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
    }),
    results: array('Per resource:', {
      errorCode: int16('0, or why there is no answer.'),
      errorMessage: string('What is wrong, for people.', { nullable: '0+', default: null }),
      resourceType: int8('2 topic, 4 broker, 8 broker logger.'),
      resourceName: string('Topic name or broker id.'),
      configs: array('Its configs.', {
        name: string('Name of the config.'),
        value: string('Its value, null for secrets.', { nullable: '0+' }),
        readOnly: bool('Whether it can be changed only by a restart.'),
        configSource: int8('1 topic, 2 broker, 3 default of brokers, 4 file, 5 built in.', {
          versions: '1+',
          default: -1,
          ignorable: true,
        }),
        isSensitive: bool('Whether the value is a secret.'),
        synonyms: array(
          'What the value could have come from, the first that is set wins.',
          {
            name: string('Name of the synonym.'),
            value: string('Its value.', { nullable: '0+' }),
            source: int8('As configSource.'),
          },
          { versions: '1+', ignorable: true },
        ),
        configType: int8(
          '1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 9 password.',
          {
            versions: '3+',
            default: 0,
            ignorable: true,
          },
        ),
        documentation: string('What it means.', {
          versions: '3+',
          nullable: '0+',
          default: null,
          ignorable: true,
        }),
      }),
    }),
  },
});
