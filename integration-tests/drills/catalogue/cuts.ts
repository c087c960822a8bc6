import type { Drill, Stage } from '../drill';
import type { DrillBroker, Place } from '../drill-cluster';
import {
  hangBudget,
  isolate,
  leaderOf,
  leadersStay,
  othersThan,
  place,
  serverPlaces,
  somePartition,
  untilAcked,
  untilInSync,
} from './moves';

const SESSION_MS = 4000;

/** Cuts off the leader of some partition, for so long. */
function cutOff(
  drill: Pick<Drill, 'id' | 'name' | 'title' | 'workload' | 'budget' | 'cluster'>,
  ms: number,
  cut: (stage: Stage, leader: DrillBroker) => Promise<void>,
): Drill {
  return {
    ...drill,
    async faults(stage) {
      const { cluster, tell, wait, workload } = stage;
      const leader = await leaderOf(stage, somePartition(stage));
      await cut(stage, leader);
      tell(`${leader.name} is cut off`);
      // Past its lease it must not acknowledge on its own authority any more.
      workload.looseMayBeLostUntil = performance.now() + cluster.sessionTimeoutMs;
      await wait(ms);
      await cluster.network.heal();
      tell('healed');
      await untilInSync(stage);
      await untilAcked(stage, 500);
    },
  };
}

const fromZooKeeper = cutOff(
  {
    id: 'D09',
    name: 'leader-without-zookeeper',
    title: 'A leader cannot reach ZooKeeper for two session timeouts.',
    cluster: leadersStay,
    workload: { loose: true },
    budget: { unavailabilityMs: hangBudget(SESSION_MS) },
  },
  2 * SESSION_MS,
  (stage, leader) => isolate(stage, place(leader), serverPlaces(stage)),
);

const flapping: Drill = {
  id: 'D09b',
  name: 'zookeeper-flapping',
  title: 'A leader loses ZooKeeper ten times, sometimes for longer than its session lives.',
  budget: { unavailabilityMs: 2 * hangBudget(SESSION_MS) },
  async faults(stage) {
    const { cluster, random, wait } = stage;
    const leader = await leaderOf(stage, somePartition(stage));
    for (let round = 0; round < 10; round++) {
      await isolate(stage, place(leader), serverPlaces(stage));
      await wait(random.int(200, 1.3 * SESSION_MS));
      await cluster.network.heal();
      await wait(random.int(100, 1500));
    }
    await untilInSync(stage);
  },
};

const fromFollowers = cutOff(
  {
    id: 'D10',
    name: 'leader-without-followers',
    title: 'A leader keeps ZooKeeper and its clients, and loses the other brokers.',
    // While nobody else leads, it must not acknowledge anything: until the cut heals.
    budget: { unavailabilityMs: 10_000 + hangBudget(SESSION_MS) },
  },
  10_000,
  (stage, leader) => isolate(stage, place(leader), othersThan(stage, leader).map(place)),
);

const fromAll = cutOff(
  {
    id: 'D11',
    name: 'leader-alone-with-clients',
    title: 'A leader keeps nothing but its clients.',
    cluster: leadersStay,
    workload: { loose: true },
    budget: { unavailabilityMs: hangBudget(SESSION_MS) },
  },
  2.5 * SESSION_MS,
  (stage, leader) =>
    isolate(stage, place(leader), [
      ...othersThan(stage, leader).map(place),
      ...serverPlaces(stage),
    ]),
);

const fromClients = cutOff(
  {
    id: 'D13',
    name: 'leader-without-clients',
    title: 'No client reaches a leader, or hears of it.',
    budget: { unavailabilityMs: 8000 + hangBudget(0) },
  },
  8000,
  (stage, leader) => isolate(stage, place(leader), ['clients']),
);

/** Nothing arrives in one direction. */
function oneWay(
  id: string,
  name: string,
  title: string,
  between: (stage: Stage, leader: DrillBroker) => { from: readonly Place[]; to: readonly Place[] },
): Drill {
  const ms = 8000;
  return cutOff(
    { id, name, title, budget: { unavailabilityMs: ms + hangBudget(SESSION_MS) } },
    ms,
    async (stage, leader) => {
      const { from, to } = between(stage, leader);
      for (const one of from) {
        for (const other of to) await stage.cluster.network.cut(one, other);
      }
    },
  );
}

export const cuts = [
  fromZooKeeper,
  flapping,
  fromFollowers,
  fromAll,
  oneWay('D12', 'deaf-followers', 'Followers do not hear their leader.', (stage, leader) => ({
    from: [place(leader)],
    to: othersThan(stage, leader).map(place),
  })),
  oneWay('D12b', 'deaf-leader', 'A leader does not hear its followers.', (stage, leader) => ({
    from: othersThan(stage, leader).map(place),
    to: [place(leader)],
  })),
  oneWay('D12c', 'deaf-to-zookeeper', 'A leader does not hear ZooKeeper.', (stage, leader) => ({
    from: serverPlaces(stage),
    to: [place(leader)],
  })),
  oneWay('D12d', 'mute-to-zookeeper', 'ZooKeeper does not hear a leader.', (stage, leader) => ({
    from: [place(leader)],
    to: serverPlaces(stage),
  })),
  oneWay('D12e', 'deaf-clients', 'Clients do not hear a leader.', (_, leader) => ({
    from: [place(leader)],
    to: ['clients'],
  })),
  oneWay('D12f', 'mute-clients', 'A leader does not hear its clients.', (_, leader) => ({
    from: ['clients'],
    to: [place(leader)],
  })),
  fromClients,
];
