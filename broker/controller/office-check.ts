import { ControllerFencedError, ControllerStore } from '../../zk-coordination';
import type { ControllerTerm } from './controller-term';

/**
 * A broker refuses this controller because it has heard of a later one. ZooKeeper knows whether
 * there is one. If there is none the broker is in error: ZooKeeper was set back to an earlier state
 * while the broker ran, or somebody who is no controller told it something. Giving up the office
 * would not help, every successor would meet the same refusal, and the cluster would have no
 * controller for as long as that broker runs.
 *
 * @throws ControllerFencedError when there is a later controller
 */
export async function checkOffice(term: ControllerTerm, brokerId: number): Promise<void> {
  const { env, office } = term;
  // The server that answers must not lag behind the one where the successor was elected.
  await term.sync();
  const { version } = await term.during(new ControllerStore(env.zk).readEpoch());
  if (version !== office.fence.version) throw new ControllerFencedError(office.fence, undefined);
  env.logger.error(
    { event: 'broker-ahead-of-controller', broker: brokerId, controllerEpoch: office.epoch },
    `Broker ${brokerId} follows a controller that ZooKeeper does not know, and takes no instructions until it is restarted.`,
  );
}
