import type { Check } from '../check';
import { brokersNamed } from '../finding';
import { about, isAlive, statedPartitionsOf } from '../look-up';
import { isrBesideMinimum, minIsrOf } from '../min-isr';

export const belowMinIsr: Check = {
  code: 'BELOW_MIN_ISR',
  severity: 'error',
  layer: 'partitions',
  meaning:
    'Fewer replicas are in sync than min.insync.replicas asks for: every write with acks=all is refused.',
  remedy: 'See why they do not catch up: their logs, their disks, the network to the leader.',
  passing: 'a broker has just started and is catching up',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { isr } = partition.state;
      const { replicas } = partition.assignment;
      const least = minIsrOf(snapshot, partition);
      if (least === undefined || isr.length >= least) continue;
      const dead = replicas.filter((id) => !isr.includes(id) && !isAlive(snapshot, id));
      const lacking = least - isr.length;
      const some = dead.length > lacking ? `${lacking === 1 ? 'one' : lacking} of ` : '';
      yield {
        ...about(partition),
        says: isrBesideMinimum(partition, least),
        ...(dead.length > 0 && {
          remedy: `Start ${some}${brokersNamed(dead)}; writes go on once enough replicas are in sync.`,
        }),
      };
    }
  },
};
