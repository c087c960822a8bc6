import {
  AdminError,
  type Admin as NativeAdmin,
  type ConfigChange,
  type ConfigResource,
  type ConfigSourceName,
} from '../admin';
import { ConfigSource as WireSource } from '../protocol/messages/describe-configs';
import type {
  AclAdmin,
  ClusterAdmin,
  ConfigEntries,
  IResourceConfig,
  OngoingPartitionReassignment,
} from './admin-types';
import { ConfigResourceTypes, type ConfigSource } from './enums';
import {
  KafkaJSAggregateError,
  KafkaJSAlterPartitionReassignmentsError,
  KafkaJSNonRetriableError,
  KafkaJSNotImplemented,
  KafkaJSProtocolError,
} from './errors';
import { CHANGE_TIMEOUT_MS } from './topic-admin';
import { translated, translateError } from './translate-error';

const resourceTypes: Partial<Record<ConfigResourceTypes, ConfigResource['type']>> = {
  [ConfigResourceTypes.TOPIC]: 'TOPIC',
  [ConfigResourceTypes.BROKER]: 'BROKER',
  [ConfigResourceTypes.BROKER_LOGGER]: 'BROKER_LOGGER',
};

/** Where configs are that somebody has set while the cluster runs, by what they belong to. */
const ownSources: Readonly<Record<ConfigResource['type'], ConfigSourceName>> = {
  TOPIC: 'DYNAMIC_TOPIC_CONFIG',
  BROKER: 'DYNAMIC_BROKER_CONFIG',
  BROKER_LOGGER: 'DYNAMIC_BROKER_LOGGER_CONFIG',
};

/** KafkaJS's admin, as far as it is about brokers, configs and replicas. */
export function clusterAdmin(native: () => NativeAdmin): ClusterAdmin {
  return {
    describeCluster: () =>
      translated(async () => {
        const { brokers, controller, clusterId } = await native().describeCluster();
        return {
          brokers: brokers.map(({ nodeId, host, port }) => ({ nodeId, host, port })),
          controller: controller?.nodeId ?? null,
          clusterId: clusterId ?? '',
        };
      }),

    describeConfigs: async ({ resources, includeSynonyms = false }) => {
      checkResources(resources);
      return translated(async () => {
        const questions = resources.map((resource) => ({
          ...nativeResource(resource),
          configNames: resource.configNames,
        }));
        const described = await native().describeConfigs(questions, { includeSynonyms });
        return {
          resources: described.map(({ name, configs }, index) => ({
            errorCode: 0,
            errorMessage: '',
            resourceType: resources[index].type,
            resourceName: name,
            configEntries: configs.map((config): ConfigEntries => ({
              configName: config.name,
              // Secrets have none, whatever KafkaJS's types say.
              configValue: config.value as string,
              readOnly: config.readOnly,
              isDefault: config.isDefault,
              configSource: sourceOf(config.source),
              isSensitive: config.isSensitive,
              configSynonyms: config.synonyms.map(({ name: configName, value, source }) => ({
                configName,
                configValue: value as string,
                configSource: sourceOf(source),
              })),
            })),
          })),
          throttleTime: 0,
        };
      });
    },

    alterConfigs: async ({ resources, validateOnly = false }) => {
      checkResources(resources);
      const wrong = resources.find(({ configEntries }) => !Array.isArray(configEntries));
      if (wrong) {
        throw new KafkaJSNonRetriableError(
          `Invalid resource configEntries ${String(wrong.configEntries)}: ${JSON.stringify(wrong)}`,
        );
      }
      return translated(async () => {
        const described = await native().describeConfigs(resources.map(nativeResource));
        await native().incrementalAlterConfigs(
          resources.map((resource, index) => {
            const { configs, type } = described[index];
            const set = configs.filter(({ source }) => source === ownSources[type]);
            const before = set.map(({ name }) => name);
            return { ...nativeResource(resource), changes: changesOf(resource, before) };
          }),
          { validateOnly },
        );
        return {
          resources: resources.map(({ type, name }) => ({
            errorCode: 0,
            errorMessage: null,
            resourceType: type,
            resourceName: name,
          })),
        };
      });
    },

    alterPartitionReassignments: async ({ topics, timeout = CHANGE_TIMEOUT_MS }) => {
      if (!Array.isArray(topics)) {
        throw new KafkaJSNonRetriableError(`Invalid topics array ${String(topics)}`);
      }
      try {
        await native().alterPartitionReassignments(
          topics.flatMap(({ topic, partitionAssignment }) =>
            partitionAssignment.map(({ partition, replicas }) => ({ topic, partition, replicas })),
          ),
          { timeoutMs: timeout },
        );
      } catch (error) {
        throw reassignmentError(error);
      }
    },

    listPartitionReassignments: ({ topics, timeout = CHANGE_TIMEOUT_MS } = {}) =>
      translated(async () => {
        const partitions = topics?.flatMap(({ topic, partitions: numbers }) =>
          numbers.map((partition) => ({ topic, partition })),
        );
        const ongoing = await native().listPartitionReassignments(partitions, {
          timeoutMs: timeout,
        });
        const byTopic = new Map<string, OngoingPartitionReassignment[]>();
        for (const { topic, partition, replicas, addingReplicas, removingReplicas } of ongoing) {
          const entry = {
            // KafkaJS's types name it one way and its answers the other.
            partitionIndex: partition,
            partition,
            replicas: [...replicas],
            addingReplicas: [...addingReplicas],
            removingReplicas: [...removingReplicas],
          };
          byTopic.set(topic, [...(byTopic.get(topic) ?? []), entry]);
        }
        return { topics: [...byTopic].map(([topic, moved]) => ({ topic, partitions: moved })) };
      }),
  };
}

