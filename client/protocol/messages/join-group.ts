import { defineApi } from '../api';
import { array, bool, bytes, int16, int32, string } from '../schema';

export const JoinGroup = defineApi({
  key: 11,
  name: 'JoinGroup',
  versions: '0-9',
  flexible: '6+',
  doc: 'Joins a group, or joins it again for a rebalance. Answered when all members have come.',
  request: {
    groupId: string('Group id.'),
    sessionTimeoutMs: int32('Milliseconds without a heartbeat after which the member is out.'),
    rebalanceTimeoutMs: int32(
      'Milliseconds the member may take to join again; -1 for the session timeout.',
      { versions: '1+', default: -1, ignorable: true },
    ),
    memberId: string('Id given by the coordinator, empty the first time.', { default: '' }),
    groupInstanceId: string('Id of a static member (KIP-345), null for a dynamic one.', {
      versions: '5+',
      nullable: '5+',
      default: null,
    }),
    protocolType: string("What the group is for: 'consumer', 'connect', …"),
    protocols: array('Protocols the member speaks, the one it likes best first.', {
      name: string('Name of the protocol, that is of an assignor.'),
      metadata: bytes('What the assignor has to know of the member.'),
    }),
    reason: string('Why the member joins, for people.', {
      versions: '8+',
      nullable: '8+',
      default: null,
      ignorable: true,
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '2+',
      ignorable: true,
    }),
    errorCode: int16('0, or why the member did not join.'),
    generationId: int32('Generation of the group.', { default: -1 }),
    protocolType: string('What the group is for.', {
      versions: '7+',
      nullable: '7+',
      default: null,
      ignorable: true,
    }),
    protocolName: string('Protocol that was chosen.', { nullable: '7+', default: '' }),
    leader: string('Member that makes the assignment.', { default: '' }),
    skipAssignment: bool('The leader need not make a new assignment.', {
      versions: '9+',
      default: false,
    }),
    memberId: string('Id of the member.', { default: '' }),
    members: array(
      'All members, for the leader; empty for the others.',
      {
        memberId: string('Id of the member.'),
        groupInstanceId: string('Id of a static member.', {
          versions: '5+',
          nullable: '5+',
          default: null,
          ignorable: true,
        }),
        metadata: bytes('What it said under the protocol that was chosen.'),
      },
      { default: [] },
    ),
  },
});
