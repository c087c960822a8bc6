import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';

export const controllerNotRegistered: Check = {
  code: 'CONTROLLER_NOT_REGISTERED',
  severity: 'error',
  layer: 'controller',
  meaning: 'The controller is no live broker.',
  remedy:
    'If the broker lives, it lost its registration: restart it. If it does not, delete /controller with zookeeper-shell, and another broker takes over.',
  passing: 'the controller is starting, stopping, or making a new session',
  *find({ zookeeper: { controller, registrations } }) {
    if (controller === null || registrations.has(controller.brokerId)) return;
    yield {
      subject: `broker ${controller.brokerId}`,
      says: [
        says(paths.controller, `broker ${controller.brokerId}`),
        says(paths.brokerIds, ids(registrations.keys())),
      ],
    };
  },
};
