import { defineApi } from '../api';
import { array, bool, int16, int32, int8, string, uuid } from '../schema';

export const CreateTopics = defineApi({
  key: 19,
  name: 'CreateTopics',
  versions: '2-7',
  flexible: '5+',
  doc: 'Creates topics.',
  request: {
    topics: array('Topics to create.', {
      name: string('Topic name: 1 to 249 of [a-zA-Z0-9._-].'),
      numPartitions: int32("Number of partitions, -1 for the broker's default.", { default: -1 }),
      replicationFactor: int16("Copies of each partition, -1 for the broker's default.", {
        default: -1,
      }),
      assignments: array(
        'Brokers of each partition, instead of the two numbers above.',
        {
          partitionIndex: int32('Partition number.'),
          brokerIds: array('Brokers, the preferred leader first.', int32()),
        },
        { default: [] },
      ),
      configs: array(
        'Configs that differ from the defaults.',
        {
          name: string('Name of the config.'),
          value: string('Its value.', { nullable: '0+' }),
        },
        { default: [] },
      ),
    }),
    timeoutMs: int32('Milliseconds to wait until the topics are there.', { default: 60000 }),
    validateOnly: bool('Check only, create nothing.', { versions: '1+', default: false }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '2+',
      ignorable: true,
    }),
    topics: array('Per topic:', {
      name: string('Topic name.'),
      topicId: uuid('Its id.', { versions: '7+', ignorable: true }),
      errorCode: int16('0, or why it was not created.'),
      errorMessage: string('What is wrong, for people.', {
        versions: '1+',
        nullable: '0+',
        ignorable: true,
      }),
      topicConfigErrorCode: int16('Why the configs below are missing.', {
        versions: '5+',
        tag: 0,
        ignorable: true,
      }),
      numPartitions: int32('Partitions it has.', { versions: '5+', default: -1, ignorable: true }),
      replicationFactor: int16('Copies it has.', { versions: '5+', default: -1, ignorable: true }),
      configs: array(
        'Its configs.',
        {
          name: string('Name of the config.'),
          value: string('Its value.', { nullable: '5+' }),
          readOnly: bool('Whether it cannot be changed.'),
          configSource: int8('Where the value comes from.', { default: -1, ignorable: true }),
          isSensitive: bool('Whether the value is a secret.'),
        },
        { versions: '5+', nullable: '5+', ignorable: true },
      ),
    }),
  },
});
