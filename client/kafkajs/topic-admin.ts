import {
  AdminError,
  type Admin as NativeAdmin,
  type ListOffsetsQuestion,
  type NewTopic,
} from '../admin';
import type { ITopicConfig, TopicAdmin } from './admin-types';
import {
  KafkaJSAggregateError,
  KafkaJSCreateTopicError,
  KafkaJSDeleteTopicRecordsError,
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSProtocolError,
} from './errors';
import type { Logger } from './logger';
import { partitionMetadata } from './native-message';
import { translated, translateError } from './translate-error';

/** Milliseconds for calls that change topics, as in KafkaJS. */
export const CHANGE_TIMEOUT_MS = 5000;

/** KafkaJS's admin, as far as it is about topics. */
export function topicAdmin(native: () => NativeAdmin, logger: Logger): TopicAdmin {
  const offsetsOf = async (
    topic: string,
    at: ListOffsetsQuestion['at'],
  ): Promise<Map<number, number>> => {
    const [{ partitions }] = await native().describeTopics([topic]);
    const listed = await native().listOffsets(
      partitions.map(({ partition }) => ({ topic, partition, at })),
    );
    return new Map(listed.map(({ partition, offset }) => [partition, offset]));
  };

  const fetchTopicOffsets: TopicAdmin['fetchTopicOffsets'] = async (topic) => {
    checkTopic(topic);
    return translated(async () => {
      const [highs, lows] = await Promise.all([
        offsetsOf(topic, 'latest'),
        offsetsOf(topic, 'earliest'),
      ]);
      return [...highs].map(([partition, high]) => ({
        partition,
        offset: String(high),
        high: String(high),
        low: String(lows.get(partition)),
      }));
    });
  };

  return {
    listTopics: () =>
      translated(async () =>
        (await native().listTopics({ listInternal: true })).map(({ name }) => name),
      ),

    createTopics: async ({ topics, timeout, validateOnly = false, waitForLeaders = true }) => {
      checkNewTopics(topics);
      try {
        await native().createTopics(topics.map(newTopic), {
          timeoutMs: timeout ?? CHANGE_TIMEOUT_MS,
          validateOnly,
          waitForLeaders,
        });
        return true;
      } catch (error) {
        const failures = creationFailures(error);
        if (failures.length === 0) throw translateError(error);
        if (failures.every(({ type }) => type === 'TOPIC_ALREADY_EXISTS')) return false;
        throw new KafkaJSAggregateError('Topic creation errors', failures);
      }
    },

    deleteTopics: async ({ topics, timeout = CHANGE_TIMEOUT_MS }) => {
      checkNames(topics);
      return translated(() => native().deleteTopics(topics, { timeoutMs: timeout }));
    },

    createPartitions: async ({ topicPartitions, timeout, validateOnly = false }) => {
      checkList('topic partitions', topicPartitions);
      if (topicPartitions.length === 0) {
        throw new KafkaJSNonRetriableError('Empty topic partitions array');
      }
      const timeoutMs = timeout ?? CHANGE_TIMEOUT_MS;
      await translated(() =>
        native().createPartitions(topicPartitions, { timeoutMs, validateOnly }),
      );
      return true;
    },

    fetchTopicMetadata: async ({ topics = [] } = { topics: [] }) => {
      topics.forEach(checkTopic);
      return translated(async () => {
        const names =
          topics.length > 0
            ? topics
            : (await native().listTopics({ listInternal: true })).map(({ name }) => name);
        const described = await native().describeTopics(names);
        return {
          topics: described.map(({ name, partitions }) => ({
            name,
            partitions: partitions.map(partitionMetadata),
          })),
        };
      });
    },

    fetchTopicOffsets,

    fetchTopicOffsetsByTimestamp: async (topic, timestamp) => {
      checkTopic(topic);
      return translated(async () => {
        const [highs, found] = await Promise.all([
          offsetsOf(topic, 'latest'),
          offsetsOf(topic, timestamp),
        ]);
        return [...found].map(([partition, offset]) => ({
          partition,
          offset: String(offset >= 0 ? offset : highs.get(partition)),
        }));
      });
    },

    deleteTopicRecords: async ({ topic, partitions }) => {
      checkTopic(topic);
      if (!(partitions as unknown) || partitions.length === 0) {
        throw new KafkaJSNonRetriableError('Invalid partitions');
      }
      const offsets = await fetchTopicOffsets(topic);
      for (const { partition, offset } of partitions) {
        const low = offsets.find((known) => known.partition === partition)?.low;
        if (Number(offset) === -1 || low === undefined || Number(offset) >= Number(low)) continue;
        logger.warn('The requested offset is before the first one: nothing will be deleted', {
          topic,
          partition,
          offset,
        });
      }
      try {
        await native().deleteRecords(
          partitions.map(({ partition, offset }) => ({
            topic,
            partition,
            beforeOffset: Number(offset),
          })),
        );
      } catch (error) {
        if (!(error instanceof AdminError)) throw translateError(error);
        const failed = partitions.flatMap(({ partition, offset }) => {
          const failure = error.failures.get(`${topic}-${partition}`);
          if (!failure) return [];
          const cause = translateError(failure);
          const known = cause instanceof KafkaJSError ? cause : new KafkaJSError(cause);
          return [{ partition, offset, error: known }];
        });
        throw new KafkaJSDeleteTopicRecordsError({ topic, partitions: failed });
      }
    },
  };
}

