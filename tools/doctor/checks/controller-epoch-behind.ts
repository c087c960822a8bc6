import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';
import { about, statedPartitionsOf, statePath } from '../look-up';

export const controllerEpochBehind: Check = {
  code: 'CONTROLLER_EPOCH_BEHIND',
  severity: 'error',
  layer: 'controller',
  meaning: 'A partition was written by a later controller than there has been.',
  remedy:
    'ZooKeeper was restored from a backup, or somebody wrote one of the two. Brokers refuse the orders of a controller whose epoch is below one they know: raise /controller_epoch above the largest seen, then delete /controller.',
  *find(snapshot) {
    const { controllerEpoch, controller } = snapshot.zookeeper;
    if (controllerEpoch === null) {
      if (controller === null) return;
      yield {
        subject: 'controller',
        says: [
          says(paths.controllerEpoch, 'not there'),
          says(paths.controller, `broker ${controller.brokerId}`),
        ],
      };
      return;
    }
    for (const partition of statedPartitionsOf(snapshot)) {
      const { controllerEpoch: writer } = partition.state;
      if (writer <= controllerEpoch) continue;
      yield {
        ...about(partition),
        says: [
          says(paths.controllerEpoch, controllerEpoch),
          says(statePath(partition), `controller epoch ${writer}`),
        ],
      };
    }
  },
};
