import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { ControllerLink } from './controller-link';
import type { PeerChannel, Peers } from './peer-channel';

export interface ControllerGatewayOptions {
  readonly brokerId: number;
  readonly peers: Peers;
  /** The controller's broker id as far as is known, -1 for none. */
  controllerId(): number;
  /** Asks the controller of this process. @throws ProtocolError NOT_CONTROLLER */
  local<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>>;
}

/** Finds the controller for every request anew, keeping the connection to the last one. */
export class ControllerGateway implements ControllerLink {
  private channel: { readonly brokerId: number; readonly to: PeerChannel } | undefined;

  constructor(private readonly options: ControllerGatewayOptions) {}

  async ask<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>> {
    const controller = this.options.controllerId();
    if (controller === this.options.brokerId) return this.options.local(api, body);
    if (controller < 0) {
      throw new ProtocolError('NOT_CONTROLLER', 'There is no controller at the moment.');
    }
    return this.channelTo(controller).send(api, body);
  }

  close(): void {
    this.channel?.to.close();
  }

  private channelTo(brokerId: number): PeerChannel {
    if (this.channel?.brokerId !== brokerId) {
      this.channel?.to.close();
      this.channel = { brokerId, to: this.options.peers.open(brokerId, 'controller') };
    }
    return this.channel.to;
  }
}
