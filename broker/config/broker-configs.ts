import type { ConfigDefinition, ValueOf } from './config-definition';
import { brokerIdentityConfigs } from './definitions/broker-identity';
import { coordinatorsConfigs } from './definitions/coordinators';
import { logsConfigs } from './definitions/logs';
import { networkConfigs } from './definitions/network';
import { topicsConfigs } from './definitions/topics';

/** The parts of the table, in the order of the reference. */
export const brokerConfigSections = [
  { title: 'Broker and ZooKeeper', configs: brokerIdentityConfigs },
  { title: 'Network', configs: networkConfigs },
  { title: 'Topics and replication', configs: topicsConfigs },
  { title: 'Logs', configs: logsConfigs },
  { title: 'Groups, transactions and quotas', configs: coordinatorsConfigs },
] as const;

/**
 * Every config of `server.properties`, with Kafka 3.9's names, types, ranges and defaults. The one
 * table behind validation, DescribeConfigs and the reference.
 */
export const brokerConfigs = {
  ...brokerIdentityConfigs,
  ...networkConfigs,
  ...topicsConfigs,
  ...logsConfigs,
  ...coordinatorsConfigs,
};

export type BrokerConfigKey = keyof typeof brokerConfigs;
export type BrokerConfigValue<K extends BrokerConfigKey> = ValueOf<(typeof brokerConfigs)[K]>;

/** The definition of a broker config, or undefined for a name that is none. */
export function brokerConfigDefinition(key: string): ConfigDefinition | undefined {
  return Object.hasOwn(brokerConfigs, key)
    ? (brokerConfigs[key as BrokerConfigKey] as ConfigDefinition)
    : undefined;
}
