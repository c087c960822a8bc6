import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, partitionsOf } from '../look-up';

export const reassignmentInvalid: Check = {
  code: 'REASSIGNMENT_INVALID',
  severity: 'error',
  layer: 'partitions',
  meaning: 'A reassignment adds or removes brokers that are no replicas, or both at once.',
  remedy:
    'Somebody wrote the topic by hand. Cancel the reassignment, or give the partition a new one, with kafka-reassign-partitions.',
  *find(snapshot) {
    for (const partition of partitionsOf(snapshot)) {
      const { replicas, adding, removing } = partition.assignment;
      const foreign = [...adding, ...removing].filter((id) => !replicas.includes(id));
      const both = adding.filter((id) => removing.includes(id));
      if (foreign.length + both.length === 0) continue;
      const path = paths.topic(partition.topic);
      yield {
        ...about(partition),
        says: [
          says(path, `replicas ${ids(replicas)}`),
          says(path, `adding ${ids(adding)}, removing ${ids(removing)}`),
        ],
      };
    }
  },
};
