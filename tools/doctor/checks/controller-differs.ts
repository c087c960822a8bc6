import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';
import { answeringBrokers } from '../look-up';

export const controllerDiffers: Check = {
  code: 'CONTROLLER_DIFFERS',
  severity: 'error',
  layer: 'controller',
  meaning: 'A broker takes another one for the controller than ZooKeeper says.',
  remedy:
    'It has missed an election: see its log for trouble with its ZooKeeper session, and restart it if it does not recover.',
  passing: 'a controller has just been elected',
  *find(snapshot) {
    const inOffice = snapshot.zookeeper.controller?.brokerId ?? -1;
    for (const { id, answers } of answeringBrokers(snapshot)) {
      if (answers.controllerId === inOffice) continue;
      yield {
        subject: `broker ${id}`,
        says: [
          says(paths.controller, name(inOffice)),
          says(`broker ${id}`, name(answers.controllerId)),
        ],
      };
    }
  },
};

function name(controller: number): string {
  return controller < 0 ? 'none' : `broker ${controller}`;
}
