import { defineApi } from '../api';
import { array, int16, int32, string, uuid } from '../schema';

export const DeleteTopics = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: '1-6',
  flexible: '4+',
  doc: 'Deletes topics and all they hold.',
  request: {
    topics: array(
      'Topics to delete.',
      {
        name: string('Topic by name.', { versions: '6+', nullable: '6+', default: null }),
        topicId: uuid('Topic by id, with a null name.', { versions: '6+' }),
      },
      { versions: '6+' },
    ),
    topicNames: array('Topics to delete, by name.', string(), { versions: '0-5', ignorable: true }),
    timeoutMs: int32('Milliseconds to wait until the topics are gone.'),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '1+',
      ignorable: true,
    }),
    responses: array('Per topic:', {
      name: string('Topic name.', { nullable: '6+' }),
      topicId: uuid('Its id.', { versions: '6+', ignorable: true }),
      errorCode: int16('0, or why it was not deleted.'),
      errorMessage: string('What is wrong, for people.', {
        versions: '5+',
        nullable: '5+',
        default: null,
        ignorable: true,
      }),
    }),
  },
});
