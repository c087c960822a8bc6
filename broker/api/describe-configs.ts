import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import {
  ConfigResourceType,
  type DescribeConfigs,
} from '../../client/protocol/messages/describe-configs';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Logger } from '../../client/runtime/logger';
import {
  describeBrokerConfig,
  describeBrokerDefaults,
  describeTopicConfig,
  type ConfigEntry,
} from '../config/describe-configs';
import type { LiveConfigs } from '../config/live-configs';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { ApiHandler } from './handler';
import { NO_ERROR, responseError } from './partition-error';

type Request = RequestOf<typeof DescribeConfigs>;
type Result = ResponseInput<typeof DescribeConfigs>['results'][number];

export interface ConfigDependencies {
  readonly configs: LiveConfigs;
  readonly metadata: MetadataCache;
  readonly brokerId: number;
  readonly logger: Logger;
}

/** Tells the configs of topics and of this broker. */
export function describeConfigsHandler(
  dependencies: ConfigDependencies,
): ApiHandler<typeof DescribeConfigs> {
  return (request) => ({
    results: request.resources.map((resource): Result => {
      const { resourceType, resourceName } = resource;
      try {
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
  });
}

function describeOne(
  { resourceType, resourceName, configurationKeys }: Request['resources'][number],
  { includeSynonyms, includeDocumentation }: Request,
  { configs, metadata, brokerId }: ConfigDependencies,
): ConfigEntry[] {
  const options = { keys: configurationKeys, includeSynonyms, includeDocumentation };
  switch (resourceType) {
    case ConfigResourceType.TOPIC:
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
