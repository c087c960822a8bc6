import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { ids, says } from '../finding';

export const noController: Check = {
  code: 'NO_CONTROLLER',
  severity: 'error',
  layer: 'controller',
  meaning: 'Brokers are registered and none is the controller.',
  remedy:
    'Every broker runs for the office when it is free. See in their logs why the elections fail; malformed data in /controller_epoch is one reason.',
  passing: 'the controller has just died or stopped',
  *find({ zookeeper: { controller, registrations } }) {
    if (controller !== null || registrations.size === 0) return;
    const alive = says(paths.brokerIds, ids(registrations.keys()));
    yield { subject: 'controller', says: [says(paths.controller, 'not there'), alive] };
  },
};