export function checkTopic(topic: unknown): void {
  if (typeof topic === 'string' && topic !== '') return;
  throw new KafkaJSNonRetriableError(`Invalid topic ${String(topic)}`);
}

function checkList(what: string, list: readonly { topic: string }[]): void {
  if (!Array.isArray(list)) {
    throw new KafkaJSNonRetriableError(`Invalid ${what} array ${String(list)}`);
  }
  if (list.some(({ topic }) => typeof topic !== 'string')) {
    throw new KafkaJSNonRetriableError(
      `Invalid ${what} array, the topic names have to be a valid string`,
    );
  }
  if (new Set(list.map(({ topic }) => topic)).size < list.length) {
    throw new KafkaJSNonRetriableError(
      `Invalid ${what} array, it cannot have multiple entries for the same topic`,
    );
  }
}

function checkNames(topics: unknown): void {
  if (!Array.isArray(topics)) {
    throw new KafkaJSNonRetriableError(`Invalid topics array ${String(topics)}`);
  }
  if (topics.every((topic) => typeof topic === 'string')) return;
  throw new KafkaJSNonRetriableError('Invalid topics array, the names must be a valid string');
}

function checkNewTopics(topics: readonly ITopicConfig[]): void {
  checkList('topics', topics);
  for (const { topic, configEntries = [] } of topics) {
    const wrong = `Invalid configEntries for topic "${topic}"`;
    if (!Array.isArray(configEntries)) {
      throw new KafkaJSNonRetriableError(`${wrong}, must be an array`);
    }
    configEntries.forEach((entry, index) => {
      if (typeof entry !== 'object' || entry === null) {
        throw new KafkaJSNonRetriableError(`${wrong}. Entry ${index} must be an object`);
      }
      for (const name of ['name', 'value'] as const) {
        if (typeof entry[name] === 'string') continue;
        throw new KafkaJSNonRetriableError(
          `${wrong}. Entry ${index} must have a valid "${name}" property`,
        );
      }
    });
  }
}

function newTopic(config: ITopicConfig): NewTopic {
  const { topic, numPartitions = -1, replicationFactor = -1, replicaAssignment = [] } = config;
  return {
    topic,
    ...(numPartitions > 0 ? { numPartitions } : {}),
    ...(replicationFactor > 0 ? { replicationFactor } : {}),
    ...(replicaAssignment.length > 0
      ? {
          assignments: [...replicaAssignment]
            .sort((a, b) => a.partition - b.partition)
            .map(({ replicas }) => replicas),
        }
      : {}),
    configs: Object.fromEntries(
      (config.configEntries ?? []).map(({ name, value }) => [name, value]),
    ),
  };
}

/** What the brokers said about single topics; nothing when the call failed as a whole. */
function creationFailures(error: unknown): KafkaJSCreateTopicError[] {
  if (!(error instanceof AdminError)) return [];
  return [...error.failures].flatMap(([topic, failure]) => {
    const cause = translateError(failure);
    return cause instanceof KafkaJSProtocolError ? [new KafkaJSCreateTopicError(cause, topic)] : [];
  });
}
