import { defineApi } from '../api';
import { array, int16, int32, string } from '../schema';

export const AlterPartitionReassignments = defineApi({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: '0',
  flexible: '0+',
  doc: 'Moves partitions to other brokers, or stops moving them (KIP-455).',
  request: {
    timeoutMs: int32('Milliseconds to wait for the request to be taken.', { default: 60_000 }),
    topics: array('Topics to move.', {
      name: string('Topic name.'),
      partitions: array('Partitions to move.', {
        partitionIndex: int32('Partition number.'),
        replicas: array('Brokers to hold it, the preferred leader first; null cancels.', int32(), {
          nullable: '0+',
          default: null,
        }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
    }),
    errorCode: int16('0, or why nothing was done.'),
    errorMessage: string('More about the error.', { nullable: '0+', default: null }),
    responses: array('Per topic:', {
      name: string('Topic name.'),
      partitions: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        errorCode: int16('0, or why it is not moved.'),
        errorMessage: string('More about the error.', { nullable: '0+', default: null }),
      }),
    }),
  },
});
