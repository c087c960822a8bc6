import { paths } from '../../../zk-coordination/stores/paths';
import { NO_LEADER } from '../../../zk-coordination/stores/partition-state';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, isAlive, statePath, statedPartitionsOf } from '../look-up';

export const leaderDead: Check = {
  code: 'LEADER_DEAD',
  severity: 'error',
  layer: 'partitions',
  meaning: 'A partition is led by a broker that is not registered.',
  remedy:
    'The controller elects another leader when a broker goes: see why it does not. Delete /controller to have another one do it.',
  passing: 'a broker has just died or stopped',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { leader } = partition.state;
      if (leader === NO_LEADER || isAlive(snapshot, leader)) continue;
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `leader ${leader}`),
          says(paths.brokerIds, ids(snapshot.zookeeper.registrations.keys())),
        ],
      };
    }
  },
};
