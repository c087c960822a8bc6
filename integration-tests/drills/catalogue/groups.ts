import type { Drill, Stage } from '../drill';
import { GroupLoad } from '../groups/group-load';
import { failoverBudget, hangBudget, isolate, place, serverPlaces, untilInSync } from './moves';

const SESSION_MS = 4000;
/** Longer than a member's session. */
const ZOMBIE_MS = 9000;

/** A drill with a group that reads while harm is done. */
function withGroup(
  drill: Omit<Drill, 'faults' | 'checks' | 'workload'>,
  size: number,
  faults: (stage: Stage, group: GroupLoad) => Promise<void>,
): Drill {
  // One run at a time: a drill's stage is made anew for each.
  const groups = new WeakMap<Stage, GroupLoad>();
  return {
    ...drill,
    workload: { partitions: 6, writers: 4, readers: 1 },
    async faults(stage) {
      const group = new GroupLoad(stage);
      groups.set(stage, group);
      for (let i = 0; i < size; i++) group.add();
      await group.untilStable();
      await faults(stage, group);
    },
    checks: async (stage) => (await groups.get(stage)?.judge()) ?? [],
  };
}

const comeAndGo = withGroup(
  {
    id: 'D24',
    name: 'group-members-come-and-go',
    title: 'Members of a group are killed, stopped for longer than their session, and replaced.',
    budget: { unavailabilityMs: 3000 },
  },
  4,
  async (stage, group) => {
    const { random, wait, tell } = stage;
    for (let round = 0; round < 8; round++) {
      const victim = random.pick(group.awake);
      const what = random.pick(['kill', 'pause', 'stop'] as const);
      tell(`${victim.name}: ${what}`);
      if (what === 'pause') {
        victim.pause();
        await wait(ZOMBIE_MS);
        victim.resume();
      } else {
        await victim[what]();
        await wait(random.int(0, 3000));
        group.add();
      }
    }
    await group.untilStable();
  },
);

const coordinatorKill = withGroup(
  {
    id: 'D24b',
    name: 'group-coordinator-kill',
    title: 'The coordinator of a group is killed, three times: nobody loses a partition.',
    budget: { unavailabilityMs: 2 * failoverBudget(SESSION_MS) },
  },
  3,
  async (stage, group) => {
    const { cluster, tell, until } = stage;
    const before = group.revocations;
    for (let round = 0; round < 3; round++) {
      const coordinator = cluster.broker(await group.coordinator());
      await coordinator.kill();
      tell(`${coordinator.name}, the coordinator, is dead`);
      const { commits } = group;
      await until('members commit again', () => group.commits > commits + 10);
      tell('members commit again');
      await coordinator.start();
      await untilInSync(stage);
    }
    if (group.revocations > before) throw new Error('Members have lost partitions.');
  },
);

const coordinatorCut = withGroup(
  {
    id: 'D24c',
    name: 'group-coordinator-without-zookeeper',
    title: 'The coordinator of a group cannot reach ZooKeeper, while members reach it.',
    budget: { unavailabilityMs: hangBudget(SESSION_MS) },
  },
  3,
  async (stage, group) => {
    const { cluster, tell, until, wait } = stage;
    const coordinator = cluster.broker(await group.coordinator());
    await isolate(stage, place(coordinator), serverPlaces(stage));
    tell(`${coordinator.name}, the coordinator, cannot reach ZooKeeper`);
    await wait(2 * SESSION_MS);
    const { commits } = group;
    await until('members commit again', () => group.commits > commits + 10);
    await cluster.network.heal();
    await untilInSync(stage);
  },
);

const ensembleLeaderKill = withGroup(
  {
    id: 'D24d',
    name: 'group-rebalance-without-zookeeper-leader',
    title: "ZooKeeper's leader is killed in the midst of rebalances.",
    cluster: { sessionTimeoutMs: 10_000 },
    budget: { unavailabilityMs: 3000 },
  },
  3,
  async (stage, group) => {
    const { cluster, random, tell, until } = stage;
    for (let round = 0; round < 3; round++) {
      group.add();
      const leader = await cluster.leadingServer();
      await random.pick(group.awake).stop();
      await leader?.kill();
      tell(`${leader?.name}, the leader, is dead`);
      await group.untilStable(120_000);
      await leader?.start();
      await until('all ZooKeeper servers serve', async () => {
        for (const server of cluster.servers) if (!(await server.serves())) return false;
        return true;
      });
    }
  },
);

const rollingRestart = withGroup(
  {
    id: 'D24e',
    name: 'group-rolling-restart',
    title: 'Each broker is stopped cleanly and started again: nobody loses a partition.',
    budget: { unavailabilityMs: 2500 },
  },
  3,
  async (stage, group) => {
    const before = group.revocations;
    for (const broker of stage.cluster.brokers) {
      await broker.stop();
      await broker.start();
      await untilInSync(stage);
    }
    if (group.revocations > before) throw new Error('Members have lost partitions.');
  },
);

/** Of the random run. */
const RANDOM_MS = 120_000;
const FEWEST = 2;
const MOST = 6;

/** One at a time or several at once: whoever is paused comes back while others are treated. */
const atRandom = withGroup(
  {
    id: 'D24f',
    name: 'group-at-random',
    title: 'Members of a group are killed, stopped, added and removed at random for two minutes.',
    budget: { unavailabilityMs: 3000 },
  },
  4,
  async (stage, group) => {
    const { random, wait, tell } = stage;
    const pauses: Promise<void>[] = [];
    const end = performance.now() + RANDOM_MS;
    while (performance.now() < end) {
      const { awake } = group;
      const may = [
        ...(awake.length > FEWEST ? (['kill', 'pause', 'stop'] as const) : []),
        ...(awake.length < MOST ? (['add', 'add'] as const) : []),
      ];
      const what = random.pick(may);
      if (what === 'add') group.add();
      else {
        const victim = random.pick(awake);
        tell(`${victim.name}: ${what}`);
        if (what === 'pause') {
          victim.pause();
          pauses.push(wait(random.int(SESSION_MS, ZOMBIE_MS)).then(() => victim.resume()));
        } else await victim[what]();
      }
      await wait(random.int(0, 4000));
    }
    await Promise.all(pauses);
    await group.untilStable();
  },
);

export const groupDrills: readonly Drill[] = [
  comeAndGo,
  coordinatorKill,
  coordinatorCut,
  ensembleLeaderKill,
  rollingRestart,
  atRandom,
];
