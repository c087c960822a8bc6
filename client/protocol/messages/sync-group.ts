import { defineApi } from '../api';
import { array, bytes, int16, int32, string } from '../schema';

export const SyncGroup = defineApi({
  key: 14,
  name: 'SyncGroup',
  versions: '0-5',
  flexible: '4+',
  doc: 'Gets the assignment of a member; the leader brings those of all. Answered when it has.',
  request: {
    groupId: string('Group id.'),
    generationId: int32('Generation joined.'),
    memberId: string('Id of the member.'),
    groupInstanceId: string('Id of a static member, null for a dynamic one.', {
      versions: '3+',
      nullable: '3+',
      default: null,
    }),
    protocolType: string('What the group is for.', {
      versions: '5+',
      nullable: '5+',
      default: null,
      ignorable: true,
    }),
    protocolName: string('Protocol that was chosen.', {
      versions: '5+',
      nullable: '5+',
      default: null,
      ignorable: true,
    }),
    assignments: array(
      'Assignments of all members, from the leader; empty from the others.',
      {
        memberId: string('Id of the member.'),
        assignment: bytes('Its assignment.'),
      },
      { default: [] },
    ),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '1+',
      ignorable: true,
    }),
    errorCode: int16('0, or why there is no assignment.'),
    protocolType: string('What the group is for.', {
      versions: '5+',
      nullable: '5+',
      default: null,
      ignorable: true,
    }),
    protocolName: string('Protocol that was chosen.', {
      versions: '5+',
      nullable: '5+',
      default: null,
      ignorable: true,
    }),
    assignment: bytes('The assignment of the member.', { default: Buffer.alloc(0) }),
  },
});
