import type { Check } from '../check';
import { brokersNamed, ids, says } from '../finding';
import { about, isAlive, minIsrOf, statedPartitionsOf, statePath } from '../look-up';

export const atMinIsr: Check = {
  code: 'AT_MIN_ISR',
  severity: 'warning',
  layer: 'partitions',
  meaning:
    'Replicas are missing, and just as many are in sync as min.insync.replicas asks for: one more failure stops writes with acks=all.',
  remedy: 'See why the others do not catch up before another broker is stopped.',
  passing: 'a broker has just started and is catching up',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { isr, leader } = partition.state;
      const { replicas, adding } = partition.assignment;
      const least = minIsrOf(snapshot, partition);
      const missing = replicas.filter((id) => !isr.includes(id) && !adding.includes(id));
      if (isr.length !== least || missing.length === 0) continue;
      const dead = missing.filter((id) => !isAlive(snapshot, id));
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `isr ${ids(isr)}`),
          says(`broker ${leader}`, `min.insync.replicas ${least}`),
        ],
        ...(dead.length > 0 && {
          remedy: `Start ${brokersNamed(dead)} before another broker is stopped.`,
        }),
      };
    }
  },
};
