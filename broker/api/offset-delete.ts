import { ErrorCode } from '../../client/protocol/error-codes';
import type { OffsetDelete } from '../../client/protocol/messages/offset-delete';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

export function offsetDeleteHandler(room: GroupRoom): ApiHandler<typeof OffsetDelete> {
  return async ({ groupId, topics }) => {
    const named = topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
    );
    try {
      const refusals = await room.groups.deleteOffsets(groupId, named);
      let next = 0;
      return {
        errorCode: ErrorCode.NONE,
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({
            partitionIndex,
            errorCode: refusals[next++]?.errorCode ?? ErrorCode.NONE,
          })),
        })),
      };
    } catch (error) {
      return { errorCode: groupErrorCode(error, room, 'OffsetDelete') };
    }
  };
}
