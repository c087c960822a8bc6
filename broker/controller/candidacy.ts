import type { TimerHandle } from '../../client/runtime/clock';
import { describeError } from '../../client/runtime/error';
import {
  ANY_VERSION,
  ControllerStore,
  paths,
  ZkError,
  type ControllerOffice,
} from '../../zk-coordination';
import type { ControllerEnvironment } from './controller-environment';

/** Before this broker runs for controller again after it failed in office, or could not run. */
const RETRY_MS = 1_000;

/** Running for controller, and giving the office up. Holds no term. */
export class Candidacy {
  private readonly store: ControllerStore;
  private timer: TimerHandle | undefined;
  private notBefore = -Infinity;

  /** @param run called when it is time to run for controller again */
  constructor(
    private readonly env: ControllerEnvironment,
    private readonly run: () => void,
  ) {
    this.store = new ControllerStore(env.zk);
  }

  /**
   * Tells who the controller is now and at every change, -1 for nobody.
   *
   * @returns the first telling, and a way to stop
   */
  observe(listener: (brokerId: number) => void): { first: Promise<unknown>; close(): void } {
    return this.store.observe(({ next }) => listener(next?.brokerId ?? -1));
  }

  /**
   * Runs for controller. Whoever failed in office lets the others go first.
   *
   * @returns undefined when somebody else is in office, or it is too early
   */
  async elect(isRegistered: boolean): Promise<ControllerOffice | undefined> {
    const { brokerId, zk } = this.env;
    if (!isRegistered || zk.clock.monotonic() < this.notBefore) {
      this.runLater();
      return undefined;
    }
    const result = await this.store.elect(brokerId);
    if (result.elected) return result;
    if (result.controller === null) {
      this.run();
    } else if (result.controller.owner === zk.sessionId) {
      await this.removeLeftover();
      this.run();
    }
    return undefined;
  }

  /** Gives up the office, so that somebody else can be elected at once. */
  async resign(office: ControllerOffice): Promise<void> {
    const { zk } = this.env;
    this.notBefore = zk.clock.monotonic() + RETRY_MS;
    // Without a connection there is nothing to wait for: the session ends, or goes on without it.
    if (zk.state !== 'connected') return this.runLater();
    try {
      await this.store.resign(office);
    } catch (error) {
      this.env.logger.warn(
        { event: 'controller-resign-failed', error: describeError(error) },
        'The office could not be given up.',
      );
      // Whoever is in office then is found out; what this session has left behind is taken away.
      this.runLater();
    }
  }

  /** Has the election repeated in a while. */
  runLater(): void {
    const { clock } = this.env.zk;
    clock.clearTimeout(this.timer);
    this.timer = clock.setTimeout(this.run, RETRY_MS);
  }

  cancel(): void {
    this.env.zk.clock.clearTimeout(this.timer);
  }

  /** An office this session holds though nobody is in it: giving it up had failed. */
  private async removeLeftover(): Promise<void> {
    try {
      await this.env.zk.delete(paths.controller, ANY_VERSION);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
    }
  }
}
