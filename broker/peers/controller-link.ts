import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';

/** The way to the controller, wherever it is. */
export interface ControllerLink {
  /**
   * Asks the controller: the one in this process when it is in office, else the broker that
   * ZooKeeper names.
   *
   * @throws ProtocolError NOT_CONTROLLER while there is none; what PeerChannel.send throws
   */
  ask<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>>;
}
