import { ProtocolError } from '../../../client/protocol/protocol-error';
import type { Group } from './group';
import { knownMember } from './join';

export interface LeaveRequest {
  /** Empty to name a static member by its instance id alone. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly reason: string | null;
}

/**
 * Kafka's GroupCoordinator.handleLeaveGroup, for one member.
 *
 * @throws ProtocolError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID
 */
export function leave(group: Group, { memberId, groupInstanceId, reason }: LeaveRequest): void {
  const { roster } = group;
  if (memberId !== '' && roster.pending.has(memberId)) {
    if (groupInstanceId !== null) throw new ProtocolError('UNKNOWN_MEMBER_ID');
    group.removePending(memberId);
    return;
  }
  const member =
    memberId === '' && groupInstanceId !== null
      ? roster.ofInstance(groupInstanceId)
      : knownMember(group, memberId, groupInstanceId);
  if (!member) throw new ProtocolError('UNKNOWN_MEMBER_ID');
  group.removeMember(member, reason ? `it leaves: ${reason}` : 'it leaves');
}
