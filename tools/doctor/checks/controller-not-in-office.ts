import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';
import { answeringBrokers } from '../look-up';

export const controllerNotInOffice: Check = {
  code: 'CONTROLLER_NOT_IN_OFFICE',
  severity: 'error',
  layer: 'controller',
  meaning: 'The broker that ZooKeeper calls the controller does not act as one.',
  remedy:
    'Read its log. Delete /controller with zookeeper-shell to have another one elected; nothing is lost by that.',
  passing: 'it has just been elected and is still taking over',
  *find(snapshot) {
    for (const { id, answers } of answeringBrokers(snapshot)) {
      if (answers.office?.error === undefined) continue;
      yield {
        subject: `broker ${id}`,
        says: [says(paths.controller, `broker ${id}`), says(`broker ${id}`, answers.office.error)],
      };
    }
  },
};
