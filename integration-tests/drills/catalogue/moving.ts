import type { Admin } from '../../../client';
import type { Drill, Stage } from '../drill';
import { failoverBudget, hangBudget, untilInSync } from './moves';

const SESSION_MS = 4000;
/** A move in good order is not noticed by who retries. */
const GOOD_ORDER_MS = 2500;

async function withAdmin<T>(stage: Stage, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = stage.workload.client('drill').admin();
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

/** Moves the leadership of every partition on, so many times within half a minute. */
async function pingPong(stage: Stage): Promise<void> {
  const { cluster, workload, random, wait } = stage;
  const { topic, shape } = workload;
  const partitions = Array.from({ length: shape.partitions }, (_, partition) => partition);
  await withAdmin(stage, async (admin) => {
    for (let round = 0; round < 20; round++) {
      const ids = cluster.brokers.map(({ id }) => id);
      const first = random.int(0, ids.length - 1);
      const replicas = ids.map((_, i) => ids[(first + i) % ids.length]!);
      const wanted = partitions.map((partition) => ({ topic, partition, replicas }));
      await admin.alterPartitionReassignments(wanted);
      await admin.electLeaders({ type: 'preferred', partitions: wanted });
      await wait(random.int(0, 2000));
    }
  });
}

function leadershipPingPong(id: string, name: string, everyMs: number): Drill {
  return {
    id,
    name,
    title: `Leadership moves twenty times, each writer sends every ${everyMs} ms.`,
    workload: { partitions: 4, everyMs },
    budget: { unavailabilityMs: GOOD_ORDER_MS },
    faults: pingPong,
  };
}

const rollingRestart: Drill = {
  id: 'D19',
  name: 'rolling-restart',
  title: 'Each broker is shut down cleanly and started again.',
  budget: { unavailabilityMs: GOOD_ORDER_MS },
  async faults(stage) {
    for (const broker of stage.cluster.brokers) {
      await broker.stop();
      stage.tell(`${broker.name} is down`);
      await stage.wait(1000);
      await broker.start();
      await untilInSync(stage);
    }
  },
};

const rollingKill: Drill = {
  id: 'D19b',
  name: 'rolling-kill',
  title: 'Each broker is killed and started again.',
  budget: { unavailabilityMs: 2 * failoverBudget(SESSION_MS) },
  async faults(stage) {
    for (const broker of stage.cluster.brokers) {
      await broker.kill();
      stage.tell(`${broker.name} is dead`);
      await stage.wait(stage.random.int(0, 2 * SESSION_MS));
      await broker.start();
      await untilInSync(stage);
    }
  },
};

const membership: Drill = {
  id: 'D32',
  name: 'members-come-and-go',
  title: 'Partitions move among four brokers that are killed and stopped meanwhile.',
  cluster: { brokers: 4 },
  workload: { churn: true, partitions: 6 },
  budget: { unavailabilityMs: 3 * hangBudget(SESSION_MS) },
  async faults(stage) {
    const { cluster, workload, random, tell, wait } = stage;
    const { topic, shape } = workload;
    await withAdmin(stage, async (admin) => {
      for (let round = 0; round < 6; round++) {
        const wanted = Array.from({ length: shape.partitions }, (_, partition) => ({
          topic,
          partition,
          replicas: someOf(stage, shape.replicationFactor),
        }));
        // Refused while the controller has not heard yet that the last victim is back.
        await stage.until('the moves are taken', () =>
          admin.alterPartitionReassignments(wanted).then(
            () => true,
            () => false,
          ),
        );
        await wait(random.int(0, 1500));
        const victim = random.pick(cluster.brokers);
        await (random.chance(0.7) ? victim.kill() : victim.stop());
        tell(`${victim.name} is gone in the midst of moves`);
        await wait(random.int(0, 1.5 * SESSION_MS));
        await victim.start();
      }
      await stage.until(
        'all moves are done',
        async () => (await admin.listPartitionReassignments()).length === 0,
      );
    });
  },
};

function someOf({ cluster, random }: Stage, count: number): number[] {
  const ids = cluster.brokers.map(({ id }) => id);
  while (ids.length > count) ids.splice(random.int(0, ids.length - 1), 1);
  const turn = random.int(0, count - 1);
  return [...ids.slice(turn), ...ids.slice(0, turn)];
}

export const moving = [
  leadershipPingPong('D04', 'leadership-ping-pong', 40),
  leadershipPingPong('D04b', 'leadership-ping-pong-without-traffic', 3000),
  rollingRestart,
  rollingKill,
  membership,
];
