import { defineApi } from '../api';
import { array, int16, int32, int64, string } from '../schema';

/** `replicaId` of those who ask and are no followers. */
export const EpochAsker = {
  CONSUMER: -1,
  /** May see beyond the high watermark. */
  DEBUG: -2,
} as const;

export const OffsetForLeaderEpoch = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: '2-4',
  flexible: '4+',
  doc: 'Tells where a leader epoch ends in the log of the leader (KIP-101, KIP-320).',
  request: {
    replicaId: int32('Broker id of a follower, -1 for a consumer.', {
      versions: '3+',
      default: -2,
      ignorable: true,
    }),
    topics: array('Topics asked about.', {
      topic: string('Topic name.'),
      partitions: array('Partitions asked about.', {
        partition: int32('Partition number.'),
        currentLeaderEpoch: int32('Leader epoch the client knows, -1 for unknown.', {
          versions: '2+',
          default: -1,
          ignorable: true,
        }),
        leaderEpoch: int32('Epoch asked about.'),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '2+',
      ignorable: true,
      default: 0,
    }),
    topics: array('Per topic:', {
      topic: string('Topic name.'),
      partitions: array('Per partition:', {
        errorCode: int16('0, or why there is no answer.'),
        partition: int32('Partition number.'),
        leaderEpoch: int32('Largest epoch not above the one asked about, -1 for none.', {
          versions: '1+',
          default: -1,
          ignorable: true,
        }),
        endOffset: int64('Where it ends, -1 when unknown.', { default: -1 }),
      }),
    }),
  },
});
