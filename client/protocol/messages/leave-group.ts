import { defineApi } from '../api';
import { array, int16, int32, string } from '../schema';

export const LeaveGroup = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versions: '0-5',
  flexible: '4+',
  doc: 'Takes members out of a group at once.',
  request: {
    groupId: string('Group id.'),
    memberId: string('Id of the member.', { versions: '0-2', default: '' }),
    members: array(
      'Members that leave.',
      {
        memberId: string('Id of the member; empty to name a static one by its instance id.'),
        groupInstanceId: string('Id of a static member, null for a dynamic one.', {
          versions: '3+',
          nullable: '3+',
          default: null,
        }),
        reason: string('Why, for people.', {
          versions: '5+',
          nullable: '5+',
          default: null,
          ignorable: true,
        }),
      },
      { versions: '3+', default: [] },
    ),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '1+',
      ignorable: true,
    }),
    errorCode: int16('0, or why nobody left.'),
    members: array(
      'Per member:',
      {
        memberId: string('Id of the member.'),
        groupInstanceId: string('Id of a static member.', { nullable: '3+', default: null }),
        errorCode: int16('0, or why it did not leave.'),
      },
      { versions: '3+', default: [] },
    ),
  },
});
