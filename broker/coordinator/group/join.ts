import { ProtocolError } from '../../../client/protocol/protocol-error';
import { describeError } from '../../../client/runtime/error';
import type { Group } from './group';
import { GroupMember, type JoinOutcome, type MemberProtocol } from './group-member';

/** A member that joins, or joins again. */
export interface JoinRequest {
  /** Empty for one that has no id yet. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
  /** A member without an id gets one first and joins with it (KIP-394). */
  readonly requiresKnownId: boolean;
  /** Whether it understands that a leader need not assign anything (KIP-814). */
  readonly maySkipAssignment: boolean;
  readonly reason: string | null;
}

/** An id to join with at once. */
export interface IdGiven {
  readonly idRequired: string;
}

/**
 * Kafka's GroupCoordinator.doUnknownJoinGroup and doCurrentMemberJoinGroup.
 *
 * @throws ProtocolError
 */
export async function join(group: Group, request: JoinRequest): Promise<JoinOutcome | IdGiven> {
  assertSessionTimeout(group, request);
  const { roster } = group;
  const isMatching =
    request.protocolType !== '' &&
    (roster.size === 0 || group.protocolType === request.protocolType) &&
    roster.understands(request.protocols);
  if (!isMatching) throw new ProtocolError('INCONSISTENT_GROUP_PROTOCOL');
  if (!hasRoom(group, request.memberId)) {
    roster.pending.delete(request.memberId);
    throw new ProtocolError(
      'GROUP_MAX_SIZE_REACHED',
      `Group ${group.id} has ${roster.size} members; group.max.size allows no more.`,
    );
  }
  return request.memberId === '' ? joinAnew(group, request) : joinAgain(group, request);
}

function assertSessionTimeout(group: Group, { sessionTimeoutMs }: JoinRequest): void {
  const { minSessionTimeoutMs, maxSessionTimeoutMs } = group.environment.configs();
  if (sessionTimeoutMs >= minSessionTimeoutMs && sessionTimeoutMs <= maxSessionTimeoutMs) return;
  throw new ProtocolError(
    'INVALID_SESSION_TIMEOUT',
    `A session of ${sessionTimeoutMs} ms is not within group.min.session.timeout.ms ` +
      `(${minSessionTimeoutMs}) and group.max.session.timeout.ms (${maxSessionTimeoutMs}).`,
  );
}

function hasRoom({ state, roster, environment }: Group, memberId: string): boolean {
  const { maxSize } = environment.configs();
  const known = roster.get(memberId);
  if (state === 'Empty') return true;
  if (state === 'PreparingRebalance') {
    return known?.joining !== undefined || roster.joiningCount < maxSize;
  }
  return known !== undefined || roster.size < maxSize;
}

function joinAnew(group: Group, request: JoinRequest): Promise<JoinOutcome | IdGiven> {
  const { groupInstanceId, clientId, requiresKnownId, sessionTimeoutMs } = request;
  const memberId = `${groupInstanceId ?? clientId}-${group.environment.newId()}`;
  if (groupInstanceId !== null) {
    const old = group.roster.ofInstance(groupInstanceId);
    if (old) return takeOver(group, old, memberId, request);
  } else if (requiresKnownId) {
    group.addPending(memberId, sessionTimeoutMs);
    return Promise.resolve({ idRequired: memberId });
  }
  return admit(group, memberId, request);
}

function joinAgain(group: Group, request: JoinRequest): Promise<JoinOutcome> {
  const { roster } = group;
  const { memberId, protocols } = request;
  if (roster.pending.has(memberId)) {
    // Static members are never asked to come back with an id; somebody else may be that instance.
    if (request.groupInstanceId !== null) throw new ProtocolError('UNKNOWN_MEMBER_ID');
    return admit(group, memberId, request);
  }
  const member = knownMember(group, memberId, request.groupInstanceId);
  const reason = reasonOf(request, `${memberId} joins again`);
  switch (group.state) {
    case 'PreparingRebalance':
      break;
    case 'CompletingRebalance':
      // It has not got the answer, or not understood it.
      if (!member.saysTheSame(protocols)) break;
      group.touch(member);
      return Promise.resolve(group.joinOutcome(member));
    case 'Stable':
      if (roster.leader === memberId || !member.saysTheSame(protocols)) break;
      group.touch(member);
      return Promise.resolve(group.joinOutcome(member));
    default:
      throw new ProtocolError('UNKNOWN_MEMBER_ID');
  }
  update(member, request);
  return group.gather(member, reason);
}