/** There are no ACLs yet: every call says so. */
export const aclAdmin: AclAdmin = {
  createAcls: () => Promise.reject(noAcls()),
  describeAcls: () => Promise.reject(noAcls()),
  deleteAcls: () => Promise.reject(noAcls()),
};

function noAcls(): KafkaJSNotImplemented {
  return new KafkaJSNotImplemented('There are no ACLs in this version');
}

/** What turns the configs that were set before into those given. */
function changesOf({ configEntries }: IResourceConfig, before: readonly string[]): ConfigChange[] {
  const kept = new Set(configEntries.map(({ name }) => name));
  return [
    ...configEntries.map(({ name, value }): ConfigChange => ({ name, value, operation: 'SET' })),
    ...before
      .filter((name) => !kept.has(name))
      .map((name): ConfigChange => ({ name, operation: 'DELETE' })),
  ];
}

function checkResources(resources: readonly { type: ConfigResourceTypes; name: string }[]): void {
  if (!Array.isArray(resources)) {
    throw new KafkaJSNonRetriableError(`Invalid resources array ${String(resources)}`);
  }
  if (resources.length === 0) {
    throw new KafkaJSNonRetriableError('Resources array cannot be empty');
  }
  for (const resource of resources) {
    nativeResource(resource);
    if (typeof resource.name === 'string' && resource.name !== '') continue;
    throw new KafkaJSNonRetriableError(
      `Invalid resource name ${String(resource.name)}: ${JSON.stringify(resource)}`,
    );
  }
}

function nativeResource({ type, name }: Pick<IResourceConfig, 'type' | 'name'>): ConfigResource {
  const known = resourceTypes[type];
  if (known !== undefined) return { type: known, name };
  throw new KafkaJSNonRetriableError(
    `Invalid resource type ${String(type)}: ${JSON.stringify({ type, name })}`,
  );
}

/** The numbers are those of the wire. */
function sourceOf(name: ConfigSourceName): ConfigSource {
  return WireSource[name] as number as ConfigSource;
}

function reassignmentError(error: unknown): Error {
  if (!(error instanceof AdminError)) return translateError(error);
  const failures = [...error.failures].map(([name, failure]) => {
    const cause = translateError(failure);
    const [, topic, partition] = /^(.*)-(\d+)$/.exec(name) ?? [];
    return cause instanceof KafkaJSProtocolError
      ? new KafkaJSAlterPartitionReassignmentsError(cause, topic, Number(partition))
      : cause;
  });
  return new KafkaJSAggregateError('Errors altering partition reassignments', failures);
}
