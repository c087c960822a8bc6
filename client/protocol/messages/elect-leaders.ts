import { defineApi } from '../api';
import { array, int16, int32, int8, string } from '../schema';

/** Which replica an election may choose. */
export const ElectionType = { PREFERRED: 0, UNCLEAN: 1 } as const;

export const ElectLeaders = defineApi({
  key: 43,
  name: 'ElectLeaders',
  versions: '0-2',
  flexible: '2+',
  doc: 'Has leaders elected: the preferred replica, or any live one when none is in sync.',
  request: {
    electionType: int8('0: the preferred replica. 1: unclean, any live one; records may be lost.', {
      versions: '1+',
      default: 0,
    }),
    topicPartitions: array(
      'Partitions to elect for, null for all.',
      {
        topic: string('Topic name.'),
        partitions: array('Partition numbers.', int32()),
      },
      { nullable: '0+' },
    ),
    timeoutMs: int32('Milliseconds to wait for the elections.', { default: 60_000 }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
    }),
    errorCode: int16('0, or why no election was held.', { versions: '1+', default: 0 }),
    replicaElectionResults: array('Per topic:', {
      topic: string('Topic name.'),
      partitionResult: array('Per partition:', {
        partitionId: int32('Partition number.'),
        errorCode: int16('0, or why there was no election.'),
        errorMessage: string('More about the error.', { nullable: '0+', default: null }),
      }),
    }),
  },
});
