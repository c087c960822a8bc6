import { ErrorCode } from '../../client/protocol/error-codes';
import type { DescribeGroups } from '../../client/protocol/messages/describe-groups';
import type { GroupDescription } from '../coordinator/group/group-coordinator';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

const NOTHING = Buffer.alloc(0);

/** Tells state and members of groups that this broker coordinates; Dead for those nobody knows. */
export function describeGroupsHandler(room: GroupRoom): ApiHandler<typeof DescribeGroups> {
  return async ({ groups }) => ({
    groups: await Promise.all(
      groups.map(async (groupId) => {
        try {
          return described(await room.groups.describe(groupId));
        } catch (error) {
          const errorCode = groupErrorCode(error, room, 'DescribeGroups');
          return { errorCode, groupId, groupState: 'Dead' };
        }
      }),
    ),
  });
}

/** What members say and have been assigned is told while it is valid, as Kafka does. */
function described({ groupId, state, protocolType, protocol, members }: GroupDescription) {
  const isStable = state === 'Stable';
  return {
    errorCode: ErrorCode.NONE,
    groupId,
    groupState: state,
    protocolType,
    protocolData: isStable ? protocol : '',
    members: members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable
        ? (member.protocols.find(({ name }) => name === protocol)?.metadata ?? NOTHING)
        : NOTHING,
      memberAssignment: isStable ? member.assignment : NOTHING,
    })),
  };
}
