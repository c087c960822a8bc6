import { CompactedLoad } from '../compaction/compacted-load';
import type { Drill, Stage } from '../drill';
import { failoverBudget, untilInSync } from './moves';

const SESSION_MS = 4000;
const ROUNDS = 4;

/** One run at a time: a drill's stage is made anew for each. */
const loads = new WeakMap<Stage, CompactedLoad>();

const leaderKilledWhileCompacting: Drill = {
  id: 'D36',
  name: 'compaction-under-kills',
  title: 'Leaders of a compacted topic with small segments are killed while all replicas compact.',
  cluster: { configs: { 'log.cleaner.backoff.ms': '200', 'log.segment.delete.delay.ms': '100' } },
  workload: { partitions: 2, writers: 2, readers: 1 },
  budget: { unavailabilityMs: 2 * failoverBudget(SESSION_MS) },
  async faults(stage) {
    const { cluster, random, until, tell } = stage;
    const load = new CompactedLoad(stage);
    loads.set(stage, load);
    await load.start();
    const untilMore = (more: number) => {
      const { count } = load;
      return until(`${more} more keyed records`, () => load.count >= count + more);
    };
    await untilMore(2_000);
    for (let round = 0; round < ROUNDS; round++) {
      const partition = round % 2;
      const leader = cluster.broker(await load.leader(partition));
      await leader.kill();
      tell(`${leader.name}, leader of the compacted partition ${partition}, is dead`);
      await untilMore(random.int(200, 2_000));
      await leader.start();
      await untilInSync(stage);
      await untilMore(random.int(200, 2_000));
    }
  },
  checks: async (stage) => (await loads.get(stage)?.finish()) ?? [],
  stopped: async (stage) => (await loads.get(stage)?.judgeDisks()) ?? [],
};

export const compaction = [leaderKilledWhileCompacting];
