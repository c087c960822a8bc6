import type { ConfigEntry, ConfigSourceName } from '../../../client/admin';
import type { EntityType } from './config-entity';

/** What kafka-configs shows of a config. */
export type ShownConfig = Pick<
  ConfigEntry,
  'name' | 'value' | 'isSensitive' | 'source' | 'synonyms'
>;

/** The source of what `--alter` has set, by entity. */
export function dynamicSource(type: EntityType, name: string): ConfigSourceName {
  if (type === 'topics') return 'DYNAMIC_TOPIC_CONFIG';
  return name === '' ? 'DYNAMIC_DEFAULT_BROKER_CONFIG' : 'DYNAMIC_BROKER_CONFIG';
}

/** The configs of one entity, as `kafka-configs --describe` prints them. */
export function formatConfigs(
  type: EntityType,
  name: string,
  configs: readonly ShownConfig[],
  { all }: { all: boolean },
): string[] {
  const whose = `${type.slice(0, -1)} ${name}`;
  const head =
    name === ''
      ? `Default configs for ${type} in the cluster are:`
      : `${all ? 'All' : 'Dynamic'} configs for ${whose} are:`;
  return [head, ...configs.map(configLine)];
}

function configLine({ name, value, isSensitive, synonyms }: ShownConfig): string {
  const origins = synonyms.map((origin) => `${origin.source}:${origin.name}=${origin.value}`);
  return `  ${name}=${value} sensitive=${isSensitive} synonyms={${origins.join(', ')}}`;
}

/** The same as an object for `--json`. */
export function configsAsJson(
  type: EntityType,
  name: string,
  configs: readonly ShownConfig[],
): object {
  return {
    entityType: type,
    entityName: name,
    configs: configs.map((config) => ({
      name: config.name,
      value: config.value,
      source: config.source,
      isSensitive: config.isSensitive,
      synonyms: config.synonyms,
    })),
  };
}

/** What `kafka-configs --alter` says at its end. */
export function formatAltered(type: EntityType, name: string): string {
  return name === ''
    ? `Completed updating default config for ${type} in the cluster.`
    : `Completed updating config for ${type.slice(0, -1)} ${name}.`;
}
