import { ConfigResourceType } from '../../client/protocol/messages/describe-configs';
import { ConfigOperation } from '../../client/protocol/messages/incremental-alter-configs';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { DEFAULT_ENTITY, type ConfigEntity, type ConfigStore } from '../../zk-coordination';
import { applyChanges, type ConfigChange } from '../config/alter-operation';
import {
  brokerConfigDefinition,
  brokerConfigs,
  type BrokerConfigKey,
} from '../config/broker-configs';
import { unknownConfig, type Properties } from '../config/check-properties';
import { validateTopicOverrides } from '../config/topic-config';
import { topicConfigs, type TopicConfigKey } from '../config/topic-configs';
import type { ConfigDependencies } from './describe-configs';

export interface AlterConfigsDependencies extends ConfigDependencies {
  readonly store: ConfigStore;
}

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

/**
 * Changes the configs of a topic or of brokers in ZooKeeper, from where every broker takes them.
 *
 * @param changesOf what to change in the overrides that are set
 * @throws ConfigError, ProtocolError
 */
export async function alterConfigs(
  resource: Resource,
  changesOf: (present: Properties) => readonly ConfigChange[],
  validateOnly: boolean,
  dependencies: AlterConfigsDependencies,
): Promise<void> {
  const { store, configs } = dependencies;
  const target = targetOf(resource, dependencies);
  const changed = (present: Properties) => {
    const changes = changesOf(present);
    const next = applyChanges(present, changes, target.current);
    target.validate(next, changes);
    return next;
  };
  if (validateOnly) {
    changed(await store.get(target.entity));
    return;
  }
  await store.alter(target.entity, changed);
  await configs.reread(target.entity);
}

/** What is changed, and what may be done to it. */
interface Target {
  readonly entity: ConfigEntity;
  current(name: string): { readonly text: string | null; readonly isList: boolean };
  /** @throws ConfigError, ProtocolError */
  validate(overrides: Properties, changes: readonly ConfigChange[]): void;
}

function targetOf(
  { resourceType, resourceName }: Resource,
  dependencies: AlterConfigsDependencies,
): Target {
  switch (resourceType) {
    case ConfigResourceType.TOPIC:
      return topicTarget(resourceName, dependencies);
    case ConfigResourceType.BROKER:
      return brokerTarget(resourceName, dependencies);
    default:
      throw new ProtocolError(
        'INVALID_REQUEST',
        `Resource type ${resourceType} has no configs here; topics (2) and brokers (4) have.`,
      );
  }
}

function topicTarget(topic: string, { configs, metadata }: AlterConfigsDependencies): Target {
  if (!metadata.topic(topic)) {
    throw new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic "${topic}".`);
  }
  return {
    entity: { type: 'topics', name: topic },
    current: (name) => {
      if (!Object.hasOwn(topicConfigs, name)) return { text: null, isList: false };
      const { text, definition } = configs.topic(topic).resolved(name as TopicConfigKey);
      return { text, isList: definition.type === 'list' };
    },
    validate: validateTopicOverrides,
  };
}

function brokerTarget(name: string, { configs }: AlterConfigsDependencies): Target {
  const forAll = name === '';
  if (!forAll && !/^\d+$/.test(name)) {
    throw new ProtocolError('INVALID_REQUEST', `"${name}" is not a broker id.`);
  }
  return {
    entity: { type: 'brokers', name: forAll ? DEFAULT_ENTITY : name },
    current: (key) => {
      const definition = brokerConfigDefinition(key);
      if (!definition) return { text: null, isList: false };
      const { text } = configs.broker.resolved(key as BrokerConfigKey);
      return { text, isList: definition.type === 'list' };
    },
    validate: (overrides, changes) => {
      // Kafka's tools take back what they may have set, whether it is there, and known, or not.
      for (const { name: key, operation } of changes) {
        if (operation !== ConfigOperation.DELETE) assertDynamic(key, forAll);
      }
      configs.broker.withDynamic(forAll ? { defaults: overrides } : { broker: overrides });
    },
  };
}

function assertDynamic(name: string, forAll: boolean): void {
  const scope = brokerConfigDefinition(name)?.dynamic;
  if (scope === undefined) {
    throw unknownConfig(name, 'broker', Object.keys(brokerConfigs));
  }
  if (scope === 'read-only') {
    throw new ProtocolError(
      'INVALID_REQUEST',
      `${name} can only be changed in server.properties, with a restart.`,
    );
  }
  if (scope === 'per-broker' && forAll) {
    throw new ProtocolError('INVALID_REQUEST', `${name} can only be changed broker by broker.`);
  }
}
