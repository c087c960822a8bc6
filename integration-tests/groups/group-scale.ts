import { connect } from 'node:net';
import { silentLogger } from '../../client/runtime/logger';
import { encodeAssignment } from '../../client/protocol/consumer-protocol';
import type { StoredGroup } from '../../broker/coordinator/group/stored-group';
import { ZooKeeperGroupStorage } from '../../broker/coordinator/group/zookeeper/zookeeper-group-storage';
import {
  createBootstrapPaths,
  createSessionFactory,
  pipelined,
  ZooKeeperClient,
} from '../../zk-coordination';
import { ZooKeeperEnsemble } from '../harness/zookeeper-ensemble';

/**
 * What many groups, and large ones, cost on a real ensemble of three servers:
 *
 *     npm run build && node dist/integration-tests/groups/group-scale.js [groups]
 */
const groups = Number(process.argv[2] ?? 1_000);
const IDLE_MS = 10_000;

function groupOf(
  generation: number,
  members: number,
  partitions: number,
  bytes: number,
): StoredGroup {
  return {
    state: 'Stable',
    generation,
    protocolType: 'consumer',
    protocol: 'range',
    leader: 'member-0',
    since: 0,
    members: Array.from({ length: members }, (_, at) => {
      const mine = Array.from({ length: partitions }, (_, number) => number);
      const topicPartitions = [
        { topic: 'orders', partitions: mine.filter((one) => one % members === at) },
      ];
      return {
        memberId: `member-${at}`,
        groupInstanceId: null,
        clientId: 'client',
        clientHost: '/127.0.0.1',
        sessionTimeoutMs: 45_000,
        rebalanceTimeoutMs: 300_000,
        protocols: [{ name: 'range', metadata: Buffer.alloc(bytes, generation) }],
        assignment: encodeAssignment({ topicPartitions, userData: null }),
      };
    }),
  };
}

const commitOf = (offset: number) => ({
  topic: 'orders',
  partition: 0,
  committed: { offset, leaderEpoch: 0, metadata: '', commitTimestamp: 0, expireTimestamp: null },
});

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

async function main(): Promise<void> {
  const ensemble = await ZooKeeperEnsemble.start({ nodes: 3, tickTimeMs: 2_000 });
  const live = new Map<number, { id: number; epoch: number }>();
  const factory = createSessionFactory({
    connectString: ensemble.connectString,
    sessionTimeoutMs: 18_000,
  });
  const join = async (id: number) => {
    const zk = new ZooKeeperClient({ factory });
    await zk.connect();
    await createBootstrapPaths(zk);
    live.set(id, { id, epoch: id });
    const storage = new ZooKeeperGroupStorage({
      zk,
      brokerId: id,
      brokerEpoch: () => id,
      brokers: () => [...live.values()],
      logger: silentLogger,
    });
    return { zk, storage };
  };
  const ids = Array.from({ length: groups }, (_, number) => `group-${number}`);
  const one = await join(1);
  const two = await join(2);
  try {
    await timed(`${groups} groups of 3 members claimed, saved, committed`, () =>
      pipelined(ids, async (id) => {
        const claim = await one.storage.claim(id, { onLost: () => {} });
        await claim.saveGroup(groupOf(1, 3, 12, 50));
        await claim.saveOffsets([commitOf(1)]);
      }),
    );
    const before = await lastZxid(ensemble.port(1));
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const after = await lastZxid(ensemble.port(1));
    process.stdout.write(
      `zxid before and after ${IDLE_MS / 1_000} s of idleness: ${before} ${after}\n`,
    );
    await timed('their coordinators asked for', () =>
      pipelined(ids, (id) => two.storage.coordinatorOf(id)),
    );
    await timed('listed by a broker that has none of them', () => two.storage.list());

    live.delete(1);
    await one.zk.close();
    await timed(
      'the session of their coordinator is over: the first commits again after',
      async () => {
        const claim = await two.storage.claim('group-0', { onLost: () => {} });
        await claim.saveOffsets([commitOf(2)]);
      },
    );
    await timed('and all of them after', () =>
      pipelined(ids.slice(1), async (id) => {
        await two.storage.coordinatorOf(id);
        const claim = await two.storage.claim(id, { onLost: () => {} });
        await claim.saveOffsets([commitOf(2)]);
      }),
    );

    const wide = await two.storage.claim('wide', { onLost: () => {} });
    await timed('a group of 100 members over 500 partitions saved', () =>
      wide.saveGroup(groupOf(1, 100, 500, 2_000)),
    );
    await timed('and once more with another assignment', () =>
      wide.saveGroup(groupOf(2, 99, 500, 2_000)),
    );
    const large = await two.storage.claim('large', { onLost: () => {} });
    await timed('a group of 4 MB saved', () => large.saveGroup(groupOf(1, 40, 500, 100_000)));
    await timed('a commit of it', () => large.saveOffsets([commitOf(1)]));
    await large.release();
    const loaded = await timed('and claimed again, loaded', () =>
      two.storage.claim('large', { onLost: () => {} }),
    );
    process.stdout.write(`members loaded: ${loaded.snapshot.group?.members.length}\n`);
    await timed(`${groups} claims given back`, () => two.storage.close());
  } finally {
    await one.zk.close();
    await two.zk.close();
    await ensemble.stop();
  }
}

void main();
