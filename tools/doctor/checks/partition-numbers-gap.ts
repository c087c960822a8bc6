import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { topicsOf } from '../look-up';

export const partitionNumbersGap: Check = {
  code: 'PARTITION_NUMBERS_GAP',
  severity: 'error',
  layer: 'partitions',
  meaning: 'The partitions of a topic are not numbered from 0 on.',
  remedy:
    'Somebody wrote the topic by hand. Producers hash over the number of partitions: add the missing ones to the topic.',
  *find(snapshot) {
    for (const { name, partitions } of topicsOf(snapshot)) {
      const missing = Array.from({ length: partitions.size }, (_, i) => i).filter(
        (number) => !partitions.has(number),
      );
      if (missing.length === 0 && partitions.size > 0) continue;
      yield {
        subject: name,
        topic: name,
        says: [
          says(
            paths.topic(name),
            `partitions ${ids([...partitions.keys()].sort((a, b) => a - b))}`,
          ),
          says('expected', `${ids(missing)} too`),
        ],
      };
    }
  },
};
