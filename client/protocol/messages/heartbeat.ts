import { defineApi } from '../api';
import { int16, int32, string } from '../schema';

export const Heartbeat = defineApi({
  key: 12,
  name: 'Heartbeat',
  versions: '0-4',
  flexible: '4+',
  doc: 'Says that a member lives, and learns of rebalances.',
  request: {
    groupId: string('Group id.'),
    generationId: int32('Generation the member is in.'),
    memberId: string('Id of the member.'),
    groupInstanceId: string('Id of a static member, null for a dynamic one.', {
      versions: '3+',
      nullable: '3+',
      default: null,
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '1+',
      ignorable: true,
    }),
    errorCode: int16('0, or what the member has to do.'),
  },
});
