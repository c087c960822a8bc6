import type { Drill, Stage } from '../drill';
import type { Place } from '../drill-cluster';
import {
  followerOf,
  hangBudget,
  leaderOf,
  noElection,
  place,
  somePartition,
  untilInSync,
} from './moves';

const slowLink: Drill = {
  id: 'D29',
  name: 'slow-link',
  title: 'Between two brokers everything takes 200 ms longer, at 1 Mbit/s.',
  needs: ['slow'],
  cluster: { sessionTimeoutMs: 10_000, configs: { 'replica.lag.time.max.ms': '10000' } },
  budget: { unavailabilityMs: 5000 },
  async faults(stage) {
    const { cluster, tell, wait } = stage;
    const partition = somePartition(stage);
    const [leader, follower] = [
      await leaderOf(stage, partition),
      await followerOf(stage, partition),
    ];
    const slowness = { delayMs: 200, bytesPerSecond: 125_000 };
    await cluster.network.slow(place(leader), place(follower), slowness);
    await cluster.network.slow(place(follower), place(leader), slowness);
    tell(`the link between ${leader.name} and ${follower.name} is slow`);
    await wait(20_000);
    await cluster.network.heal();
  },
  checks: noElection(),
};

/** Pairs between which replies travel. */
function links({ cluster }: Stage): [Place, Place][] {
  const pairs: [Place, Place][] = [];
  for (const broker of cluster.brokers) {
    pairs.push([place(broker), 'clients']);
    for (const other of cluster.brokers) {
      if (other.id !== broker.id) pairs.push([place(broker), place(other)]);
    }
    for (const { id } of cluster.servers) pairs.push([{ server: id }, place(broker)]);
  }
  return pairs;
}

const tornReplies: Drill = {
  id: 'D30',
  name: 'torn-replies',
  title: 'Connections break in the midst of messages, on every link, for 20 s.',
  needs: ['tear'],
  cluster: { sessionTimeoutMs: 10_000 },
  workload: { churn: true, partitions: 6 },
  budget: { unavailabilityMs: hangBudget(10_000) },
  async faults(stage) {
    const { cluster, random, wait } = stage;
    const pairs = links(stage);
    for (let round = 0; round < 80; round++) {
      const [one, other] = random.pick(pairs);
      const [from, to] = random.chance(0.7) ? [one, other] : [other, one];
      await cluster.network.tear(from, to, random.int(0, random.chance(0.5) ? 60 : 20_000));
      await wait(250);
    }
    await cluster.network.heal();
    await untilInSync(stage);
  },
};

const clockJumps: Drill = {
  id: 'D26',
  name: 'clock-jumps',
  title: "A broker's wall clock jumps an hour ahead, then an hour back.",
  needs: ['clock'],
  cluster: { sessionTimeoutMs: 8000 },
  budget: { unavailabilityMs: 3000 },
  async faults(stage) {
    const { random, cluster, tell, wait } = stage;
    const broker = random.pick(cluster.brokers);
    for (const hours of [1, -1, 0]) {
      await broker.shiftClock(hours * 3_600_000);
      tell(`the clock of ${broker.name} is ${hours} h off`);
      await wait(6000);
    }
  },
  checks: noElection(),
};

const openFiles: Drill = {
  id: 'D31',
  name: 'no-more-files',
  title: 'A leader may open no more files and connections for ten seconds.',
  needs: ['openFiles'],
  workload: { topicConfigs: { 'segment.bytes': '16384' }, padding: 100 },
  budget: { unavailabilityMs: 10_000 + hangBudget(4000) },
  allowedErrors: ['log-dir-failed', 'log-io-error', 'broker-fatal', 'partition-failed'],
  async faults(stage) {
    const { tell, wait } = stage;
    const leader = await leaderOf(stage, somePartition(stage));
    await leader.limitOpenFiles(2);
    tell(`${leader.name} can open no more files`);
    await wait(10_000);
    const events = await leader.events();
    if (leader.running) {
      await leader.limitOpenFiles(undefined);
      if (events.some(({ event }) => event === 'log-dir-failed')) await leader.stop();
    }
    if (!leader.running) await leader.start();
    await untilInSync(stage);
  },
};

export const linkDrills = [slowLink, tornReplies, clockJumps, openFiles];
