import type { Drill } from '../drill';
import {
  controllerOf,
  failoverBudget,
  followerOf,
  leaderOf,
  somePartition,
  untilAcked,
  untilAnotherControls,
  untilAnotherLeads,
  untilInSync,
  untilOutOfSync,
} from './moves';

const SESSION_MS = 4000;

const leaderKill: Drill = {
  id: 'D01',
  name: 'leader-kill',
  title: 'A leader is killed and starts again when another leads.',
  budget: { unavailabilityMs: failoverBudget(SESSION_MS) },
  async faults(stage) {
    const partition = somePartition(stage);
    const leader = await leaderOf(stage, partition);
    await leader.kill();
    stage.tell(`${leader.name}, leader of partition ${partition}, is dead`);
    await untilAnotherLeads(stage, partition, leader);
    await untilAcked(stage, stage.random.int(100, 1000));
    await leader.start();
  },
};

const followerKill: Drill = {
  id: 'D01b',
  name: 'follower-kill',
  title: 'A follower is killed: the leader waits for it until it is out of the ISR.',
  workload: { partitions: 1 },
  budget: { unavailabilityMs: failoverBudget(SESSION_MS) },
  async faults(stage) {
    const follower = await followerOf(stage, 0);
    await follower.kill();
    stage.tell(`${follower.name} is dead`);
    await untilOutOfSync(stage, follower);
    await untilAcked(stage, stage.random.int(100, 1000));
    await follower.start();
  },
};

const controllerKill: Drill = {
  id: 'D01c',
  name: 'controller-kill',
  title: 'The controller is killed, three times, each time another one.',
  budget: { unavailabilityMs: 2 * failoverBudget(SESSION_MS) },
  async faults(stage) {
    for (let round = 0; round < 3; round++) {
      const controller = await controllerOf(stage);
      await controller.kill();
      stage.tell(`${controller.name}, the controller, is dead`);
      await untilAnotherControls(stage, controller);
      await controller.start();
      await untilInSync(stage);
    }
  },
};

const killAndRestart: Drill = {
  id: 'D02',
  name: 'kill-and-restart',
  title: 'Brokers are killed and start again at once, long before their sessions would end.',
  budget: { unavailabilityMs: failoverBudget(SESSION_MS) },
  // The disk and the network have nothing to do with it: sessions so long that none ends.
  cluster: { sessionTimeoutMs: 18_000 },
  async faults(stage) {
    const { cluster, view, random, tell } = stage;
    for (let round = 0; round < 4; round++) {
      const victim = random.pick(cluster.brokers);
      const before = (await view.registered()).get(victim.id)!;
      await victim.kill();
      await victim.start();
      const after = (await view.registered()).get(victim.id)!;
      if (after.czxid <= before.czxid) throw new Error(`${victim.name} kept its epoch.`);
      tell(`${victim.name} is back with epoch ${after.czxid} after ${before.czxid}`);
      await untilInSync(stage);
    }
  },
};

/** KIP-101, the first scenario: who truncates by its high watermark loses what it leads next. */
async function followerThenLeader(stage: Parameters<Drill['faults']>[0]): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const leader = await leaderOf(stage, 0);
    const state = await stage.view.partition(stage.workload.topic, 0);
    const id = state!.isr.find((one) => one !== leader.id)!;
    const follower = stage.cluster.broker(id);
    await follower.kill();
    await follower.start();
    await stage.until('the follower is in sync', async () => {
      const now = await stage.view.partition(stage.workload.topic, 0);
      return now!.isr.includes(follower.id);
    });
    await leader.kill();
    stage.tell(`${follower.name} was killed and is back, ${leader.name} is dead`);
    await untilAnotherLeads(stage, 0, leader);
    await leader.start();
    await untilInSync(stage);
  }
}

const followerThenLeaderKill: Drill = {
  id: 'D03',
  name: 'follower-then-leader-kill',
  title: 'A follower is killed and comes back, then the leader is killed at once.',
  workload: { partitions: 2 },
  budget: { unavailabilityMs: 2 * failoverBudget(SESSION_MS) },
  faults: followerThenLeader,
};

const twoReplicas: Drill = {
  id: 'D03b',
  name: 'follower-then-leader-kill-of-two',
  title: 'As D03 with two replicas, of which one is enough.',
  workload: { partitions: 1, replicationFactor: 2, minInsyncReplicas: 1 },
  budget: { unavailabilityMs: 2 * failoverBudget(SESSION_MS) },
  faults: followerThenLeader,
};

const allKilled: Drill = {
  id: 'D05',
  name: 'all-killed',
  title: 'All brokers are killed at once and start again in any order.',
  budget: { unavailabilityMs: 3 * failoverBudget(SESSION_MS) },
  async faults(stage) {
    const { cluster, random, tell, wait } = stage;
    for (let round = 0; round < 2; round++) {
      await Promise.all(
        cluster.brokers.map(async (broker) => {
          await wait(random.int(0, 100));
          await broker.kill();
        }),
      );
      tell('all brokers are dead');
      const order = [...cluster.brokers].sort(() => random.next() - 0.5);
      await Promise.all(
        order.map(async (broker, place) => {
          await wait(place * random.int(0, 1500));
          await broker.start();
        }),
      );
      await untilInSync(stage);
    }
  },
};

export const kills = [
  leaderKill,
  followerKill,
  controllerKill,
  killAndRestart,
  followerThenLeaderKill,
  twoReplicas,
  allKilled,
];
