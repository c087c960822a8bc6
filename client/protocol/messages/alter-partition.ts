import { defineApi } from '../api';
import { array, int16, int32, int64, int8, uuid } from '../schema';

export const AlterPartition = defineApi({
  key: 56,
  name: 'AlterPartition',
  versions: '3',
  flexible: '0+',
  audience: 'broker',
  doc: 'The leader of a partition asks the controller for another in-sync replica set (KIP-497).',
  request: {
    brokerId: int32('The leader.'),
    brokerEpoch: int64('Its epoch.', { default: -1 }),
    topics: array('Per topic:', {
      topicId: uuid('Topic id.'),
      partitions: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        leaderEpoch: int32('Leader epoch of the leader.'),
        newIsrWithEpochs: array('The set asked for (KIP-903).', {
          brokerId: int32('Broker id.'),
          brokerEpoch: int64('Its epoch as the leader knows it, -1 for unknown.', { default: -1 }),
        }),
        leaderRecoveryState: int8('1 while recovering from an unclean election.', { default: 0 }),
        partitionEpoch: int32('Version of the state the request is based on.'),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the broker should pause because of a quota.', {
      default: 0,
    }),
    errorCode: int16('0, or why nothing was done.'),
    topics: array('Per topic:', {
      topicId: uuid('Topic id.'),
      partitions: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        errorCode: int16('0, or why it was not done.'),
        leaderId: int32('The leader now.'),
        leaderEpoch: int32('Its epoch.'),
        isr: array('The set now.', int32()),
        leaderRecoveryState: int8('1 while recovering from an unclean election.', { default: 0 }),
        partitionEpoch: int32('Version of the state now.'),
      }),
    }),
  },
});
