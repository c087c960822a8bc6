import { apis } from '../protocol/apis';
import type { ResponseOf } from '../protocol/api';
import { ConfigSource, ConfigType } from '../protocol/messages/describe-configs';
import type { Cluster } from '../network';
import type { AdminCallOptions } from './call-options';
import {
  askAboutResources,
  nameOfResource,
  replyFor,
  wireResource,
  type ConfigResource,
} from './config-resource';
import { settleEach } from './settle-each';

export type ConfigSourceName = keyof typeof ConfigSource;
export type ConfigTypeName = keyof typeof ConfigType;

export interface ConfigResourceQuestion extends ConfigResource {
  /** Configs asked for. Default: all. */
  configNames?: readonly string[];
}

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSourceName;
}

export interface ConfigEntry {
  readonly name: string;
  /** Null for secrets. */
  readonly value: string | null;
  readonly source: ConfigSourceName;
  /** Whether nobody has set it. */
  readonly isDefault: boolean;
  /** Whether it can be changed only by a restart. */
  readonly readOnly: boolean;
  readonly isSensitive: boolean;
  readonly type: ConfigTypeName;
  /** What the value could have come from, the first that is set wins; empty unless asked for. */
  readonly synonyms: readonly ConfigSynonym[];
  /** Null unless asked for. */
  readonly documentation: string | null;
}

export interface ResourceConfigs extends Readonly<ConfigResource> {
  readonly configs: readonly ConfigEntry[];
}

export interface DescribeConfigsOptions extends AdminCallOptions {
  /** Whether to tell what else each value could have come from. Default false. */
  includeSynonyms?: boolean;
  /** Whether to tell what each config means. Default false. */
  includeDocumentation?: boolean;
}

/** KIP-133. A broker's own configs are asked of that broker, everything else of any. */
export function describeConfigs(
  cluster: Cluster,
  resources: readonly ConfigResourceQuestion[],
  { timeoutMs, includeSynonyms, includeDocumentation }: DescribeConfigsOptions = {},
): Promise<ResourceConfigs[]> {
  return settleEach<ConfigResourceQuestion, ResourceConfigs>(cluster, {
    what: 'Describing configs',
    items: resources,
    nameOf: nameOfResource,
    timeoutMs,
    final: ['UNKNOWN_TOPIC_OR_PARTITION'],
    attempt: ({ items, report }) =>
      askAboutResources(
        cluster,
        apis.DescribeConfigs,
        items,
        (group) => ({
          resources: group.map((resource) => ({
            ...wireResource(resource),
            configurationKeys: resource.configNames ?? null,
          })),
          includeSynonyms,
          includeDocumentation,
        }),
        (group, { results }) => {
          for (const item of group) {
            const reply = replyFor(results, item);
            if (!reply) continue;
            report.reply(item, reply.errorCode, reply.errorMessage, () => ({
              type: item.type,
              name: item.name,
              configs: reply.configs.map(entryOf),
            }));
          }
        },
        report.failed,
      ),
  });
}

type EntryReply = ResponseOf<typeof apis.DescribeConfigs>['results'][number]['configs'][number];

function entryOf(reply: EntryReply): ConfigEntry {
  const source = nameOf(ConfigSource, reply.configSource);
  return {
    name: reply.name,
    value: reply.value,
    source,
    isDefault: source === 'DEFAULT_CONFIG',
    readOnly: reply.readOnly,
    isSensitive: reply.isSensitive,
    type: nameOf(ConfigType, reply.configType),
    synonyms: reply.synonyms.map(({ name, value, source: number }) => ({
      name,
      value,
      source: nameOf(ConfigSource, number),
    })),
    documentation: reply.documentation,
  };
}

/** The name of a number in one of the tables; UNKNOWN for numbers of a newer broker. */
function nameOf<T extends { readonly UNKNOWN: number }>(table: T, number: number): keyof T {
  const found = Object.entries(table).find(([, value]) => value === number);
  return (found?.[0] ?? 'UNKNOWN') as keyof T;
}
