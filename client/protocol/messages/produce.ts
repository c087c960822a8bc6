import { defineApi } from '../api';
import { array, int16, int32, int64, records, string } from '../schema';

export const Produce = defineApi({
  key: 0,
  name: 'Produce',
  versions: '0-9',
  flexible: '9+',
  doc: 'Appends record batches to partitions the broker leads. With acks 0 there is no response.',
  request: {
    transactionalId: string('Transactional id, null outside a transaction.', {
      versions: '3+',
      nullable: '3+',
      default: null,
    }),
    acks: int16(
      '0: do not answer. 1: answer when the leader has it. -1: when the whole ISR has it.',
    ),
    timeoutMs: int32('Milliseconds to wait for the ISR.'),
    topicData: array('Topics to append to.', {
      name: string('Topic name.'),
      partitionData: array('Partitions to append to.', {
        index: int32('Partition number.'),
        records: records('One record batch (format v2).', { nullable: '0+' }),
      }),
    }),
  },
  response: {
    responses: array('Per topic:', {
      name: string('Topic name.'),
      partitionResponses: array('Per partition:', {
        index: int32('Partition number.'),
        errorCode: int16('0, or why nothing was appended.'),
        baseOffset: int64('Offset of the first record, -1 on error.'),
        logAppendTimeMs: int64('Time stamped by the broker, -1 when the topic keeps CreateTime.', {
          versions: '2+',
          default: -1,
          ignorable: true,
        }),
        logStartOffset: int64('First offset of the log.', {
          versions: '5+',
          default: -1,
          ignorable: true,
        }),
        recordErrors: array(
          'Records that made the batch unacceptable.',
          {
            batchIndex: int32('Index of the record in the batch.'),
            batchIndexErrorMessage: string('What is wrong with it.', {
              nullable: '8+',
              default: null,
            }),
          },
          { versions: '8+', ignorable: true },
        ),
        errorMessage: string('What is wrong, for people.', {
          versions: '8+',
          nullable: '8+',
          default: null,
          ignorable: true,
        }),
      }),
    }),
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '1+',
      default: 0,
      ignorable: true,
    }),
  },
});
