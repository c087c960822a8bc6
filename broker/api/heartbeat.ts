import { ErrorCode } from '../../client/protocol/error-codes';
import type { Heartbeat } from '../../client/protocol/messages/heartbeat';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

export function heartbeatHandler(room: GroupRoom): ApiHandler<typeof Heartbeat> {
  return async ({ groupId, memberId, groupInstanceId, generationId: generation }) => {
    try {
      await room.groups.heartbeat(groupId, { memberId, groupInstanceId, generation });
      return { errorCode: ErrorCode.NONE };
    } catch (error) {
      return { errorCode: groupErrorCode(error, room, 'Heartbeat') };
    }
  };
}
