import { defineApi } from '../api';
import { array, bool, bytes, int16, int32, string } from '../schema';
import { OPERATIONS_NOT_ASKED } from './metadata';

export const DescribeGroups = defineApi({
  key: 15,
  name: 'DescribeGroups',
  versions: '0-5',
  flexible: '5+',
  doc: 'Asks the coordinator of groups for their state and members.',
  request: {
    groups: array('Group ids.', string()),
    includeAuthorizedOperations: bool('Whether to say what the client may do.', {
      versions: '3+',
      default: false,
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '1+',
      ignorable: true,
    }),
    groups: array('Per group:', {
      errorCode: int16('0, or why there is no answer.', { default: 0 }),
      groupId: string('Group id.'),
      groupState: string(
        'Empty, PreparingRebalance, CompletingRebalance, Stable, or Dead for a group nobody knows.',
        { default: '' },
      ),
      protocolType: string('What the group is for.', { default: '' }),
      protocolData: string('Protocol that was chosen.', { default: '' }),
      members: array(
        'Per member:',
        {
          memberId: string('Id of the member.'),
          groupInstanceId: string('Id of a static member.', {
            versions: '4+',
            nullable: '4+',
            default: null,
            ignorable: true,
          }),
          clientId: string('Client id of its requests.'),
          clientHost: string('Where it is, as /address.'),
          memberMetadata: bytes('What it said under the protocol that was chosen.'),
          memberAssignment: bytes('Its assignment.'),
        },
        { default: [] },
      ),
      authorizedOperations: int32('Bit field of what the client may do.', {
        versions: '3+',
        default: OPERATIONS_NOT_ASKED,
      }),
    }),
  },
});
