import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import {
  ConfigResourceType,
  type DescribeConfigs,
} from '../../client/protocol/messages/describe-configs';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import {
  describeBrokerConfig,
  describeBrokerDefaults,
  describeTopicConfig,
  type ConfigEntry,
} from '../config/describe-configs';
import type { LiveConfigs } from '../config/live-configs';
import { assertTopicName } from '../controller/topic-name';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { ApiHandler } from './handler';
import { NO_ERROR, responseError } from './partition-error';

type Request = RequestOf<typeof DescribeConfigs>;
type Resource = Request['resources'][number];
type Result = ResponseInput<typeof DescribeConfigs>['results'][number];

export interface ConfigDependencies {
  readonly configs: LiveConfigs;
  readonly metadata: MetadataCache;
  readonly brokerId: number;
  readonly logger: Logger;
}

/** How long to wait for ZooKeeper before the configs known here are told. */
const REFRESH_MS = 2000;

/**
 * Tells the configs of topics and of this broker. Those of topics are read from ZooKeeper first, as
 * Kafka does: a client that has changed them may ask any other broker next.
 */
export function describeConfigsHandler(
  dependencies: ConfigDependencies & { readonly clock: Clock },
): ApiHandler<typeof DescribeConfigs> {
  const { configs, metadata, clock } = dependencies;
  const refresh = async ({ resourceType, resourceName }: Resource): Promise<void> => {
    if (resourceType !== ConfigResourceType.TOPIC || !metadata.topic(resourceName)) return;
    await configs.refreshTopic(resourceName, REFRESH_MS, clock);
  };
  return async (request) => ({
    results: await Promise.all(
      request.resources.map(async (resource): Promise<Result> => {
        const { resourceType, resourceName } = resource;
        try {
          await refresh(resource);
          return {
            ...NO_ERROR,
            resourceType,
            resourceName,
            configs: describeOne(resource, request, dependencies),
          };
        } catch (error) {
          const failure = responseError(error, dependencies.logger, 'DescribeConfigs');
          return { ...failure, resourceType, resourceName, configs: [] };
        }
      }),
    ),
  });
}

function describeOne(
  { resourceType, resourceName, configurationKeys }: Resource,
  { includeSynonyms, includeDocumentation }: Request,
  { configs, metadata, brokerId }: ConfigDependencies,
): ConfigEntry[] {
  const options = { keys: configurationKeys, includeSynonyms, includeDocumentation };
  switch (resourceType) {
    case ConfigResourceType.TOPIC:
      assertTopicName(resourceName);
      if (!metadata.topic(resourceName)) {
        throw new ProtocolError(
          'UNKNOWN_TOPIC_OR_PARTITION',
          `There is no topic "${resourceName}".`,
        );
      }
      return describeTopicConfig(configs.topic(resourceName), options);
    case ConfigResourceType.BROKER:
      if (resourceName === '') return describeBrokerDefaults(configs.broker, options);
      assertThisBroker(resourceName, brokerId);
      return describeBrokerConfig(configs.broker, options);
    default:
      throw new ProtocolError(
        'INVALID_REQUEST',
        `Resource type ${resourceType} has no configs here; topics (2) and brokers (4) have.`,
      );
  }
}

function assertThisBroker(name: string, brokerId: number): void {
  if (name === String(brokerId)) return;
  throw new ProtocolError(
    'INVALID_REQUEST',
    `This is broker ${brokerId}; the configs of broker "${name}" have to be asked for there.`,
  );
}
