import { defineApi } from '../api';
import { array, bool, int16, int32, string } from '../schema';

export const CreatePartitions = defineApi({
  key: 37,
  name: 'CreatePartitions',
  versions: '0-3',
  flexible: '2+',
  doc: 'Gives topics more partitions. Keys may map to other partitions afterwards.',
  request: {
    topics: array('Topics to extend.', {
      name: string('Topic name.'),
      count: int32('Number of partitions it shall have.'),
      assignments: array(
        'Brokers of each new partition, null to let the broker choose.',
        { brokerIds: array('Brokers, the preferred leader first.', int32()) },
        { nullable: '0+', default: null },
      ),
    }),
    timeoutMs: int32('Milliseconds to wait until the partitions are there.'),
    validateOnly: bool('Check only, change nothing.', { default: false }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
    }),
    results: array('Per topic:', {
      name: string('Topic name.'),
      errorCode: int16('0, or why nothing changed.'),
      errorMessage: string('What is wrong, for people.', { nullable: '0+', default: null }),
    }),
  },
});
