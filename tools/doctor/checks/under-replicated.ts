import { NO_LEADER } from '../../../zk-coordination/stores/partition-state';
import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { brokersNamed, ids, says } from '../finding';
import { about, isAlive, missingReplicas, statedPartitionsOf, statePath } from '../look-up';

export const underReplicated: Check = {
  code: 'UNDER_REPLICATED',
  severity: 'warning',
  layer: 'partitions',
  meaning: 'A partition is assigned to more brokers than are in sync.',
  remedy: 'See why they do not catch up: their logs, their disks, the network to the leader.',
  passing: 'a broker has just started and is catching up',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { replicas } = partition.assignment;
      const { isr, leader } = partition.state;
      // There is nobody to catch up with: NO_LEADER says what to do.
      if (leader === NO_LEADER) continue;
      const missing = missingReplicas(partition);
      if (missing.length === 0) continue;
      const dead = missing.filter((id) => !isAlive(snapshot, id));
      yield {
        ...about(partition),
        says: [
          says(paths.topic(partition.topic), `replicas ${ids(replicas)}`),
          says(statePath(partition), `isr ${ids(isr)}`),
        ],
        ...(dead.length > 0 && {
          remedy: `Start ${brokersNamed(dead)}, or move partitions to others.`,
        }),
      };
    }
  },
};
