import { apis } from '../../client/protocol/apis';
import { ErrorCode } from '../../client/protocol/error-codes';
import { delay } from '../../client/runtime/clock';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { RawClient } from '../harness/raw-client';
import { createTopic } from '../harness/raw-topics';

const GROUP = 'failover';
const TOPIC = 'numbers';
const BETWEEN_ATTEMPTS_MS = 50;

let cluster: MultiBrokerCluster;
beforeAll(async () => {
  cluster = await MultiBrokerCluster.start({
    configs: {
      'log.dir.min.free.bytes': '0',
      'zookeeper.session.timeout.ms': '6000',
      'group.initial.rebalance.delay.ms': '200',
    },
  });
});
afterAll(() => cluster.close());

interface Member {
  readonly memberId: string;
  readonly generationId: number;
}

/** Asks a broker until there is a coordinator; -1 when this one is not there. */
async function coordinator(via: number): Promise<number> {
  const client = await RawClient.connect(cluster.address(via));
  for (;;) {
    const { coordinators } = await client.request(apis.FindCoordinator, {
      coordinatorKeys: [GROUP],
    });
    const nodeId = coordinators[0]?.nodeId ?? -1;
    if (nodeId >= 0) {
      client.socket.destroy();
      return nodeId;
    }
    await delay(BETWEEN_ATTEMPTS_MS);
  }
}

async function join(client: RawClient): Promise<Member> {
  const ask = (memberId: string) =>
    client.request(apis.JoinGroup, {
      groupId: GROUP,
      memberId,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 30_000,
      protocolType: 'test',
      protocols: [{ name: 'any', metadata: Buffer.from('m') }],
    });
  const first = await ask('');
  const joined = first.errorCode === ErrorCode.NONE ? first : await ask(first.memberId);
  expect(joined.errorCode).toBe(ErrorCode.NONE);
  return joined;
}

function sync(client: RawClient, { memberId, generationId }: Member, shares: readonly Member[]) {
  return client.request(apis.SyncGroup, {
    groupId: GROUP,
    memberId,
    generationId,
    protocolType: 'test',
    protocolName: 'any',
    assignments: shares.map((one, i) => ({
      memberId: one.memberId,
      assignment: Buffer.from(`share ${i}`),
    })),
  });
}

async function commit(client: RawClient, member: Member, offset: number): Promise<number> {
  const partition = { partitionIndex: 0, committedOffset: offset };
  const { topics } = await client.request(apis.OffsetCommit, {
    groupId: GROUP,
    memberId: member.memberId,
    generationIdOrMemberEpoch: member.generationId,
    topics: [{ name: TOPIC, partitions: [partition] }],
  });
  return topics[0]?.partitions[0]?.errorCode ?? -1;
}

const heartbeat = async (client: RawClient, { memberId, generationId }: Member) =>
  (await client.request(apis.Heartbeat, { groupId: GROUP, memberId, generationId })).errorCode;

test('a coordinator is killed: its group goes on elsewhere, in the same generation', async () => {
  const admin = await RawClient.connect(cluster.address(1));
  await createTopic(admin, TOPIC, 1);
  admin.socket.destroy();
  const first = await coordinator(1);
  const clients = [
    await RawClient.connect(cluster.address(first)),
    await RawClient.connect(cluster.address(first)),
  ] as const;
  const [a, b] = await Promise.all([join(clients[0]), join(clients[1])]);
  expect(a.generationId).toBe(b.generationId);
  const shares = [a, b];
  const before = await Promise.all([sync(clients[0], a, shares), sync(clients[1], b, shares)]);
  // The topic may not be known to every broker yet.
  while ((await commit(clients[0], a, 5)) === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) {
    await delay(BETWEEN_ATTEMPTS_MS);
  }

  await cluster.kill(first);
  const other = cluster.ids.find((id) => id !== first) ?? 0;
  let second = first;
  while (second === first) {
    await delay(BETWEEN_ATTEMPTS_MS);
    second = await coordinator(other);
  }
  const next = await RawClient.connect(cluster.address(second));
  expect(await heartbeat(next, a)).toBe(ErrorCode.NONE);
  expect(await commit(next, b, 6)).toBe(ErrorCode.NONE);
  const after = [await sync(next, a, []), await sync(next, b, [])];
  expect(after.map(({ assignment }) => String(assignment))).toEqual(
    before.map(({ assignment }) => String(assignment)),
  );
  expect(await commit(next, { ...a, generationId: a.generationId - 1 }, 1)).toBe(
    ErrorCode.ILLEGAL_GENERATION,
  );
  const { groups } = await next.request(apis.OffsetFetch, {
    groups: [{ groupId: GROUP, topics: [{ name: TOPIC, partitionIndexes: [0] }] }],
  });
  expect(groups[0]?.topics[0]?.partitions[0]?.committedOffset).toBe(6);
  next.socket.destroy();
});
