import { NO_LEADER } from '../../../zk-coordination/stores/partition-state';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, statePath, statedPartitionsOf } from '../look-up';

export const leaderNotInIsr: Check = {
  code: 'LEADER_NOT_IN_ISR',
  severity: 'error',
  layer: 'partitions',
  meaning: 'A partition is led by a broker that is not in sync.',
  remedy:
    'The state contradicts itself, so somebody wrote it by hand. What was acknowledged may be missing at the leader: elect one of the in-sync replicas with kafka-leader-election.',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { leader, isr } = partition.state;
      if (leader === NO_LEADER || isr.includes(leader)) continue;
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `leader ${leader}`),
          says(statePath(partition), `isr ${ids(isr)}`),
        ],
      };
    }
  },
};
