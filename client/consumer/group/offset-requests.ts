import { apis } from '../../protocol/apis';
import { ProtocolError } from '../../protocol/protocol-error';
import { formatPartition, type TopicPartition } from '../topic-partition';
import type { GroupCoordinator } from './group-coordinator';
import type { ResolvedGroupOptions } from './group-options';
import type { Member } from './member';
import type { CommittedOffset, OffsetToCommit } from './offset-to-commit';
import { byTopic } from './topic-partitions';

/** Asks the coordinator for a group's offsets, and to store them. */
export class OffsetRequests {
  constructor(
    private readonly coordinator: GroupCoordinator,
    private readonly options: ResolvedGroupOptions,
  ) {}

  /**
   * One attempt.
   *
   * @returns what became of each partition, by its name; undefined for committed
   * @throws what kept the answer from coming
   */
  async commit(
    { memberId, generationId }: Member,
    offsets: readonly OffsetToCommit[],
  ): Promise<Map<string, ProtocolError | undefined>> {
    const { groupId, groupInstanceId } = this.options;
    const known = new Map(offsets.map((offset) => [formatPartition(offset), offset]));
    const topics = byTopic(offsets).map(({ topic, partitions }) => ({
      name: topic,
      partitions: partitions.map((partition) => {
        const given = known.get(formatPartition({ topic, partition }));
        return {
          partitionIndex: partition,
          committedOffset: given?.offset ?? -1,
          committedLeaderEpoch: given?.leaderEpoch ?? -1,
          committedMetadata: given?.metadata ?? '',
        };
      }),
    }));
    const response = await this.coordinator.call({
      api: apis.OffsetCommit,
      // An error of the group stands at each partition.
      errorCode: ({ topics: [first] }) => first?.partitions[0]?.errorCode ?? 0,
      body: () => ({
        groupId,
        generationIdOrMemberEpoch: generationId,
        memberId,
        groupInstanceId: generationId < 0 ? null : groupInstanceId,
        topics,
      }),
    });
    const results = new Map<string, ProtocolError | undefined>();
    for (const { name, partitions } of response.topics) {
      for (const { partitionIndex, errorCode } of partitions) {
        const at = formatPartition({ topic: name, partition: partitionIndex });
        results.set(at, ProtocolError.fromCode(errorCode));
      }
    }
    return results;
  }

  /**
   * One attempt.
   *
   * @throws ProtocolError, of the group or of the first partition that has one; what kept the answer
   *   from coming
   */
  async fetch(partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    const { groupId, requireStableOffsets: requireStable } = this.options;
    const topics = byTopic(partitions).map(({ topic, partitions: partitionIndexes }) => ({
      name: topic,
      partitionIndexes,
    }));
    const response = await this.coordinator.call({
      api: apis.OffsetFetch,
      errorCode: ({ errorCode, groups: [group] }) => group?.errorCode ?? errorCode,
      body: (version) => ({
        ...(version < 8 ? { groupId, topics } : { groups: [{ groupId, topics }] }),
        ...(version >= 7 && { requireStable }),
      }),
    });
    const group = response.groups.find((one) => one.groupId === groupId) ?? response;
    const error = ProtocolError.fromCode(group.errorCode);
    if (error) throw error;
    const found = new Map<string, CommittedOffset>();
    for (const { name: topic, partitions: replies } of group.topics) {
      for (const { partitionIndex: partition, ...reply } of replies) {
        const at = { topic, partition };
        const failure = ProtocolError.fromCode(reply.errorCode);
        if (failure)
          throw new ProtocolError(failure.code, `${formatPartition(at)}: ${failure.message}`);
        found.set(formatPartition(at), {
          ...at,
          offset: reply.committedOffset < 0 ? null : reply.committedOffset,
          leaderEpoch: reply.committedLeaderEpoch,
          metadata: reply.metadata ?? '',
        });
      }
    }
    return partitions.map(
      (at) =>
        found.get(formatPartition(at)) ?? { ...at, offset: null, leaderEpoch: -1, metadata: '' },
    );
  }
}
