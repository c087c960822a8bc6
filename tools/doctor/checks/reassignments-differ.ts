import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { topicPartitionKey } from '../../../zk-coordination/stores/topic-partition';
import { ids, says } from '../finding';
import { about, answeringBrokers, partitionsOf } from '../look-up';

export const reassignmentsDiffer: Check = {
  code: 'REASSIGNMENTS_DIFFER',
  severity: 'error',
  layer: 'controller',
  meaning: 'The controller moves other replicas than ZooKeeper says.',
  remedy:
    'Somebody wrote the topic by hand, or the controller missed a change. Delete /controller with zookeeper-shell: its successor reads everything anew.',
  passing: 'a reassignment has just begun or ended',
  *find(snapshot) {
    for (const { id, answers } of answeringBrokers(snapshot)) {
      if (!answers.office || answers.office.error !== undefined) continue;
      const held = new Map(
        answers.office.reassignments.map((one) => [topicPartitionKey(one), one]),
      );
      for (const partition of partitionsOf(snapshot)) {
        const { adding, removing } = partition.assignment;
        const memory = held.get(topicPartitionKey(partition));
        const there = move(adding, removing);
        const here = move(memory?.addingReplicas ?? [], memory?.removingReplicas ?? []);
        if (here === there) continue;
        yield {
          ...about(partition),
          says: [says(paths.topic(partition.topic), there), says(`controller ${id}`, here)],
        };
      }
    }
  },
};

function move(adding: readonly number[], removing: readonly number[]): string {
  if (adding.length + removing.length === 0) return 'no reassignment';
  const sorted = (list: readonly number[]) => ids([...list].sort((a, b) => a - b));
  return `adding ${sorted(adding)}, removing ${sorted(removing)}`;
}
