import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { CreateTopics } from '../../client/protocol/messages/create-topics';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import type { CreatedTopic, TopicAdmin } from '../controller/topic-admin';
import { hasLeaders, type MetadataCache } from '../metadata/metadata-cache';
import type { ApiHandler } from './handler';
import { NO_ERROR, responseError } from './partition-error';

type TopicRequest = RequestOf<typeof CreateTopics>['topics'][number];
type TopicResponse = ResponseInput<typeof CreateTopics>['topics'][number];

export interface CreateTopicsDependencies {
  readonly admin: TopicAdmin;
  readonly metadata: MetadataCache;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The configs a new topic has, for the response. */
  readonly describeConfigs: (
    overrides: Readonly<Record<string, string>>,
  ) => TopicResponse['configs'];
}

/** Creates topics and waits until their partitions have leaders. */
export function createTopicsHandler(
  dependencies: CreateTopicsDependencies,
): ApiHandler<typeof CreateTopics> {
  const { metadata, clock } = dependencies;
  return async (request) => {
    const deadline = clock.monotonic() + request.timeoutMs;
    const names = request.topics.map(({ name }) => name);
    const topics = await Promise.all(
      request.topics.map(async (topic): Promise<TopicResponse> => {
        if (names.filter((name) => name === topic.name).length > 1) {
          return refused(
            topic,
            new ProtocolError('INVALID_REQUEST', 'It is named twice.'),
            dependencies,
          );
        }
        return createOne(topic, request.validateOnly, dependencies);
      }),
    );
    if (!request.validateOnly) {
      for (const topic of topics) {
        if (topic.errorCode !== ErrorCode.NONE) continue;
        const left = deadline - clock.monotonic();
        const ready = () => {
          const known = metadata.topic(topic.name);
          // This broker may not have heard yet that an earlier topic of the name is gone.
          return known?.topicId === topic.topicId && hasLeaders(known, topic.numPartitions);
        };
        if (!(await metadata.until(ready, left, clock))) {
          topic.errorCode = ErrorCode.REQUEST_TIMED_OUT;
          topic.errorMessage = `Topic '${topic.name}' is created but has no leaders yet.`;
        }
      }
    }
    return { topics };
  };
}

async function createOne(
  topic: TopicRequest,
  validateOnly: boolean,
  dependencies: CreateTopicsDependencies,
): Promise<TopicResponse> {
  try {
    const configs = configsOf(topic);
    const created = await dependencies.admin.create(
      {
        ...topic,
        assignments: new Map(
          topic.assignments.map(({ partitionIndex, brokerIds }) => [partitionIndex, brokerIds]),
        ),
        configs,
      },
      validateOnly,
    );
    return accepted(topic.name, created, dependencies.describeConfigs(configs));
  } catch (error) {
    return refused(topic, error, dependencies);
  }
}

function configsOf({ configs }: TopicRequest): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { name, value } of configs) {
    if (value === null) {
      throw new ProtocolError('INVALID_CONFIG', `Config ${name} has no value.`);
    }
    values[name] = value;
  }
  return values;
}

function accepted(
  name: string,
  created: CreatedTopic,
  configs: TopicResponse['configs'],
): TopicResponse {
  return { name, ...NO_ERROR, ...created, configs };
}

function refused(
  { name }: TopicRequest,
  error: unknown,
  { logger }: CreateTopicsDependencies,
): TopicResponse {
  return { name, ...responseError(error, logger, 'CreateTopics'), configs: [] };
}
