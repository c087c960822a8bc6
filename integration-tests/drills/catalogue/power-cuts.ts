import type { Drill } from '../drill';
import { failoverBudget, leaderOf, somePartition, untilInSync } from './moves';

const SESSION_MS = 4000;

const allLosePower: Drill = {
  id: 'D06',
  name: 'power-cut',
  title: 'All brokers lose what was not flushed; records were acknowledged when flushed.',
  needs: ['power'],
  workload: { topicConfigs: { 'flush.messages': '1' }, everyMs: 100 },
  budget: { unavailabilityMs: 3 * failoverBudget(SESSION_MS) },
  async faults(stage) {
    const { cluster, tell } = stage;
    for (let round = 0; round < 2; round++) {
      const lost = await Promise.all(cluster.brokers.map((broker) => broker.cutPower()));
      tell(`without power; unflushed bytes lost: ${lost.join(', ')}`);
      stage.note(`unflushed bytes lost ${lost.join(' + ')}`);
      await Promise.all(cluster.brokers.map((broker) => broker.start()));
      await untilInSync(stage);
    }
  },
};

const oneLosesPower: Drill = {
  id: 'D06b',
  name: 'power-cut-of-one',
  title: 'A leader loses everything that was not flushed and starts again within its session.',
  needs: ['power'],
  cluster: { sessionTimeoutMs: 10_000 },
  budget: { unavailabilityMs: failoverBudget(10_000) },
  async faults(stage) {
    for (let round = 0; round < 3; round++) {
      const victim = await leaderOf(stage, somePartition(stage));
      const lost = await victim.cutPower();
      stage.tell(`${victim.name} is without power`);
      stage.note(`unflushed bytes lost ${lost}`);
      await victim.start();
      await untilInSync(stage);
    }
  },
};

export const powerCuts = [allLosePower, oneLosesPower];
