import { defineApi } from '../api';
import { array, int16, int32, string } from '../schema';

export const ListPartitionReassignments = defineApi({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: '0',
  flexible: '0+',
  doc: 'Lists the partitions that are being moved (KIP-455).',
  request: {
    timeoutMs: int32('Milliseconds to wait for the answer.', { default: 60_000 }),
    topics: array(
      'Topics asked about, null for all.',
      {
        name: string('Topic name.'),
        partitionIndexes: array('Partition numbers.', int32()),
      },
      { nullable: '0+', default: null },
    ),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
    }),
    errorCode: int16('0, or why there is no answer.'),
    errorMessage: string('More about the error.', { nullable: '0+', default: null }),
    topics: array('Per topic:', {
      name: string('Topic name.'),
      partitions: array('Per partition that is being moved:', {
        partitionIndex: int32('Partition number.'),
        replicas: array('Brokers that hold it or shall hold it.', int32()),
        addingReplicas: array('Brokers that are being added.', int32()),
        removingReplicas: array('Brokers that are being removed.', int32()),
      }),
    }),
  },
});