function admit(group: Group, memberId: string, request: JoinRequest): Promise<JoinOutcome> {
  const { groupInstanceId, clientId, clientHost } = request;
  const member = new GroupMember(memberId, groupInstanceId, clientId, clientHost);
  update(member, request);
  group.protocolType = request.protocolType;
  group.roster.add(member);
  group.log('group-member-joined', `${memberId} joins group ${group.id}.`, { member: memberId });
  return group.gather(member, reasonOf(request, `${memberId} is new`));
}

/**
 * A static member that was restarted takes the place of its former self, whose requests are refused
 * from now on (KIP-345). When nothing changes for the others there is no rebalance.
 */
async function takeOver(
  group: Group,
  old: GroupMember,
  memberId: string,
  request: JoinRequest,
): Promise<JoinOutcome> {
  const { roster } = group;
  const { groupInstanceId, clientId, clientHost } = request;
  const fenced = new ProtocolError('FENCED_INSTANCE_ID');
  old.refuseJoin(fenced);
  old.refuseSync(fenced);
  const member = new GroupMember(memberId, groupInstanceId, clientId, clientHost);
  const before = roster.chosenProtocol();
  const said = old.metadata(group.protocol);
  update(member, request);
  member.assignment = old.assignment;
  member.isNew = false;
  roster.replace(old, member);
  group.log(
    'group-member-replaced',
    `${memberId} takes the place of ${old.memberId} in group ${group.id}.`,
    { member: memberId, former: old.memberId },
  );
  const changesNothing =
    group.state === 'Stable' &&
    roster.chosenProtocol() === before &&
    member.metadata(group.protocol).equals(said);
  if (!changesNothing) return group.gather(member, reasonOf(request, `${memberId} was replaced`));
  member.hasSynced = true;
  group.touch(member);
  try {
    await group.saveMembers();
  } catch (error) {
    group.environment.logger.warn(
      { event: 'group-store-failed', group: group.id, error: describeError(error) },
      `A member of group ${group.id} that was replaced could not be stored.`,
    );
    // Meanwhile it may have left, or have been replaced itself.
    if (roster.get(memberId) === member) roster.replace(member, old);
    throw error;
  }
  group.assertInCharge();
  const outcome = group.joinOutcome(member, request.maySkipAssignment);
  if (request.maySkipAssignment) return outcome;
  // An old client that is told that it leads would assign anew, and nobody waits for that.
  const leader = outcome.leader === memberId ? old.memberId : outcome.leader;
  return { ...outcome, leader, members: [] };
}

function update(member: GroupMember, request: JoinRequest): void {
  member.protocols = request.protocols;
  member.sessionTimeoutMs = request.sessionTimeoutMs;
  // None at all would put the member out before it can ask for its assignment.
  member.rebalanceTimeoutMs =
    request.rebalanceTimeoutMs <= 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs;
}

function reasonOf({ reason }: JoinRequest, otherwise: string): string {
  return reason ? `${otherwise} (${reason})` : otherwise;
}

/**
 * The member that a request comes from.
 *
 * @throws ProtocolError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID
 */
export function knownMember(
  { roster }: Group,
  memberId: string,
  groupInstanceId: string | null,
): GroupMember {
  if (groupInstanceId !== null) {
    const present = roster.ofInstance(groupInstanceId);
    if (!present) throw new ProtocolError('UNKNOWN_MEMBER_ID');
    if (present.memberId !== memberId) throw new ProtocolError('FENCED_INSTANCE_ID');
    return present;
  }
  const member = roster.get(memberId);
  if (!member) throw new ProtocolError('UNKNOWN_MEMBER_ID');
  return member;
}
