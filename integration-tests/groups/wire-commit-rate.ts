import { Admin } from '../../client/admin';
import { Cluster } from '../../client/network';
import { apis } from '../../client/protocol/apis';
import { CoordinatorType } from '../../client/protocol/messages/find-coordinator';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { delay, systemClock } from '../../client/runtime/clock';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { processFacts } from '../harness/process-facts';
import { startStoreless } from './storeless-broker';

/** What was measured. Times in milliseconds. */
export interface CommitRate {
  readonly commitsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
}

export interface CommitLoad {
  readonly brokers: readonly string[];
  /** Each commits an offset of a partition of its own as soon as the former commit is acknowledged. */
  readonly clients: number;
  /** Groups that the clients belong to in turn. */
  readonly groups: number;
  readonly seconds: number;
}

/** Whose offsets are committed; it must have a partition for each client. */
const TOPIC = 'clicks';
const CLIENTS = 100;
/** Clients that share a connection to each broker. */
const CLIENTS_PER_CONNECTION = 10;

/** How many commits of offsets a cluster takes, each client with one in flight. */
export async function measureCommits(load: CommitLoad): Promise<CommitRate> {
  const { brokers, clients, groups, seconds } = load;
  const clusters = Array.from(
    { length: Math.ceil(clients / CLIENTS_PER_CONNECTION) },
    () => new Cluster({ brokers, clientId: 'commit-rate' }),
  );
  try {
    await Promise.all(clusters.map((cluster) => cluster.connect()));
    const [first] = clusters;
    const ids = Array.from({ length: groups }, (_, n) => `commit-rate-${n}`);
    const coordinators = new Map<string, number>();
    for (const id of ids) coordinators.set(id, await coordinatorOf(first, id));
    const latencies: number[] = [];
    let failures = 0;
    let over = false;
    const run = async (client: number) => {
      const cluster = clusters[client % clusters.length];
      const groupId = ids[client % groups];
      for (let offset = 0; !over; offset++) {
        const began = systemClock.monotonic();
        const error = await commit(
          cluster,
          coordinators.get(groupId) ?? -1,
          groupId,
          client,
          offset,
        );
        if (error) {
          failures++;
          coordinators.set(groupId, await coordinatorOf(cluster, groupId));
        } else {
          latencies.push(systemClock.monotonic() - began);
        }
      }
    };
    // The first commits of all claim the groups.
    await Promise.all(
      ids.map((id, n) => commit(clusters[0], coordinators.get(id) ?? -1, id, n, 0)),
    );
    const running = Array.from({ length: clients }, (_, client) => run(client));
    await delay(seconds * 1000);
    over = true;
    await Promise.all(running);
    latencies.sort((a, b) => a - b);
    const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? NaN;
    return {
      commitsPerSecond: Math.round(latencies.length / seconds),
      p50: at(0.5),
      p99: at(0.99),
      failures,
    };
  } finally {
    await Promise.all(clusters.map((cluster) => cluster.close()));
  }
}

async function coordinatorOf(cluster: Cluster, groupId: string): Promise<number> {
  for (;;) {
    const { coordinators } = await cluster.sendToAny(apis.FindCoordinator, {
      keyType: CoordinatorType.GROUP,
      coordinatorKeys: [groupId],
    });
    const [found] = coordinators;
    if (found && found.errorCode === 0) return found.nodeId;
    await delay(100);
  }
}

async function commit(
  cluster: Cluster,
  coordinator: number,
  groupId: string,
  partition: number,
  offset: number,
): Promise<ProtocolError | undefined> {
  const { topics } = await cluster.sendToBroker(coordinator, apis.OffsetCommit, {
    groupId,
    topics: [{ name: TOPIC, partitions: [{ partitionIndex: partition, committedOffset: offset }] }],
  });
  return ProtocolError.fromCode(topics[0]?.partitions[0]?.errorCode ?? 0);
}

/**
 * Measures with one group and with as many as clients, and what a commit costs each process: unlike
 * the rate, that depends little on what else the machine has to do.
 */
async function report(what: string, brokers: readonly string[], pids: number[], seconds: number) {
  for (const groups of [1, CLIENTS]) {
    const load = { brokers, clients: CLIENTS, groups, seconds };
    // The code is compiled, and the groups are claimed.
    await measureCommits({ ...load, seconds: 2 });
    const cpu = [process.pid, ...pids].map((pid) => processFacts(pid).cpuSeconds);
    const rate = await measureCommits(load);
    const spent = [process.pid, ...pids].map((pid) => processFacts(pid).cpuSeconds);
    const [client, ...each] = spent.map((after, at) => {
      const commits = rate.commitsPerSecond * seconds;
      return `${(((after - (cpu[at] ?? 0)) * 1e6) / commits).toFixed(1)} µs`;
    });
    process.stdout.write(
      `${what} ${groups} groups ${JSON.stringify(rate)}; processor time per commit: ` +
        `clients ${client}, brokers ${each.join(' ')}\n`,
    );
  }
}

/**
 * `node dist/integration-tests/groups/wire-commit-rate.js [seconds]`: a broker that stores nothing,
 * then both storages, on three brokers and three ZooKeeper servers.
 */
async function main(): Promise<void> {
  const seconds = Number(process.argv[2] ?? 10);
  const storeless = await startStoreless(TOPIC, CLIENTS);
  await report('nothing', [storeless.address], [storeless.pid], seconds);
  storeless.stop();
  for (const storage of ['zookeeper', 'kafka']) {
    const cluster = await MultiBrokerCluster.start({
      zookeeper: { nodes: 3 },
      configs: { 'offsets.storage': storage, 'log.dir.min.free.bytes': '0' },
    });
    try {
      const admin = new Admin(new Cluster({ brokers: cluster.addresses }));
      await admin.createTopics([{ topic: TOPIC, numPartitions: CLIENTS, replicationFactor: 1 }]);
      await admin.close();
      const pids = cluster.ids.map((id) => cluster.broker(id).pid);
      await report(storage, cluster.addresses, pids, seconds);
    } finally {
      await cluster.close();
    }
  }
}

if (require.main === module) void main();
