import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, partitionsOf } from '../look-up';

export const assignmentInvalid: Check = {
  code: 'ASSIGNMENT_INVALID',
  severity: 'error',
  layer: 'partitions',
  meaning: 'The list of replicas of a partition is empty or names a broker twice.',
  remedy: 'Somebody wrote the topic by hand. Reassign the partition with a proper list.',
  *find(snapshot) {
    for (const partition of partitionsOf(snapshot)) {
      const { replicas } = partition.assignment;
      if (replicas.length > 0 && new Set(replicas).size === replicas.length) continue;
      yield {
        ...about(partition),
        says: [
          says(paths.topic(partition.topic), `replicas ${ids(replicas)}`),
          says('expected', 'each broker once, one at least'),
        ],
      };
    }
  },
};
