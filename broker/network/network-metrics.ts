import type { Api } from '../../client/protocol/api';
import type { WireCodec } from '../../client/protocol/wire-codec';

/** What the network reports as it happens; those with an API are on the hot path. */
export interface NetworkMetrics {
  connectionOpened(listenerName: string): void;
  connectionClosed(listenerName: string): void;
  connectionRefused(reason: string): void;
  /** A frame that cannot be read as a request, or a connection closed for what it did. */
  requestRejected(reason: string): void;
  /**
   * @param bytes size of the frame without its length
   * @param protocol what its connection speaks
   */
  requestReceived(api: Api, version: number, bytes: number, protocol: WireCodec['name']): void;
  /**
   * The response is on its way.
   *
   * @param milliseconds since the request was complete
   * @param bytes size of the response
   */
  requestAnswered(api: Api, milliseconds: number, bytes: number): void;
  /** The request as a whole failed with this code. */
  requestFailed(api: Api | undefined, errorCode: number): void;
}

const nothing = () => {};

/** Counts nothing. */
export const noNetworkMetrics: NetworkMetrics = {
  connectionOpened: nothing,
  connectionClosed: nothing,
  connectionRefused: nothing,
  requestRejected: nothing,
  requestReceived: nothing,
  requestAnswered: nothing,
  requestFailed: nothing,
};
