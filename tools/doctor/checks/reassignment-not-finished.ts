import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';
import { about, statedPartitionsOf, statePath } from '../look-up';

export const reassignmentNotFinished: Check = {
  code: 'REASSIGNMENT_NOT_FINISHED',
  severity: 'warning',
  layer: 'administration',
  meaning: 'A reassignment has nothing left to wait for, and is not finished.',
  remedy:
    'All replicas wanted are in sync: the controller should have cleaned up. Read its log; delete /controller with zookeeper-shell to have another one finish it.',
  passing: 'the last replica has just caught up',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      const { replicas, adding, removing } = partition.assignment;
      if (adding.length + removing.length === 0) continue;
      const wanted = replicas.filter((id) => !removing.includes(id));
      if (!wanted.every((id) => partition.state.isr.includes(id))) continue;
      yield {
        ...about(partition),
        says: [
          says(paths.topic(partition.topic), `adding ${ids(adding)}, removing ${ids(removing)}`),
          says(statePath(partition), `isr ${ids(partition.state.isr)}`),
        ],
      };
    }
  },
};
