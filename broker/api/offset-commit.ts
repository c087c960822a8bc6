import type { RequestOf } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { OffsetCommit } from '../../client/protocol/messages/offset-commit';
import { ZERO_UUID } from '../../client/protocol/schema';
import type { Clock } from '../../client/runtime/clock';
import type { OffsetChange } from '../coordinator/group/stored-group';
import type { MetadataCache } from '../metadata/metadata-cache';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

export interface OffsetCommitDependencies extends GroupRoom {
  readonly metadata: Pick<MetadataCache, 'topic'>;
  readonly clock: Clock;
  /** `offset.metadata.max.bytes`, as it is now. */
  readonly maxMetadataBytes: () => number;
}

type Request = RequestOf<typeof OffsetCommit>;
type Partition = Request['topics'][number]['partitions'][number];

/** Stores how far a group has read; answered when it is stored. */
export function offsetCommitHandler(
  dependencies: OffsetCommitDependencies,
): ApiHandler<typeof OffsetCommit> {
  return async (request) => {
    const changes: OffsetChange[] = [];
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((partition) => {
        const { partitionIndex } = partition;
        const errorCode = refusalOf(name, partition, dependencies);
        if (errorCode === ErrorCode.NONE)
          changes.push(changeOf(name, partition, request, dependencies));
        return { partitionIndex, errorCode };
      }),
    }));
    // Nothing but mistakes: who asks may yet learn that it is no member.
    try {
      await dependencies.groups.commit(request.groupId, {
        memberId: request.memberId,
        groupInstanceId: request.groupInstanceId,
        generation: request.generationIdOrMemberEpoch,
        changes,
      });
    } catch (error) {
      const errorCode = groupErrorCode(error, dependencies, 'OffsetCommit');
      for (const { partitions } of topics) {
        for (const partition of partitions) {
          if (partition.errorCode === ErrorCode.NONE) partition.errorCode = errorCode;
        }
      }
    }
    return { topics };
  };
}

function refusalOf(
  topic: string,
  { partitionIndex, committedMetadata }: Partition,
  { metadata, maxMetadataBytes }: OffsetCommitDependencies,
): number {
  if (!metadata.topic(topic)?.partitions[partitionIndex]) {
    return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }
  const bytes = Buffer.byteLength(committedMetadata ?? '');
  return bytes > maxMetadataBytes() ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE;
}

function changeOf(
  topic: string,
  partition: Partition,
  { retentionTimeMs }: Request,
  { clock, metadata }: OffsetCommitDependencies,
): OffsetChange {
  const { partitionIndex, committedOffset, committedLeaderEpoch, commitTimestamp } = partition;
  const now = clock.now();
  const topicId = metadata.topic(topic)?.topicId;
  const committedAt = commitTimestamp < 0 ? now : commitTimestamp;
  return {
    topic,
    partition: partitionIndex,
    committed: {
      offset: committedOffset,
      leaderEpoch: committedLeaderEpoch,
      metadata: partition.committedMetadata ?? '',
      commitTimestamp: committedAt,
      expireTimestamp: retentionTimeMs < 0 ? null : laterBy(committedAt, retentionTimeMs),
      ...(topicId !== undefined && topicId !== ZERO_UUID && { topicId }),
    },
  };
}

/** Whoever asks to keep an offset for ever must not make a number that cannot be stored. */
function laterBy(time: number, ms: number): number {
  return Math.min(time + ms, Number.MAX_SAFE_INTEGER);
}
