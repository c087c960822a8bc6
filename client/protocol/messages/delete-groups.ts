import { defineApi } from '../api';
import { array, int16, int32, string } from '../schema';

export const DeleteGroups = defineApi({
  key: 42,
  name: 'DeleteGroups',
  versions: '0-2',
  flexible: '2+',
  doc: 'Deletes groups without members, with their offsets.',
  request: {
    groupsNames: array('Group ids.', string()),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
    }),
    results: array('Per group:', {
      groupId: string('Group id.'),
      errorCode: int16('0, or why it was not deleted.'),
    }),
  },
});
