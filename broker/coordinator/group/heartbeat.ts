import { ProtocolError } from '../../../client/protocol/protocol-error';
import type { Group } from './group';
import { knownMember } from './join';

export interface HeartbeatRequest {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generation: number;
}

/**
 * Kafka's GroupCoordinator.handleHeartbeat.
 *
 * @throws ProtocolError; REBALANCE_IN_PROGRESS asks the member to join again
 */
export function heartbeat(group: Group, request: HeartbeatRequest): void {
  const member = knownMember(group, request.memberId, request.groupInstanceId);
  if (request.generation !== group.generation) throw new ProtocolError('ILLEGAL_GENERATION');
  group.touch(member);
  if (group.state === 'PreparingRebalance') throw new ProtocolError('REBALANCE_IN_PROGRESS');
}
