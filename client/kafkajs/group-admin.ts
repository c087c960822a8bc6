import { AdminError, type Admin as NativeAdmin, type GroupDescription } from '../admin';
import { ErrorCode } from '../protocol/error-codes';
import type { GroupAdmin, TopicAdmin } from './admin-types';
import { KafkaJSDeleteGroupsError, KafkaJSNonRetriableError, KafkaJSProtocolError } from './errors';
import type { GroupDescription as Description } from './group-types';
import type { FetchOffsetsPartition, SeekEntry } from './offset-types';
import { checkTopic } from './topic-admin';
import { translated, translateError } from './translate-error';

/** What KafkaJS calls the two ends of a partition. */
const LATEST = -1;
const EARLIEST = -2;

/** KafkaJS's admin, as far as it is about groups. */
export function groupAdmin(
  native: () => NativeAdmin,
  { fetchTopicOffsets }: Pick<TopicAdmin, 'fetchTopicOffsets'>,
): GroupAdmin {
  /** Offsets with the ends of the partitions in place of -1 and -2. */
  const resolved = async <Entry extends SeekEntry>(
    topic: string,
    partitions: readonly Entry[],
  ): Promise<Entry[]> => {
    if (partitions.every(({ offset }) => Number(offset) >= 0)) return [...partitions];
    const ends = await fetchTopicOffsets(topic);
    return partitions.map((entry) => {
      const end = ends.find(({ partition }) => partition === entry.partition);
      if (Number(entry.offset) === LATEST) return { ...entry, offset: end?.high ?? entry.offset };
      if (Number(entry.offset) === EARLIEST) return { ...entry, offset: end?.low ?? entry.offset };
      return entry;
    });
  };

  const setOffsets: GroupAdmin['setOffsets'] = async ({ groupId, topic, partitions }) => {
    checkGroup(groupId);
    checkTopic(topic);
    if (!(partitions as unknown) || partitions.length === 0) {
      throw new KafkaJSNonRetriableError('Invalid partitions');
    }
    await translated(async () => {
      const [{ state }] = await native().describeGroups([groupId]);
      if (state !== 'Empty' && state !== 'Dead') {
        throw new KafkaJSNonRetriableError(
          `The consumer group must have no running instances, current state: ${state}`,
        );
      }
      const offsets = await resolved(topic, partitions);
      await native().alterGroupOffsets(
        groupId,
        offsets.map(({ partition, offset }) => ({ topic, partition, offset: offsetOf(offset) })),
      );
    });
  };

  return {
    listGroups: () =>
      translated(async () => ({
        groups: (await native().listGroups()).map(({ groupId, protocolType }) => ({
          groupId,
          protocolType,
        })),
      })),

    describeGroups: (groupIds) =>
      translated(async () => ({
        groups: (await native().describeGroups(groupIds)).map(describedGroup),
      })),

    deleteGroups: async (groupIds) => {
      if (!Array.isArray(groupIds)) {
        throw new KafkaJSNonRetriableError(`Invalid groupIds array ${String(groupIds)}`);
      }
      if (groupIds.some((groupId) => typeof groupId !== 'string')) {
        throw new KafkaJSNonRetriableError(`Invalid groupId name: ${JSON.stringify(groupIds)}`);
      }
      try {
        await native().deleteGroups(groupIds);
        return groupIds.map((groupId) => ({ groupId, errorCode: ErrorCode.NONE }));
      } catch (error) {
        if (!(error instanceof AdminError)) throw translateError(error);
        const failed = [...error.failures].map(([groupId, failure]) => {
          const cause = translateError(failure);
          return cause instanceof KafkaJSProtocolError
            ? { groupId, errorCode: cause.code, error: cause }
            : { groupId, errorCode: ErrorCode.UNKNOWN_SERVER_ERROR };
        });
        throw new KafkaJSDeleteGroupsError('Error in DeleteGroups', failed);
      }
    },

    fetchOffsets: async ({ groupId, topics = [], resolveOffsets = false }) => {
      checkGroup(groupId);
      if (!Array.isArray(topics)) {
        throw new KafkaJSNonRetriableError('Expected topics array to be set');
      }
      return translated(async () => {
        const described = await native().describeTopics(topics);
        const partitions = described.flatMap((topic) =>
          topic.partitions.map(({ partition }) => ({ topic: topic.name, partition })),
        );
        const listed = await native().listGroupOffsets(
          groupId,
          topics.length > 0 ? { partitions } : {},
        );
        const byTopic = new Map<string, FetchOffsetsPartition[]>();
        for (const { topic, partition, offset, metadata } of listed) {
          const entry = { partition, offset: String(offset), metadata: metadata || null };
          byTopic.set(topic, [...(byTopic.get(topic) ?? []), entry]);
        }
        if (resolveOffsets) {
          for (const [topic, entries] of byTopic) {
            const offsets = await resolved(topic, entries);
            byTopic.set(topic, offsets);
            await setOffsets({ groupId, topic, partitions: offsets });
          }
        }
        return [...byTopic].map(([topic, entries]) => ({ topic, partitions: entries }));
      });
    },

    setOffsets,

    resetOffsets: async ({ groupId, topic, earliest = false }) => {
      checkGroup(groupId);
      checkTopic(topic);
      const ends = await fetchTopicOffsets(topic);
      const partitions = ends.map(({ partition, high, low }) => ({
        partition,
        offset: earliest ? low : high,
      }));
      return setOffsets({ groupId, topic, partitions });
    },
  };
}

/** As the broker tells it in KafkaJS. */
export function describedGroup(group: GroupDescription): Description & { errorCode: number } {
  return {
    errorCode: ErrorCode.NONE,
    groupId: group.groupId,
    members: group.members.map(({ host, clientId, memberId, assignment, metadata }) => ({
      clientHost: host,
      clientId,
      memberId,
      memberAssignment: assignment,
      memberMetadata: metadata,
    })),
    protocol: group.protocol,
    protocolType: group.protocolType,
    state: group.state,
  };
}

/** @throws KafkaJSNonRetriableError when it is none */
export function offsetOf(text: string): number {
  const offset = Number(text);
  if (Number.isSafeInteger(offset) && offset >= 0) return offset;
  throw new KafkaJSNonRetriableError(`Invalid offset, expected a non-negative number: ${text}`);
}

function checkGroup(groupId: unknown): void {
  if (groupId) return;
  throw new KafkaJSNonRetriableError(`Invalid groupId ${String(groupId)}`);
}
