import { paths } from '../../../zk-coordination/stores/paths';
import { NO_LEADER } from '../../../zk-coordination/stores/partition-state';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, statePath, statedPartitionsOf } from '../look-up';

export const leaderNotInReplicas: Check = {
  code: 'LEADER_NOT_IN_REPLICAS',
  severity: 'error',
  layer: 'partitions',
  meaning: 'A partition is led by a broker that it is not assigned to.',
  remedy:
    'Somebody wrote one of the two by hand. Elect the preferred leader: kafka-leader-election --election-type preferred.',
  passing: 'a reassignment has just ended',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { assignment, state } = partition;
      if (state.leader === NO_LEADER || assignment.replicas.includes(state.leader)) continue;
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `leader ${state.leader}`),
          says(paths.topic(partition.topic), `replicas ${ids(assignment.replicas)}`),
        ],
      };
    }
  },
};
