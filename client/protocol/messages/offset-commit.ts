import { defineApi } from '../api';
import { array, int16, int32, int64, string } from '../schema';

export const OffsetCommit = defineApi({
  key: 8,
  name: 'OffsetCommit',
  versions: '0-9',
  flexible: '8+',
  doc: 'Stores how far a group has read.',
  request: {
    groupId: string('Group id.'),
    generationIdOrMemberEpoch: int32('Generation of the member, -1 outside of a group.', {
      versions: '1+',
      default: -1,
      ignorable: true,
    }),
    memberId: string('Id of the member, empty outside of a group.', {
      versions: '1+',
      default: '',
      ignorable: true,
    }),
    groupInstanceId: string('Id of a static member, null for a dynamic one.', {
      versions: '7+',
      nullable: '7+',
      default: null,
    }),
    retentionTimeMs: int64('Milliseconds to keep the offsets, -1 for as long as the broker does.', {
      versions: '2-4',
      default: -1,
      ignorable: true,
    }),
    topics: array('Topics to commit.', {
      name: string('Topic name.'),
      partitions: array('Partitions to commit.', {
        partitionIndex: int32('Partition number.'),
        committedOffset: int64('Offset of the next record to read.'),
        committedLeaderEpoch: int32('Leader epoch of the last record read, -1 for unknown.', {
          versions: '6+',
          default: -1,
          ignorable: true,
        }),
        commitTimestamp: int64('Time of the commit, -1 for now.', {
          versions: '1',
          default: -1,
          ignorable: true,
        }),
        committedMetadata: string('Anything the client wants to keep with it.', {
          nullable: '0+',
          default: null,
        }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '3+',
      ignorable: true,
    }),
    topics: array('Per topic:', {
      name: string('Topic name.'),
      partitions: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        errorCode: int16('0, or why it was not committed.'),
      }),
    }),
  },
});
