import { defineApi } from '../api';
import { int16, int32, int64, string } from '../schema';

export const InitProducerId = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: '0-5',
  flexible: '2+',
  doc: 'Gives a producer the id by which its retries are recognised (KIP-98, KIP-360).',
  request: {
    transactionalId: string('Transactional id, null for a producer that is only idempotent.', {
      nullable: '0+',
    }),
    transactionTimeoutMs: int32('Milliseconds after which its transactions are aborted.'),
    producerId: int64('Id to bump the epoch of, -1 for a new one.', {
      versions: '3+',
      default: -1,
    }),
    producerEpoch: int16('Its present epoch, -1 for none.', { versions: '3+', default: -1 }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      ignorable: true,
      default: 0,
    }),
    errorCode: int16('0, or why there is none.'),
    producerId: int64('Producer id.', { default: -1 }),
    producerEpoch: int16('Its epoch.'),
  },
});
