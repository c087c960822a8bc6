import { complete } from './complete';
import { AlterPartitionReassignments } from './messages/alter-partition-reassignments';
import { Fetch } from './messages/fetch';

test('what was left out has its default, at every depth', () => {
  expect(
    complete(AlterPartitionReassignments.request, {
      topics: [{ name: 't', partitions: [{ partitionIndex: 0 }] }],
    }),
  ).toEqual({
    timeoutMs: 60_000,
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, replicas: null }] }],
  });
});

test('structures that were left out are their own', () => {
  const partition = {
    partitionIndex: 0,
    errorCode: 0,
    highWatermark: 1,
    records: Buffer.of(1),
  };
  const response = { responses: [{ topic: 't', partitions: [partition, partition] }] };
  const [first, second] = complete(Fetch.response, response).responses[0].partitions;
  expect(first.divergingEpoch).toEqual({ epoch: -1, endOffset: -1 });
  expect(first.divergingEpoch).not.toBe(second.divergingEpoch);
  expect(first.records).toBe(partition.records);
});
