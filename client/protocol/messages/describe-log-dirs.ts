import { defineApi } from '../api';
import { array, bool, float64, int16, int32, int64, string } from '../schema';

export const DescribeLogDirs = defineApi({
  key: 35,
  name: 'DescribeLogDirs',
  versions: '1-4',
  flexible: '2+',
  doc: 'Tells what lies in the log directories of the broker asked, and how much room there is.',
  request: {
    topics: array(
      'Partitions asked about, null for all.',
      {
        topic: string('Topic name.'),
        partitions: array('Partition numbers.', int32()),
      },
      { nullable: '0+' },
    ),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
    }),
    errorCode: int16('0, or why there is no answer.', { versions: '3+', ignorable: true }),
    results: array('Per log directory:', {
      errorCode: int16('0, or 56 when the directory has failed.'),
      logDir: string('Absolute path.'),
      topics: array('Topics in it.', {
        name: string('Topic name.'),
        partitions: array('Partitions in it.', {
          partitionIndex: int32('Partition number.'),
          partitionSize: int64('Bytes of its segments.'),
          offsetLag: int64('Records it is behind the high watermark.'),
          isFutureKey: bool('Whether it is a copy being moved here.'),
          firstDirtyOffset: int64(
            'Everything below has been compacted; -1 when the partition is not compacted. Not a field of Kafka.',
            { versions: '2+', tag: 100, default: -1 },
          ),
          dirtyRatio: float64('Part of its closed segments that is dirty. Not a field of Kafka.', {
            versions: '2+',
            tag: 101,
            default: 0,
          }),
          uncleanable: string(
            'Why it cannot be compacted, null when it can. Not a field of Kafka.',
            { versions: '2+', nullable: '2+', tag: 102, default: null },
          ),
        }),
      }),
      totalBytes: int64('Size of the volume, -1 when unknown.', {
        versions: '4+',
        default: -1,
        ignorable: true,
      }),
      usableBytes: int64('Free bytes of the volume, -1 when unknown.', {
        versions: '4+',
        default: -1,
        ignorable: true,
      }),
    }),
  },
});
