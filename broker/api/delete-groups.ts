import { ErrorCode } from '../../client/protocol/error-codes';
import type { DeleteGroups } from '../../client/protocol/messages/delete-groups';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

export function deleteGroupsHandler(room: GroupRoom): ApiHandler<typeof DeleteGroups> {
  return async ({ groupsNames }) => ({
    results: await Promise.all(
      [...new Set(groupsNames)].map(async (groupId) => {
        try {
          await room.groups.delete(groupId);
          return { groupId, errorCode: ErrorCode.NONE };
        } catch (error) {
          return { groupId, errorCode: groupErrorCode(error, room, 'DeleteGroups') };
        }
      }),
    ),
  });
}
