import { ErrorCode } from '../../client/protocol/error-codes';
import type { SyncGroup } from '../../client/protocol/messages/sync-group';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

/** From this version on a member says what it takes the protocol to be. */
const FIRST_WITH_PROTOCOL = 5;

/** Answered when the leader has brought the assignments. */
export function syncGroupHandler(room: GroupRoom): ApiHandler<typeof SyncGroup> {
  return async (request, { apiVersion }) => {
    const { protocolType, protocolName } = request;
    if (apiVersion >= FIRST_WITH_PROTOCOL && (protocolType === null || protocolName === null)) {
      return { errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL };
    }
    try {
      const outcome = await room.groups.sync(request.groupId, {
        memberId: request.memberId,
        groupInstanceId: request.groupInstanceId,
        generation: request.generationId,
        protocolType,
        protocol: protocolName,
        // Copied: the bytes of a request are used again.
        assignments: new Map(
          request.assignments.map((one) => [one.memberId, Buffer.from(one.assignment)]),
        ),
      });
      return {
        errorCode: ErrorCode.NONE,
        protocolType: outcome.protocolType,
        protocolName: outcome.protocol,
        assignment: outcome.assignment,
      };
    } catch (error) {
      return { errorCode: groupErrorCode(error, room, 'SyncGroup') };
    }
  };
}
