import { connect } from 'node:net';
import { FindCoordinator } from '../../client/protocol/messages/find-coordinator';
import { Heartbeat } from '../../client/protocol/messages/heartbeat';
import { JoinGroup } from '../../client/protocol/messages/join-group';
import { LeaveGroup } from '../../client/protocol/messages/leave-group';
import { OffsetCommit } from '../../client/protocol/messages/offset-commit';
import { SyncGroup } from '../../client/protocol/messages/sync-group';
import { encodeAssignment } from '../../client/protocol/consumer-protocol';
import { delay } from '../../client/runtime/clock';
import { createSessionFactory, paths, pipelined, ZooKeeperClient } from '../../zk-coordination';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { processFacts } from '../harness/process-facts';
import { RawClient } from '../harness/raw-client';
import { createTopic } from '../harness/raw-topics';

/**
 * What groups take on three brokers and three ZooKeeper servers: a large one, a wide one, many idle
 * ones, and one whose coordinator dies.
 *
 *     npm run build && node dist/integration-tests/groups/brokers-scale.js [groups]
 */
const groups = Number(process.argv[2] ?? 1_000);
const IDLE_MS = 60_000;
/** Each member sends one heartbeat in this time, as consumers do by default. */
const HEARTBEAT_MS = 3_000;
const SESSION_MS = 6_000;

interface Member {
  readonly groupId: string;
  readonly memberId: string;
  readonly generationId: number;
}

class Clients {
  private readonly open = new Map<string, Promise<RawClient>>();

  constructor(private readonly cluster: MultiBrokerCluster) {}

  /** Members have connections of their own: what waits holds up what comes after it. */
  async to(broker: number, member = ''): Promise<RawClient> {
    const key = `${broker} ${member}`;
    const known = await this.open.get(key)?.catch(() => undefined);
    if (known?.open) return known;
    const client = RawClient.connect(this.cluster.address(broker));
    this.open.set(key, client);
    return client;
  }

  /** @returns undefined while there is none */
  async coordinatorOf(groupId: string, ask: number): Promise<number | undefined> {
    const client = await this.to(ask);
    const request = { keyType: 0, coordinatorKeys: [groupId] };
    const { coordinators } = await client.request(FindCoordinator, request);
    const [found] = coordinators;
    return found?.errorCode === 0 ? found.nodeId : undefined;
  }

  close(): void {
    for (const client of this.open.values()) void client.then((one) => one.socket.destroy());
  }
}

/** All members join, and the leader assigns the partitions of `orders` in turn. */
async function form(
  clients: Clients,
  groupId: string,
  count: number,
  partitions: number,
  bytes: number,
): Promise<{ members: Member[]; coordinator: number }> {
  let coordinator: number | undefined;
  while ((coordinator = await clients.coordinatorOf(groupId, 1)) === undefined) await delay(50);
  const broker = coordinator;
  const join = async (number: number) => {
    const client = await clients.to(broker, count > 3 ? String(number) : `${groupId} ${number}`);
    for (let memberId = ''; ;) {
      const joined = await client.request(JoinGroup, {
        groupId,
        sessionTimeoutMs: 60_000,
        rebalanceTimeoutMs: 60_000,
        memberId,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.alloc(bytes, number) }],
      });
      memberId = joined.memberId;
      if (joined.errorCode === 0) return { client, joined };
      if (joined.errorCode !== 79) await delay(50);
    }
  };
  for (;;) {
    const all = await Promise.all(Array.from({ length: count }, (_, number) => join(number)));
    const leader = all.find(({ joined }) => joined.leader === joined.memberId)?.joined;
    const ids = leader?.members.map(({ memberId }) => memberId) ?? [];
    const assignments = ids.map((memberId, at) => {
      const mine = Array.from({ length: partitions }, (_, one) => one).filter(
        (one) => one % ids.length === at,
      );
      const topicPartitions = [{ topic: 'orders', partitions: mine }];
      return { memberId, assignment: encodeAssignment({ topicPartitions, userData: null }) };
    });
    const synced = await Promise.all(
      all.map(({ client, joined: { memberId, generationId } }) =>
        client.request(SyncGroup, {
          groupId,
          generationId,
          memberId,
          protocolType: 'consumer',
          protocolName: 'range',
          assignments: memberId === leader?.memberId ? assignments : [],
        }),
      ),
    );
    if (ids.length === count && synced.every(({ errorCode }) => errorCode === 0)) {
      const members = all.map(({ joined: { memberId, generationId } }) => ({
        ...{ groupId, memberId, generationId },
      }));
      return { members, coordinator: broker };
    }
  }
}

/** They would run out of their sessions while others are watched. */
async function disband(
  clients: Clients,
  { members, coordinator }: { members: readonly Member[]; coordinator: number },
): Promise<void> {
  const client = await clients.to(coordinator);
  const [{ groupId } = { groupId: '' }] = members;
  const leaving = members.map(({ memberId }) => ({ memberId }));
  await client.request(LeaveGroup, { groupId, members: leaving });
}

