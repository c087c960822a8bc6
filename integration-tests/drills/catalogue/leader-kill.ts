import type { Drill } from '../drill';

export const leaderKill: Drill = {
  id: 'D01',
  name: 'leader-kill',
  title: 'The leader of a partition is killed with SIGKILL and starts again when another leads.',
  budget: { unavailabilityMs: 13_000 },
  async faults({ cluster, view, workload, random, until, tell, wait }) {
    const partition = random.int(0, workload.shape.partitions - 1);
    const leader = cluster.broker(await view.leader(workload.topic, partition));
    await leader.kill();
    tell(`${leader.name}, leader of partition ${partition}, is dead`);
    await until(
      'another leads',
      async () => (await view.leader(workload.topic, partition)) !== leader.id,
    );
    await wait(random.int(0, 3000));
    await leader.start();
  },
};
