import { ClientOptionsError } from '../network';
import { resolveConsumerOptions, type ConsumerOptions } from './consumer-options';

test("the defaults are Kafka's", () => {
  expect(resolveConsumerOptions({ fetchMinBytes: undefined })).toEqual({
    fetchMinBytes: 1,
    fetchMaxBytes: 52_428_800,
    maxPartitionFetchBytes: 1_048_576,
    fetchMaxWaitMs: 500,
    maxPollRecords: 500,
    autoOffsetReset: 'latest',
    isolationLevel: 'read_uncommitted',
    checkCrcs: true,
    clientRack: '',
    maxBufferedBytes: 33_554_432,
    requestTimeoutMs: 30_000,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1000,
    allowAutoTopicCreation: true,
  });
});

test.each<[string, ConsumerOptions]>([
  ['maxPollRecords is 0', { maxPollRecords: 0 }],
  ['fetchMinBytes is -1', { fetchMinBytes: -1 }],
  ['fetchMaxBytes is 1.5', { fetchMaxBytes: 1.5 }],
  ['maxBufferedBytes is NaN', { maxBufferedBytes: NaN }],
  ['requestTimeoutMs is 500', { requestTimeoutMs: 500 }],
  ['autoOffsetReset is first', { autoOffsetReset: 'first' as 'none' }],
  ['isolationLevel is serial', { isolationLevel: 'serial' as 'read_committed' }],
])('refuses: %s', (text, options) => {
  expect(() => resolveConsumerOptions(options)).toThrow(ClientOptionsError);
  expect(() => resolveConsumerOptions(options)).toThrow(text);
});
