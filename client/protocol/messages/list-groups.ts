import { defineApi } from '../api';
import { array, int16, int32, string } from '../schema';

export const ListGroups = defineApi({
  key: 16,
  name: 'ListGroups',
  versions: '0-5',
  flexible: '3+',
  doc: 'Lists the groups that this broker coordinates.',
  request: {
    statesFilter: array('States wanted, empty for all.', string(), {
      versions: '4+',
      default: [],
    }),
    typesFilter: array('Types wanted, empty for all. There is one: classic.', string(), {
      versions: '5+',
      default: [],
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '1+',
      ignorable: true,
    }),
    errorCode: int16('0, or why there is no list.', { default: 0 }),
    groups: array('Per group:', {
      groupId: string('Group id.'),
      protocolType: string('What the group is for.'),
      groupState: string('State of the group.', { versions: '4+', default: '', ignorable: true }),
      groupType: string('Type of the group.', { versions: '5+', default: '', ignorable: true }),
    }),
  },
});
