import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { topicsOf } from '../look-up';

export const partitionNodeExtra: Check = {
  code: 'PARTITION_NODE_EXTRA',
  severity: 'warning',
  layer: 'partitions',
  meaning: 'There is a znode for a partition that the topic does not have.',
  remedy:
    'It is left over, or written by hand. Delete it with zookeeper-shell before the topic gets that many partitions: they would begin with its state.',
  passing: 'the topic is just getting more partitions',
  *find(snapshot) {
    for (const { name, extra, partitions } of topicsOf(snapshot)) {
      for (const child of extra) {
        yield {
          subject: `${name}-${child}`,
          topic: name,
          says: [
            says(`${paths.partitions(name)}/${child}`, 'there'),
            says(paths.topic(name), `partitions ${ids(partitions.keys())}`),
          ],
        };
      }
    }
  },
};
