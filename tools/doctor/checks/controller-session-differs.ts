import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';

export const controllerSessionDiffers: Check = {
  code: 'CONTROLLER_SESSION_DIFFERS',
  severity: 'error',
  layer: 'controller',
  meaning: 'The office of the controller belongs to another session than the broker it names.',
  remedy:
    'It was written by hand, or by an earlier life of the broker. Delete /controller with zookeeper-shell: a new controller is elected at once.',
  passing: 'the controller has just been restarted',
  *find({ zookeeper: { controller, registrations } }) {
    const registration = controller && registrations.get(controller.brokerId);
    if (!registration || registration.owner === controller.owner) return;
    yield {
      subject: `broker ${controller.brokerId}`,
      says: [
        says(paths.controller, session(controller.owner)),
        says(paths.broker(registration.id), session(registration.owner)),
      ],
    };
  },
};

function session(owner: bigint): string {
  return owner === 0n ? 'no session' : `session 0x${owner.toString(16)}`;
}