async function commit(client: RawClient, member: Member, offset: number): Promise<number> {
  const { groupId, memberId, generationId } = member;
  const { topics } = await client.request(OffsetCommit, {
    groupId,
    memberId,
    generationIdOrMemberEpoch: generationId,
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: offset }] }],
  });
  return topics[0]?.partitions[0]?.errorCode ?? -1;
}

/** The last transaction of the ensemble, as a server tells it. */
function lastZxid(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.end('srvr'));
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.on('error', reject);
    socket.on('close', () => resolve(/Zxid: (\S+)/.exec(text)?.[1] ?? 'unknown'));
  });
}

async function timed<T>(what: string, act: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await act();
  const ms = (performance.now() - start).toFixed(0).padStart(6);
  process.stdout.write(`${what.padEnd(72)}${ms} ms\n`);
  return result;
}

/** From the end of the coordinator's session to the first commit of a member that knows nothing. */
async function failover(cluster: MultiBrokerCluster, clients: Clients, zk: ZooKeeperClient) {
  const { members, coordinator } = await form(clients, 'failover', 3, 12, 100);
  const [member] = members;
  if (member === undefined) throw new Error('The group has members.');
  while ((await commit(await clients.to(coordinator), member, 1)) !== 0) await delay(20);
  const ask = cluster.ids.find((id) => id !== coordinator) ?? 1;
  const gone = new Promise<number>((resolve, reject) => {
    zk.exists(paths.broker(coordinator), () => resolve(performance.now())).catch(reject);
  });
  await cluster.kill(coordinator);
  for (let offset = 2; ;) {
    const now = await clients.coordinatorOf('failover', ask);
    if (now !== undefined && now !== coordinator) {
      const errorCode = await commit(await clients.to(now), member, offset);
      if (errorCode === 0) break;
      offset++;
    }
    await delay(20);
  }
  const after = performance.now() - (await gone);
  process.stdout.write(
    `the coordinator is killed: a commit in the same generation (${member.generationId}) works ` +
      `${after.toFixed(0)} ms after its session is over\n`,
  );
}

async function main(): Promise<void> {
  const cluster = await MultiBrokerCluster.start({
    zookeeper: { nodes: 3, tickTimeMs: 500 },
    configs: {
      'group.initial.rebalance.delay.ms': '500',
      'zookeeper.session.timeout.ms': String(SESSION_MS),
      'offsets.topic.replication.factor': '3',
    },
  });
  const clients = new Clients(cluster);
  const zk = new ZooKeeperClient({
    factory: createSessionFactory({
      connectString: cluster.zookeeper.connectString,
      sessionTimeoutMs: 20_000,
    }),
  });
  try {
    await zk.connect();
    await createTopic(await clients.to(1), 'orders', 12);
    const wide = await timed(
      '100 members over 500 partitions are stable (500 ms of them waiting)',
      () => form(clients, 'wide', 100, 500, 2_000),
    );
    const large = await timed('40 members of 100 kB each, 4 MB in all, are stable', () =>
      form(clients, 'large', 40, 40, 100_000),
    );
    for (const group of [wide, large]) await disband(clients, group);
    const formed = await timed(`${groups} groups of 3 members are stable`, () =>
      pipelined(
        Array.from({ length: groups }, (_, number) => `group-${number}`),
        (id) => form(clients, id, 3, 12, 100),
        50,
      ),
    );
    const before = await lastZxid(cluster.zookeeper.port(1));
    const factsBefore = cluster.ids.map((id) => processFacts(cluster.broker(id).pid));
    const until = performance.now() + IDLE_MS;
    let beats = 0;
    while (performance.now() < until) {
      const next = performance.now() + HEARTBEAT_MS;
      for (const { members, coordinator } of formed) {
        const client = await clients.to(coordinator);
        const answers = await Promise.all(members.map((one) => client.request(Heartbeat, one)));
        beats += answers.filter(({ errorCode }) => errorCode === 0).length;
      }
      await delay(Math.max(0, next - performance.now()));
    }
    for (const [at, id] of cluster.ids.entries()) {
      const { residentMb, cpuSeconds } = processFacts(cluster.broker(id).pid);
      const percent = ((cpuSeconds - (factsBefore[at]?.cpuSeconds ?? 0)) / IDLE_MS) * 100_000;
      process.stdout.write(
        `broker ${id}: ${residentMb.toFixed(0)} MB, ${percent.toFixed(1)} % of a processor\n`,
      );
    }
    const after = await lastZxid(cluster.zookeeper.port(1));
    process.stdout.write(
      `zxid before and after ${IDLE_MS / 1_000} s with ${beats} heartbeats: ${before} ${after}\n`,
    );
    await failover(cluster, clients, zk);
  } finally {
    clients.close();
    await zk.close();
    await cluster.close();
  }
}

void main();
