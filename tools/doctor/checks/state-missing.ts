import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, partitionsOf, statePath } from '../look-up';

export const stateMissing: Check = {
  code: 'STATE_MISSING',
  severity: 'error',
  layer: 'partitions',
  meaning: 'A partition is assigned and has no state: nobody leads it.',
  remedy:
    'The controller makes the state of new partitions. If it does not: see whether a replica lives, read its log, then delete /controller to have another one try.',
  passing: 'the topic has just been made or got more partitions',
  *find(snapshot) {
    for (const partition of partitionsOf(snapshot)) {
      if (partition.state !== null) continue;
      yield {
        ...about(partition),
        says: [
          says(paths.topic(partition.topic), `replicas ${ids(partition.assignment.replicas)}`),
          says(statePath(partition), 'not there'),
        ],
      };
    }
  },
};
