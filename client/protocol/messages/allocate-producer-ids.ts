import { defineApi } from '../api';
import { int16, int32, int64 } from '../schema';

export const AllocateProducerIds = defineApi({
  key: 67,
  name: 'AllocateProducerIds',
  versions: '0',
  flexible: '0+',
  audience: 'broker',
  doc: 'A broker asks the controller for a block of producer ids.',
  request: {
    brokerId: int32('The broker that asks.'),
    brokerEpoch: int64('Its epoch.', { default: -1 }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the broker should pause because of a quota.', {
      default: 0,
    }),
    errorCode: int16('0, or why there are none.'),
    producerIdStart: int64('First id of the block.'),
    producerIdLen: int32('How many there are.'),
  },
});
