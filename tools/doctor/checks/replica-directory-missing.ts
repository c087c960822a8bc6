import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { topicPartitionKey } from '../../../zk-coordination/stores/topic-partition';
import { ids, says } from '../finding';
import { about, statedPartitionsOf } from '../look-up';

export const replicaDirectoryMissing: Check = {
  code: 'REPLICA_DIRECTORY_MISSING',
  severity: 'error',
  layer: 'disks',
  meaning: 'A replica that counts as in sync has no log on disk.',
  remedy:
    'If --log-dirs names all directories of the broker, its log is gone: see that another replica is in sync, stop this broker and start it again, and it copies everything.',
  passing: 'the topic has just been made',
  *find(snapshot) {
    const here = new Map<number, Set<string>>();
    const unknown = new Set<number>();
    for (const { brokerId, path, directories, unreadable } of snapshot.disks) {
      if (unreadable.some((one) => one.path.startsWith(path))) unknown.add(brokerId);
      const known = here.get(brokerId) ?? new Set();
      here.set(brokerId, known);
      for (const one of directories) if (one.kind === 'current') known.add(topicPartitionKey(one));
    }
    for (const partition of statedPartitionsOf(snapshot)) {
      const { isr } = partition.state;
      for (const [id, logs] of here) {
        if (unknown.has(id) || !isr.includes(id) || logs.has(topicPartitionKey(partition)))
          continue;
        const { subject, topic } = about(partition);
        yield {
          subject: `${subject} at broker ${id}`,
          topic,
          says: [
            says(paths.partitionState(topic, partition.partition), `isr ${ids(isr)}`),
            says(`--log-dirs of broker ${id}`, 'no directory of it'),
          ],
        };
      }
    }
  },
};
