import { defineApi } from '../api';
import { array, int16, int32, int64, int8, string } from '../schema';

/** Timestamps with a special meaning in a ListOffsets request. */
export const OffsetSpec = {
  /** The high watermark, or the last stable offset when read committed. */
  LATEST: -1,
  EARLIEST: -2,
  /** The record with the largest timestamp. */
  MAX_TIMESTAMP: -3,
  /** The first on the broker's own disk, from version 8 on; here the same as EARLIEST (KIP-405). */
  EARLIEST_LOCAL: -4,
  /** The last in remote storage, from version 9 on; here there is none (KIP-1005). */
  LATEST_TIERED: -5,
} as const;

export const ListOffsets = defineApi({
  key: 2,
  name: 'ListOffsets',
  versions: '0-9',
  flexible: '6+',
  doc: 'Finds offsets by timestamp, or the first or the last of a partition.',
  request: {
    replicaId: int32('Broker id of a follower, -1 for a consumer.', { default: -1 }),
    isolationLevel: int8('0: read uncommitted. 1: read committed.', { versions: '2+' }),
    topics: array('Topics asked about.', {
      name: string('Topic name.'),
      partitions: array('Partitions asked about.', {
        partitionIndex: int32('Partition number.'),
        currentLeaderEpoch: int32('Leader epoch the client knows, -1 for unknown.', {
          versions: '4+',
          default: -1,
          ignorable: true,
        }),
        timestamp: int64(
          'Milliseconds since the epoch, or -1 latest, -2 earliest, -3 largest timestamp, -4 earliest on disk, -5 latest in remote storage.',
        ),
        maxNumOffsets: int32('How many offsets to answer at most.', {
          versions: '0',
          default: 1,
          ignorable: true,
        }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '2+',
      ignorable: true,
    }),
    topics: array('Per topic:', {
      name: string('Topic name.'),
      partitions: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        errorCode: int16('0, or why there is no answer.'),
        oldStyleOffsets: array('Offsets found, the largest first.', int64(), { versions: '0' }),
        timestamp: int64('Timestamp of the record found, -1 when not asked by timestamp.', {
          versions: '1+',
          default: -1,
        }),
        offset: int64('Offset found, -1 when no record is that young.', {
          versions: '1+',
          default: -1,
        }),
        leaderEpoch: int32('Leader epoch of the record found, -1 when unknown.', {
          versions: '4+',
          default: -1,
        }),
      }),
    }),
  },
});
