import { ProtocolError } from '../../client/protocol/protocol-error';

/** Who speaks, and whom it means: in every request of a controller to a broker. */
export interface ControllerRequest {
  readonly controllerId: number;
  readonly controllerEpoch: number;
  /** Of the broker that is meant, -1 for whichever lives. */
  readonly brokerEpoch: number;
  /** The broker that is meant, -1 for whichever answers. */
  readonly brokerId: number;
}

/**
 * Lets in what the present controller says to the present life of this broker: former controllers
 * that do not know it yet, and requests that were meant for a former life, are turned away (KIP-380),
 * as are those for another broker that is registered under this one's address: what it leads and
 * follows is not what this one does.
 */
export class ControllerGate {
  private highest = -1;

  /** @param ownBrokerEpoch the broker's own epoch, -1 while it is not registered */
  constructor(
    private readonly ownId: number,
    private readonly ownBrokerEpoch: () => number,
  ) {}

  /** The highest controller epoch heard of, -1 before the first. */
  get controllerEpoch(): number {
    return this.highest;
  }

  /** @throws ProtocolError STALE_BROKER_EPOCH, STALE_CONTROLLER_EPOCH */
  admit({ controllerId, controllerEpoch, brokerEpoch, brokerId }: ControllerRequest): void {
    if (brokerId >= 0 && brokerId !== this.ownId) {
      throw new ProtocolError(
        'STALE_BROKER_EPOCH',
        `The request is for broker ${brokerId}; this is broker ${this.ownId}.`,
      );
    }
    const own = this.ownBrokerEpoch();
    // The controller may know of a registration before the broker itself does.
    if (brokerEpoch >= 0 && brokerEpoch < own) {
      throw new ProtocolError(
        'STALE_BROKER_EPOCH',
        `The request is for broker epoch ${brokerEpoch}; the broker has registered as ${own} since.`,
      );
    }
    this.assertCurrent(controllerEpoch, controllerId);
    this.highest = controllerEpoch;
  }

  /**
   * Asked again by what had to wait after it was let in.
   *
   * @throws ProtocolError STALE_CONTROLLER_EPOCH
   */
  assertCurrent(controllerEpoch: number, controllerId?: number): void {
    if (controllerEpoch >= this.highest) return;
    const of = controllerId === undefined ? '' : ` of broker ${controllerId}`;
    throw new ProtocolError(
      'STALE_CONTROLLER_EPOCH',
      `Controller epoch ${controllerEpoch}${of} is over; ${this.highest} has begun.`,
    );
  }
}
