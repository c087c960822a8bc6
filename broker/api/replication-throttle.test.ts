import { ZERO_UUID } from '../../client/protocol/schema';
import type { RequestOf } from '../../client/protocol/api';
import type { Fetch } from '../../client/protocol/messages/fetch';
import { FetchSessionCache } from '../replication/fetch-session-cache';
import type { Partition } from '../replication/partition';
import { ReplicationQuota, UNLIMITED } from '../replication/replication-quota';
import { ReplicaFixture, settled } from '../replication/testing/replica-fixture';
import { fetchHandler } from './fetch';
import type { FetchResponse } from './fetch-context';
import { requestContext } from './testing/request-context';

let fixture: ReplicaFixture;
let partition: Partition;
let limit: { bytesPerSecond: number; windows: number; windowSeconds: number };
let fetch: (replicaId: number, maxWaitMs?: number) => FetchResponse | Promise<FetchResponse>;

/** Broker 1 leads with 2 in sync, 3 not. */
beforeEach(async () => {
  fixture = await ReplicaFixture.open();
  partition = await fixture.obey({ isr: [1, 2] });
  limit = { bytesPerSecond: 100, windows: 11, windowSeconds: 1 };
  const { clock, replicas, logger } = fixture;
  const handle = fetchHandler({
    replicas,
    logger,
    sessions: new FetchSessionCache({ slots: 0, now: () => clock.monotonic(), random: () => 0 }),
    metadata: { broker: () => undefined, topicNameOf: () => undefined },
    maxBytes: 1024 * 1024,
    quota: new ReplicationQuota({ clock, config: limit, isListed: () => true }),
  });
  fetch = (replicaId, maxWaitMs = 0) =>
    handle(request(replicaId, maxWaitMs), requestContext({ apiVersion: 12 })) as
      FetchResponse | Promise<FetchResponse>;
  await fixture.append(partition, 5);
});
afterEach(() => fixture.close());

function request(replicaId: number, maxWaitMs: number): RequestOf<typeof Fetch> {
  const wanted = {
    partition: 0,
    currentLeaderEpoch: partition.leaderEpoch,
    fetchOffset: 0,
    lastFetchedEpoch: -1,
    logStartOffset: 0,
    partitionMaxBytes: 1024 * 1024,
    replicaDirectoryId: ZERO_UUID,
  };
  return {
    clusterId: null,
    replicaId,
    replicaState: { replicaId, replicaEpoch: fixture.live.get(replicaId) ?? -1 },
    maxWaitMs,
    minBytes: 1,
    maxBytes: 1024 * 1024,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ topic: 't', topicId: ZERO_UUID, partitions: [wanted] }],
    forgottenTopicsData: [],
    rackId: '',
  };
}

function bytesIn(response: FetchResponse): number {
  return response.responses[0]?.partitions[0]?.records?.length ?? 0;
}

test('a follower gets one answer on account, then nothing until it is made up for', async () => {
  const bytes = bytesIn(await fetch(3));
  expect(bytes).toBeGreaterThan(100);
  const held = await fetch(3);
  expect(bytesIn(held)).toBe(0);
  expect(held.responses[0].partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 0 });
  fixture.clock.advance((bytes / 100 - 1) * 1000 + 1);
  expect(bytesIn(await fetch(3))).toBe(bytes);
});

test('replicas in sync and consumers are not held up', async () => {
  await fetch(3);
  expect(bytesIn(await fetch(2))).toBeGreaterThan(0);
  for (const id of [2, 3]) fixture.fetch(partition, id, 5);
  expect(bytesIn(await fetch(-1))).toBeGreaterThan(0);
});

test('who is held up waits out his time instead of asking again and again', async () => {
  await fetch(3);
  let answered = false;
  const answer = Promise.resolve(fetch(3, 500)).then((response) => {
    answered = true;
    return bytesIn(response);
  });
  await settled();
  await fixture.append(partition, 1);
  await settled();
  expect(answered).toBe(false);
  fixture.clock.advance(500);
  expect(await answer).toBe(0);
});

test('without a limit nobody is held up', async () => {
  limit.bytesPerSecond = UNLIMITED;
  const bytes = bytesIn(await fetch(3));
  expect(bytesIn(await fetch(3))).toBe(bytes);
});
