import { ErrorCode } from '../../client/protocol/error-codes';
import type { SyncGroup } from '../../client/protocol/messages/sync-group';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

/** Answered when the leader has brought the assignments. */
export function syncGroupHandler(room: GroupRoom): ApiHandler<typeof SyncGroup> {
  return async (request) => {
    try {
      const { protocolType, protocol, assignment } = await room.groups.sync(request.groupId, {
        memberId: request.memberId,
        groupInstanceId: request.groupInstanceId,
        generation: request.generationId,
        protocolType: request.protocolType,
        protocol: request.protocolName,
        // Copied: the bytes of a request are used again.
        assignments: new Map(
          request.assignments.map((one) => [one.memberId, Buffer.from(one.assignment)]),
        ),
      });
      return { errorCode: ErrorCode.NONE, protocolType, protocolName: protocol, assignment };
    } catch (error) {
      return { errorCode: groupErrorCode(error, room, 'SyncGroup') };
    }
  };
}
