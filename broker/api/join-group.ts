import { ErrorCode } from '../../client/protocol/error-codes';
import type { JoinGroup } from '../../client/protocol/messages/join-group';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

/** From this version on a member gets an id first, and joins with it (KIP-394). */
const FIRST_WITH_KNOWN_ID = 4;
/** From this version on a leader may be told that it need not assign anything (KIP-814). */
const FIRST_SKIPPING = 9;
/** From this version on there may be no protocol. */
const FIRST_WITH_NULL_PROTOCOL = 7;

/** Answered when all members have come, or their time is over. */
export function joinGroupHandler(room: GroupRoom): ApiHandler<typeof JoinGroup> {
  return async (request, { apiVersion, clientId, remoteAddress }) => {
    const nothing = apiVersion < FIRST_WITH_NULL_PROTOCOL ? '' : null;
    const { memberId } = request;
    try {
      const outcome = await room.groups.join(request.groupId, {
        memberId,
        groupInstanceId: request.groupInstanceId,
        clientId: clientId ?? '',
        clientHost: `/${remoteAddress}`,
        sessionTimeoutMs: request.sessionTimeoutMs,
        rebalanceTimeoutMs: request.rebalanceTimeoutMs,
        protocolType: request.protocolType,
        // Copied: the bytes of a request are used again.
        protocols: request.protocols.map(({ name, metadata }) => ({
          name,
          metadata: Buffer.from(metadata),
        })),
        requiresKnownId: apiVersion >= FIRST_WITH_KNOWN_ID,
        maySkipAssignment: apiVersion >= FIRST_SKIPPING,
        reason: request.reason,
      });
      if ('idRequired' in outcome) {
        const { idRequired } = outcome;
        const errorCode = ErrorCode.MEMBER_ID_REQUIRED;
        return { errorCode, memberId: idRequired, protocolName: nothing };
      }
      return {
        errorCode: ErrorCode.NONE,
        generationId: outcome.generation,
        protocolType: outcome.protocolType,
        protocolName: outcome.protocol ?? nothing,
        leader: outcome.leader,
        skipAssignment: outcome.skipAssignment,
        memberId: outcome.memberId,
        members: [...outcome.members],
      };
    } catch (error) {
      const errorCode = groupErrorCode(error, room, 'JoinGroup');
      return { errorCode, memberId, protocolName: nothing };
    }
  };
}
