import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, isAlive, partitionsOf } from '../look-up';

export const reassignmentBlocked: Check = {
  code: 'REASSIGNMENT_BLOCKED',
  severity: 'warning',
  layer: 'administration',
  meaning: 'A reassignment waits for a broker that is not registered.',
  remedy: 'Start the broker, or cancel the reassignment with kafka-reassign-partitions --cancel.',
  passing: 'the broker is being restarted',
  *find(snapshot) {
    for (const partition of partitionsOf(snapshot)) {
      const dead = partition.assignment.adding.filter((id) => !isAlive(snapshot, id));
      if (dead.length === 0) continue;
      yield {
        ...about(partition),
        says: [
          says(paths.topic(partition.topic), `adding ${ids(partition.assignment.adding)}`),
          says(paths.brokerIds, `not ${ids(dead)}`),
        ],
      };
    }
  },
};
