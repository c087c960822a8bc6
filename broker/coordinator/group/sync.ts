import { ProtocolError } from '../../../client/protocol/protocol-error';
import type { Group } from './group';
import type { SyncOutcome } from './group-member';
import { knownMember } from './join';

/** A member that asks for its assignment; the leader brings those of all. */
export interface SyncRequest {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generation: number;
  /** null where the client does not say. */
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly assignments: ReadonlyMap<string, Buffer>;
}

/**
 * Kafka's GroupCoordinator.doSyncGroup.
 *
 * @throws ProtocolError
 */
export function sync(group: Group, request: SyncRequest): Promise<SyncOutcome> {
  const { memberId, groupInstanceId, generation, assignments } = request;
  const member = knownMember(group, memberId, groupInstanceId);
  if (generation !== group.generation) throw new ProtocolError('ILLEGAL_GENERATION');
  const { protocolType, protocol } = group;
  if (differs(request.protocolType, protocolType) || differs(request.protocol, protocol)) {
    throw new ProtocolError('INCONSISTENT_GROUP_PROTOCOL');
  }
  switch (group.state) {
    case 'PreparingRebalance':
      throw new ProtocolError('REBALANCE_IN_PROGRESS');
    case 'CompletingRebalance': {
      member.refuseSync(new ProtocolError('REBALANCE_IN_PROGRESS'));
      member.hasSynced = true;
      const outcome = new Promise<SyncOutcome>((resolve, reject) => {
        member.syncing = { resolve, reject };
      });
      if (memberId === group.roster.leader) void group.assign(assignments);
      return outcome;
    }
    case 'Stable':
      member.hasSynced = true;
      group.touch(member);
      return Promise.resolve({ protocolType, protocol, assignment: member.assignment });
    default:
      throw new ProtocolError('UNKNOWN_MEMBER_ID');
  }
}

function differs(said: string | null, known: string | null): boolean {
  return said !== null && said !== known;
}
