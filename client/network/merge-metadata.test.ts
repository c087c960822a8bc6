import { ClusterMetadata } from './cluster-metadata';
import { mergeMetadata } from './merge-metadata';

type Response = Parameters<typeof mergeMetadata>[1];
type Topic = Response['topics'][number];

function response(...topics: Topic[]): Response {
  return {
    throttleTimeMs: 0,
    brokers: [{ nodeId: 1, host: 'h', port: 9092, rack: 'r' }],
    clusterId: 'c',
    controllerId: 1,
    topics,
    clusterAuthorizedOperations: 0,
  };
}

function topic(topicId: string, partitions: [index: number, leader: number, epoch: number][]) {
  return {
    errorCode: 0,
    name: 't',
    topicId,
    isInternal: false,
    topicAuthorizedOperations: 0,
    partitions: partitions.map(([partitionIndex, leaderId, leaderEpoch]) => ({
      errorCode: 0,
      partitionIndex,
      leaderId,
      leaderEpoch,
      replicaNodes: [leaderId],
      isrNodes: [leaderId],
      offlineReplicas: [],
    })),
  };
}

const wanted = new Set(['t']);
const after = (...responses: Response[]): ClusterMetadata =>
  responses.reduce((known, next) => mergeMetadata(known, next, wanted), ClusterMetadata.empty);
const leaders = (metadata: ClusterMetadata) =>
  metadata.topic('t')?.partitions.map(({ leader, leaderEpoch }) => [leader, leaderEpoch]);

test('brokers and controller are those of the response', () => {
  const metadata = after(response());
  expect(metadata.controller).toEqual({ nodeId: 1, host: 'h', port: 9092, rack: 'r' });
  expect(metadata.clusterId).toBe('c');
});

test('per partition the newer leader epoch wins', () => {
  const metadata = after(
    response(
      topic('a', [
        [0, 1, 5],
        [1, 1, 5],
      ]),
    ),
    response(
      topic('a', [
        [0, 2, 4],
        [1, 2, 6],
      ]),
    ),
  );
  expect(leaders(metadata)).toEqual([
    [1, 5],
    [2, 6],
  ]);
});

test('an unknown epoch and an equal one are believed', () => {
  const metadata = after(
    response(
      topic('a', [
        [0, 1, 5],
        [1, 1, 5],
      ]),
    ),
    response(
      topic('a', [
        [0, 2, -1],
        [1, -1, 5],
      ]),
    ),
  );
  expect(leaders(metadata)).toEqual([
    [2, -1],
    [-1, 5],
  ]);
});

test('a topic created anew begins anew', () => {
  const metadata = after(response(topic('a', [[0, 1, 5]])), response(topic('b', [[0, 2, 0]])));
  expect(leaders(metadata)).toEqual([[2, 0]]);
});

test('partitions come in the order of their numbers, whatever is left out', () => {
  expect(
    leaders(
      after(
        response(
          topic('a', [
            [2, 1, 0],
            [0, 1, 0],
          ]),
        ),
      ),
    ),
  ).toEqual([
    [1, 0],
    [-1, -1],
    [1, 0],
  ]);
});

test('topics not spoken of stay while wanted', () => {
  const known = after(response(topic('a', [[0, 1, 5]])), response());
  expect(known.leaderOf('t', 0)?.nodeId).toBe(1);
  expect(mergeMetadata(known, response(), new Set()).topic('t')).toBeUndefined();
});

test('a topic that is gone is forgotten and its error kept; one without leader stays', () => {
  const known = after(response(topic('a', [[0, 1, 5]])));
  const withError = (errorCode: number) =>
    mergeMetadata(known, response({ ...topic('a', []), errorCode }), wanted);
  expect(withError(3).topic('t')).toBeUndefined();
  expect(withError(3).errors.get('t')?.message).toContain('Topic "t"');
  expect(withError(5).topic('t')).toBeDefined();
  expect(mergeMetadata(withError(3), response(topic('a', [[0, 1, 6]])), wanted).errors.size).toBe(
    0,
  );
});

test('a leader that is not among the live brokers is nobody', () => {
  expect(after(response(topic('a', [[0, 9, 5]]))).leaderOf('t', 0)).toBeUndefined();
});
