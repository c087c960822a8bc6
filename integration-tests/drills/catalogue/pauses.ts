import type { Drill } from '../drill';
import {
  controllerOf,
  failoverBudget,
  hangBudget,
  leaderOf,
  leadersStay,
  somePartition,
  untilAcked,
  untilAnotherControls,
  untilInSync,
} from './moves';

const SESSION_MS = 4000;

/** A leader is stopped for so many session timeouts, and goes on as if nothing had happened. */
function leaderPause(id: string, sessions: number, unavailabilityMs: number): Drill {
  return {
    id,
    name: `leader-pause-${sessions}`,
    title: `A leader stands still for ${sessions} session timeouts.`,
    cluster: leadersStay,
    workload: { loose: true },
    budget: { unavailabilityMs },
    async faults(stage) {
      const { cluster, tell, wait, workload } = stage;
      const leader = await leaderOf(stage, somePartition(stage));
      await leader.pause();
      tell(`${leader.name} stands still`);
      await wait(sessions * cluster.sessionTimeoutMs);
      // What it acknowledges from now on in its old epoch would be a lie.
      workload.looseMayBeLostUntil = performance.now();
      await leader.resume();
      tell(`${leader.name} goes on`);
      await untilAcked(stage, 500);
    },
  };
}

const LAG_MS = 3000;
const LONG_SESSION_MS = 12_000;

/** Who changes the ISR must be awake: a controller that stands still is one until its session ends. */
const followerPause: Drill = {
  id: 'D08',
  name: 'follower-pause',
  title: 'A follower stands still for longer than a replica may lag, and keeps its session.',
  cluster: {
    sessionTimeoutMs: LONG_SESSION_MS,
    configs: { 'replica.lag.time.max.ms': String(LAG_MS) },
  },
  workload: { partitions: 1 },
  budget: { unavailabilityMs: LAG_MS + 5000 },
  async faults(stage) {
    const { until, view, workload, tell, wait, cluster } = stage;
    const busy = [await view.controllerId(), await view.leader(workload.topic, 0)];
    const follower = cluster.brokers.find(({ id }) => !busy.includes(id))!;
    await follower.pause();
    await until('it is out of the ISR', async () => {
      const state = await view.partition(workload.topic, 0);
      return !state!.isr.includes(follower.id);
    });
    tell(`${follower.name} is out of the ISR`);
    await untilAcked(stage, 300);
    await wait(1500);
    await follower.resume();
    await untilInSync(stage);
  },
};

const controllerPause: Drill = {
  id: 'D20',
  name: 'controller-pause',
  title: 'The controller stands still until another is elected, its hands full of work.',
  workload: { churn: true },
  budget: { unavailabilityMs: hangBudget(SESSION_MS) + failoverBudget(SESSION_MS) },
  async faults(stage) {
    const { tell, view, wait } = stage;
    for (let round = 0; round < 2; round++) {
      const zombie = await controllerOf(stage);
      const epoch = await view.controllerEpoch();
      await zombie.pause();
      tell(`${zombie.name}, the controller of epoch ${epoch}, stands still`);
      await untilAnotherControls(stage, zombie);
      await wait(1000);
      await zombie.resume();
      tell(`${zombie.name} goes on; epoch ${await view.controllerEpoch()} is in office`);
      await untilInSync(stage);
    }
  },
};

export const pauses = [
  leaderPause('D07', 0.5, 0.5 * SESSION_MS + 5000),
  leaderPause('D07b', 1.5, hangBudget(SESSION_MS)),
  leaderPause('D07c', 5, hangBudget(SESSION_MS)),
  followerPause,
  controllerPause,
];
