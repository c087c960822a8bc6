import { ErrorCode } from '../../client/protocol/error-codes';
import type { ListGroups } from '../../client/protocol/messages/list-groups';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

/** The only type there is; KIP-848 has another. */
const CLASSIC = 'classic';

export function listGroupsHandler(room: GroupRoom): ApiHandler<typeof ListGroups> {
  return async ({ statesFilter, typesFilter }) => {
    const states = new Set(statesFilter.map((state) => state.toLowerCase()));
    const types = new Set(typesFilter.map((type) => type.toLowerCase()));
    try {
      const groups = types.size === 0 || types.has(CLASSIC) ? await room.groups.list() : [];
      return {
        errorCode: ErrorCode.NONE,
        groups: groups
          .filter(({ state }) => states.size === 0 || states.has(state.toLowerCase()))
          .map(({ groupId, protocolType, state }) => ({
            groupId,
            protocolType,
            groupState: state,
            groupType: CLASSIC,
          })),
      };
    } catch (error) {
      return { errorCode: groupErrorCode(error, room, 'ListGroups'), groups: [] };
    }
  };
}
