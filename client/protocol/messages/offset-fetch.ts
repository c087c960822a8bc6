import { defineApi } from '../api';
import { array, bool, int16, int32, int64, string } from '../schema';

export const OffsetFetch = defineApi({
  key: 9,
  name: 'OffsetFetch',
  versions: '0-9',
  flexible: '6+',
  doc: 'Asks how far groups have read.',
  request: {
    groupId: string('Group id.', { versions: '0-7', default: '' }),
    topics: array(
      'Topics asked about, null for all.',
      {
        name: string('Topic name.'),
        partitionIndexes: array('Partitions asked about.', int32()),
      },
      { versions: '0-7', nullable: '2-7', default: [] },
    ),
    groups: array(
      'Groups asked about.',
      {
        groupId: string('Group id.'),
        memberId: string('Id of the member; not used by classic groups.', {
          versions: '9+',
          nullable: '9+',
          default: null,
          ignorable: true,
        }),
        memberEpoch: int32('Epoch of the member; not used by classic groups.', {
          versions: '9+',
          default: -1,
          ignorable: true,
        }),
        topics: array(
          'Topics asked about, null for all.',
          {
            name: string('Topic name.'),
            partitionIndexes: array('Partitions asked about.', int32()),
          },
          { nullable: '8+', default: null },
        ),
      },
      { versions: '8+', default: [] },
    ),
    requireStable: bool('Refuse offsets that a transaction is about to change.', {
      versions: '7+',
      default: false,
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '3+',
      ignorable: true,
    }),
    topics: array(
      'Per topic:',
      {
        name: string('Topic name.'),
        partitions: array('Per partition:', {
          partitionIndex: int32('Partition number.'),
          committedOffset: int64('Offset of the next record to read, -1 for none.'),
          committedLeaderEpoch: int32('Leader epoch of the last record read, -1 for unknown.', {
            versions: '5-7',
            default: -1,
            ignorable: true,
          }),
          metadata: string('What the client stored with it.', { nullable: '0-7', default: '' }),
          errorCode: int16('0, or why there is no answer.', { default: 0 }),
        }),
      },
      { versions: '0-7', default: [] },
    ),
    errorCode: int16('0, or why there is no answer at all.', {
      versions: '2-7',
      default: 0,
      ignorable: true,
    }),
    groups: array(
      'Per group:',
      {
        groupId: string('Group id.'),
        topics: array('Per topic:', {
          name: string('Topic name.'),
          partitions: array('Per partition:', {
            partitionIndex: int32('Partition number.'),
            committedOffset: int64('Offset of the next record to read, -1 for none.'),
            committedLeaderEpoch: int32('Leader epoch of the last record read, -1 for unknown.', {
              default: -1,
              ignorable: true,
            }),
            metadata: string('What the client stored with it.', { nullable: '8+', default: '' }),
            errorCode: int16('0, or why there is no answer.', { default: 0 }),
          }),
        }),
        errorCode: int16('0, or why there is no answer for this group.', { default: 0 }),
      },
      { versions: '8+', default: [] },
    ),
  },
});
