import { ErrorCode } from '../../client/protocol/error-codes';
import type { LeaveGroup } from '../../client/protocol/messages/leave-group';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

/** From this version on several members leave at once. */
const FIRST_BATCHED = 3;

export function leaveGroupHandler(room: GroupRoom): ApiHandler<typeof LeaveGroup> {
  return async ({ groupId, memberId, members }, { apiVersion }) => {
    const leaving =
      apiVersion < FIRST_BATCHED ? [{ memberId, groupInstanceId: null, reason: null }] : members;
    try {
      const refusals = await room.groups.leave(groupId, leaving);
      const codes = refusals.map((refusal) => refusal?.errorCode ?? ErrorCode.NONE);
      if (apiVersion < FIRST_BATCHED) return { errorCode: codes[0] ?? ErrorCode.NONE };
      return {
        errorCode: ErrorCode.NONE,
        members: members.map((member, index) => ({
          memberId: member.memberId,
          groupInstanceId: member.groupInstanceId,
          errorCode: codes[index] ?? ErrorCode.NONE,
        })),
      };
    } catch (error) {
      return { errorCode: groupErrorCode(error, room, 'LeaveGroup') };
    }
  };
}
