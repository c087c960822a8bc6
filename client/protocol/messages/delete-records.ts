import { defineApi } from '../api';
import { array, int16, int32, int64, string } from '../schema';

export const DeleteRecords = defineApi({
  key: 21,
  name: 'DeleteRecords',
  versions: '0-2',
  flexible: '2+',
  doc: 'Makes records before an offset unreadable; their space is freed later.',
  request: {
    topics: array('Topics to cut.', {
      name: string('Topic name.'),
      partitions: array('Partitions to cut.', {
        partitionIndex: int32('Partition number.'),
        offset: int64('First offset to keep, -1 for the high watermark.'),
      }),
    }),
    timeoutMs: int32('Milliseconds to wait for the replicas.'),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
    }),
    topics: array('Per topic:', {
      name: string('Topic name.'),
      partitions: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        lowWatermark: int64('First offset left.'),
        errorCode: int16('0, or why nothing was deleted.'),
      }),
    }),
  },
});
