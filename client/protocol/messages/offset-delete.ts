import { defineApi } from '../api';
import { array, int16, int32, string } from '../schema';

export const OffsetDelete = defineApi({
  key: 47,
  name: 'OffsetDelete',
  versions: '0',
  flexible: 'none',
  doc: 'Forgets how far a group has read topics that it does not read at the moment.',
  request: {
    groupId: string('Group id.'),
    topics: array('Topics to forget.', {
      name: string('Topic name.'),
      partitions: array('Partitions to forget.', { partitionIndex: int32('Partition number.') }),
    }),
  },
  response: {
    errorCode: int16('0, or why nothing was deleted.'),
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
      ignorable: true,
    }),
    topics: array(
      'Per topic:',
      {
        name: string('Topic name.'),
        partitions: array('Per partition:', {
          partitionIndex: int32('Partition number.'),
          errorCode: int16('0, or why it was not deleted.'),
        }),
      },
      { default: [] },
    ),
  },
});
