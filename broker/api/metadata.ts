import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode, type ErrorName } from '../../client/protocol/error-codes';
import type { Metadata } from '../../client/protocol/messages/metadata';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { ZERO_UUID } from '../../client/protocol/schema';
import type { Logger } from '../../client/runtime/logger';
import { assertTopicName, INTERNAL_TOPICS } from '../controller/topic-name';
import type { MetadataCache, TopicMetadata } from '../metadata/metadata-cache';
import { endpointsFor } from './endpoints';
import type { ApiHandler, RequestContext } from './handler';
import { responseError } from './partition-error';

type TopicRequest = NonNullable<RequestOf<typeof Metadata>['topics']>[number];
type TopicResponse = NonNullable<ResponseInput<typeof Metadata>['topics']>[number];

/** Earlier responses cannot tell of a topic without a name. */
const FIRST_BY_ID = 12;
/** Earlier clients do not know LISTENER_NOT_FOUND. */
const FIRST_WITH_LISTENER_ERROR = 6;

export interface MetadataDependencies {
  readonly metadata: MetadataCache;
  readonly clusterId: string;
  readonly logger: Logger;
  /**
   * Creates a missing topic with the broker's defaults and waits a moment for its leaders;
   * undefined when `auto.create.topics.enable` is false.
   */
  readonly autoCreate: ((topic: string) => Promise<void>) | undefined;
  /**
   * Waits, for a while, until a controller has told this broker of all topics: one that has just
   * started must not say that topics do not exist.
   */
  readonly untilComplete: () => Promise<unknown>;
}

/** Tells clients where everything is. */
export function metadataHandler(dependencies: MetadataDependencies): ApiHandler<typeof Metadata> {
  const { metadata, clusterId } = dependencies;
  return async (request, context) => {
    if (!metadata.isComplete) await dependencies.untilComplete();
    if (context.apiVersion < FIRST_BY_ID && request.topics?.some(isById)) {
      throw new ProtocolError(
        'INVALID_REQUEST',
        `A topic goes by its id; that is possible from version ${FIRST_BY_ID} on.`,
      );
    }
    // Version 0 had no null: it asked for all topics with an empty list.
    const all = !request.topics || (context.apiVersion === 0 && request.topics.length === 0);
    const topics = all
      ? metadata.topics().map((topic) => describe(topic, metadata, context))
      : await Promise.all(
          (request.topics as TopicRequest[]).map((wanted) =>
            one(wanted, request.allowAutoTopicCreation, dependencies, context),
          ),
        );
    return {
      brokers: endpointsFor(metadata.brokers, context.listenerName).map(
        ({ id, host, port, rack }) => ({ nodeId: id, host, port, rack }),
      ),
      clusterId,
      controllerId: metadata.controllerId,
      topics,
    };
  };
}

/** Kafka's own client leaves the name empty instead of null. */
function isById({ name, topicId }: TopicRequest): boolean {
  return name === null || topicId !== ZERO_UUID;
}

async function one(
  wanted: TopicRequest,
  mayCreate: boolean,
  { metadata, autoCreate, logger }: MetadataDependencies,
  context: RequestContext,
): Promise<TopicResponse> {
  const { name, topicId } = wanted;
  if (name === null || isById(wanted)) {
    const topic = metadata.topic(metadata.topicNameOf(topicId) ?? '');
    return topic
      ? describe(topic, metadata, context)
      : unavailable(null, topicId, ErrorCode.UNKNOWN_TOPIC_ID);
  }
  try {
    assertTopicName(name);
    if (!metadata.topic(name) && mayCreate && autoCreate) await autoCreate(name);
  } catch (error) {
    return unavailable(name, ZERO_UUID, responseError(error, logger, 'Metadata').errorCode);
  }
  const topic = metadata.topic(name);
  if (topic) return describe(topic, metadata, context);
  return unavailable(
    name,
    ZERO_UUID,
    mayCreate && autoCreate ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  );
}

function unavailable(name: string | null, topicId: string, errorCode: number): TopicResponse {
  return { errorCode, name, topicId, partitions: [] };
}

function describe(
  topic: TopicMetadata,
  metadata: MetadataCache,
  context: RequestContext,
): TopicResponse {
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: INTERNAL_TOPICS.has(topic.name),
    partitions: Array.from(topic.partitions, (partition, index) => {
      const error = leaderError(partition?.leader, metadata, context);
      return {
        errorCode: ErrorCode[error],
        partitionIndex: index,
        leaderId: error === 'NONE' && partition ? partition.leader : -1,
        leaderEpoch: partition?.leaderEpoch ?? -1,
        replicaNodes: partition?.replicas ?? [],
        isrNodes: partition?.isr ?? [],
        offlineReplicas: metadata.offlineReplicas(topic.name, index),
      };
    }),
  };
}

/** Whether the client can be sent to the leader. */
function leaderError(
  leader: number | undefined,
  metadata: MetadataCache,
  { apiVersion, listenerName }: RequestContext,
): ErrorName {
  const broker = leader === undefined ? undefined : metadata.broker(leader);
  if (!broker) return 'LEADER_NOT_AVAILABLE';
  if (broker.endpoints.has(listenerName)) return 'NONE';
  return apiVersion >= FIRST_WITH_LISTENER_ERROR ? 'LISTENER_NOT_FOUND' : 'LEADER_NOT_AVAILABLE';
}
