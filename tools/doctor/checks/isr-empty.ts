import type { Check } from '../check';
import { says } from '../finding';
import { about, statePath, statedPartitionsOf } from '../look-up';

export const isrEmpty: Check = {
  code: 'ISR_EMPTY',
  severity: 'error',
  layer: 'partitions',
  meaning: 'No replica of a partition counts as in sync.',
  remedy:
    'The controller always leaves the last one in, so somebody wrote the state by hand. Find the replica with the most records and name it as leader and in the isr.',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      if (partition.state.isr.length > 0) continue;
      yield {
        ...about(partition),
        says: [
          says(statePath(partition), 'isr none'),
          says('expected', 'the last replica that was in sync'),
        ],
      };
    }
  },
};
