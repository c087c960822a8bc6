import { ErrorCode } from '../../client/protocol/error-codes';
import type { OffsetDelete } from '../../client/protocol/messages/offset-delete';
import type { MetadataCache } from '../metadata/metadata-cache';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

export interface OffsetDeleteDependencies extends GroupRoom {
  readonly metadata: Pick<MetadataCache, 'topic'>;
}

/** Forgets offsets of partitions that exist; those of topics that are deleted go with them. */
export function offsetDeleteHandler(
  dependencies: OffsetDeleteDependencies,
): ApiHandler<typeof OffsetDelete> {
  const { groups, metadata } = dependencies;
  return async ({ groupId, topics }) => {
    const named = topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        ...{ topic: name, partition: partitionIndex },
        isThere: metadata.topic(name)?.partitions[partitionIndex] !== undefined,
      })),
    }));
    const there = named.flatMap(({ partitions }) => partitions.filter(({ isThere }) => isThere));
    try {
      const refusals = (await groups.deleteOffsets(groupId, there)).values();
      const codeOf = (isThere: boolean) =>
        isThere
          ? (refusals.next().value?.errorCode ?? ErrorCode.NONE)
          : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      return {
        errorCode: ErrorCode.NONE,
        topics: named.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partition, isThere }) => ({
            partitionIndex: partition,
            errorCode: codeOf(isThere),
          })),
        })),
      };
    } catch (error) {
      return { errorCode: groupErrorCode(error, dependencies, 'OffsetDelete') };
    }
  };
}
