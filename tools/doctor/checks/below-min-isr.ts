import type { Check } from '../check';
import { brokersNamed, ids, says } from '../finding';
import { about, isAlive, minIsrOf, statedPartitionsOf, statePath } from '../look-up';

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
      const { isr, leader } = partition.state;
      const { replicas } = partition.assignment;
      const least = minIsrOf(snapshot, partition);
      if (least === undefined || isr.length >= least) continue;
      const dead = replicas.filter((id) => !isr.includes(id) && !isAlive(snapshot, id));
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `isr ${ids(isr)}`),
          says(`broker ${leader}`, `min.insync.replicas ${least}`),
        ],
        ...remedyFor(replicas.length < least, dead, least - isr.length),
      };
    }
  },
};

/**
 * @param tooFew whether the partition has not so many replicas at all
 * @param dead replicas that are not in sync because their brokers are dead
 * @param lacking how many of them have to come back
 */
function remedyFor(
  tooFew: boolean,
  dead: readonly number[],
  lacking: number,
): { readonly remedy?: string } {
  if (tooFew) {
    return {
      remedy:
        'It has fewer replicas than that: lower min.insync.replicas of the topic with kafka-configs, or add replicas with kafka-reassign-partitions.',
    };
  }
  if (dead.length === 0) return {};
  const some = dead.length > lacking ? (lacking === 1 ? 'one of ' : `${lacking} of `) : '';
  return {
    remedy: `Start ${some}${brokersNamed(dead)}; writes go on once enough replicas are in sync.`,
  };
}
