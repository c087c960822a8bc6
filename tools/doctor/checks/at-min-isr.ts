import type { Check } from '../check';
import { brokersNamed } from '../finding';
import { about, isAlive, missingReplicas, statedPartitionsOf } from '../look-up';
import { isrBesideMinimum, minIsrOf } from '../min-isr';

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
      const least = minIsrOf(snapshot, partition);
      const missing = missingReplicas(partition);
      if (partition.state.isr.length !== least || missing.length === 0) continue;
      const dead = missing.filter((id) => !isAlive(snapshot, id));
      yield {
        ...about(partition),
        says: isrBesideMinimum(partition, least),
        ...(dead.length > 0 && {
          remedy: `Start ${brokersNamed(dead)} before another broker is stopped.`,
        }),
      };
    }
  },
};
