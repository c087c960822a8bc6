import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { directoriesOf, isBeingDeleted, partitionOf } from '../look-up';

export const strayDirectory: Check = {
  code: 'STRAY_DIRECTORY',
  severity: 'warning',
  layer: 'disks',
  meaning: 'There is a log of a partition that the broker is not assigned to.',
  remedy:
    'It is left over from a topic that was deleted or moved while the broker was away. Make sure that nobody needs it, then move it out of log.dirs while the broker is stopped.',
  passing: 'the topic has just been deleted, or the replica has just been moved away',
  *find(snapshot) {
    for (const { disk, directory } of directoriesOf(snapshot)) {
      const { topic, name, kind } = directory;
      if (kind !== 'current' || isBeingDeleted(snapshot, topic)) continue;
      const replicas = partitionOf(snapshot, directory)?.assignment.replicas;
      if (replicas?.includes(disk.brokerId)) continue;
      yield {
        subject: `${disk.path}/${name}`,
        topic,
        says: [
          says(`${disk.path}/${name}`, `a log at broker ${disk.brokerId}`),
          says(paths.topic(topic), replicas ? `replicas ${ids(replicas)}` : 'no such partition'),
        ],
      };
    }
  },
};
