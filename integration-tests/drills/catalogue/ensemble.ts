import type { Drill, Stage } from '../drill';
import { isolate, noElection, place, serverPlaces, untilInSync } from './moves';

/** Long enough for the ensemble to elect a leader of its own. */
const SESSION_MS = 10_000;
/** A blip of ZooKeeper is none of the data's. */
const UNNOTICED_MS = 3000;

async function untilServed({ cluster, until }: Stage): Promise<void> {
  await until('all ZooKeeper servers serve', async () => {
    for (const server of cluster.servers) if (!(await server.serves())) return false;
    return true;
  });
}

const leaderKills: Drill = {
  id: 'D14',
  name: 'zookeeper-leader-kill',
  title: "ZooKeeper's leader is killed five times while topics come and go.",
  cluster: { sessionTimeoutMs: SESSION_MS },
  workload: { churn: true },
  budget: { unavailabilityMs: UNNOTICED_MS },
  async faults(stage) {
    const { cluster, tell, wait } = stage;
    for (let round = 0; round < 5; round++) {
      await untilServed(stage);
      const leader = await cluster.leadingServer();
      if (!leader) throw new Error('Nobody leads the ensemble.');
      await leader.kill();
      tell(`${leader.name}, the leader, is dead`);
      await wait(2000);
      await leader.start();
    }
    await untilServed(stage);
  },
  checks: noElection(),
};

const followerKill: Drill = {
  id: 'D14b',
  name: 'zookeeper-node-kill',
  title: 'The ZooKeeper server of a broker is killed.',
  cluster: { sessionTimeoutMs: SESSION_MS },
  budget: { unavailabilityMs: UNNOTICED_MS },
  async faults(stage) {
    const { cluster, random, tell, wait } = stage;
    const server = await cluster.serverOf(random.pick(cluster.brokers).id);
    await server!.kill();
    tell(`${server!.name} is dead`);
    await wait(8000);
    await server!.start();
    await untilServed(stage);
  },
  checks: noElection(),
};

const serverPause: Drill = {
  id: 'D15',
  name: 'zookeeper-node-pause',
  title: 'The ZooKeeper server of a broker stands still for three session timeouts.',
  cluster: { sessionTimeoutMs: SESSION_MS },
  budget: { unavailabilityMs: UNNOTICED_MS },
  async faults(stage) {
    const { cluster, random, tell, wait } = stage;
    const server = await cluster.serverOf(random.pick(cluster.brokers).id);
    await server!.pause();
    tell(`${server!.name} stands still`);
    await wait(3 * SESSION_MS);
    await server!.resume();
    await untilServed(stage);
  },
  checks: noElection(),
};

/** Two of three are dead for so long: nothing can be decided, and everything goes on. */
function quorumLoss(id: string, seconds: number): Drill {
  return {
    id,
    name: `quorum-lost-${seconds}-s`,
    title: `Two of three ZooKeeper servers are dead for ${seconds} s.`,
    cluster: { sessionTimeoutMs: SESSION_MS },
    workload: { churn: true },
    budget: { unavailabilityMs: UNNOTICED_MS },
    async faults(stage) {
      const { cluster, random, tell, wait } = stage;
      const spared = random.pick(cluster.servers);
      const dead = cluster.servers.filter(({ id: server }) => server !== spared.id);
      await Promise.all(dead.map((server) => server.kill()));
      tell(`only ${spared.name} is left`);
      await wait(seconds * 1000);
      await Promise.all(dead.map((server) => server.start()));
      await untilServed(stage);
    },
    checks: noElection(),
  };
}

const expiryStorm: Drill = {
  id: 'D17',
  name: 'expiry-storm',
  title: 'All brokers lose ZooKeeper for two session timeouts at once.',
  cluster: { sessionTimeoutMs: 4000 },
  budget: { unavailabilityMs: 20_000 },
  async faults(stage) {
    const { cluster, tell, wait } = stage;
    for (const broker of cluster.brokers) {
      await isolate(stage, place(broker), serverPlaces(stage));
    }
    tell('no broker reaches ZooKeeper');
    await wait(8000);
    await cluster.network.heal();
    await untilInSync(stage);
  },
};

const ensembleRestart: Drill = {
  id: 'D18',
  name: 'ensemble-restart',
  title: 'All ZooKeeper servers are killed and start again on their data.',
  cluster: { sessionTimeoutMs: SESSION_MS },
  budget: { unavailabilityMs: UNNOTICED_MS },
  async faults(stage) {
    const { cluster, tell, wait } = stage;
    await Promise.all(cluster.servers.map((server) => server.kill()));
    tell('ZooKeeper is gone');
    await wait(5000);
    await Promise.all(cluster.servers.map((server) => server.start()));
    await untilServed(stage);
  },
  checks: noElection(),
};

export const ensemble = [
  leaderKills,
  followerKill,
  serverPause,
  quorumLoss('D16', 30),
  quorumLoss('D16b', 120),
  expiryStorm,
  ensembleRestart,
];
