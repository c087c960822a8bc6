import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, statePath, statedPartitionsOf } from '../look-up';

export const isrNotInReplicas: Check = {
  code: 'ISR_NOT_IN_REPLICAS',
  severity: 'error',
  layer: 'partitions',
  meaning: 'A broker counts as in sync that the partition is not assigned to.',
  remedy:
    'Somebody wrote one of the two by hand. Reassign the partition to the brokers it shall have; the controller then writes both.',
  passing: 'a reassignment has just ended',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { assignment, state } = partition;
      if (state.isr.every((id) => assignment.replicas.includes(id))) continue;
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), `isr ${ids(state.isr)}`),
          says(paths.topic(partition.topic), `replicas ${ids(assignment.replicas)}`),
        ],
      };
    }
  },
};
