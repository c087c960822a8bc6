import type { Api } from '../../client/protocol/api';
import { Produce } from '../../client/protocol/messages/produce';
import type { RequestHeader, WireCodec } from '../../client/protocol/wire-codec';

/** What is known about the connection a request came in on. */
export interface ConnectionInfo {
  /** Counts the connections of this broker; for logs. */
  readonly id: number;
  readonly listenerName: string;
  /** Address without port; IPv4 addresses in their own notation also on IPv6 sockets. */
  readonly remoteAddress: string;
  /** Port of this broker the client connected to. */
  readonly localPort: number;
  readonly codecName: WireCodec['name'];
}

/** A request as the network hands it to broker/api. */
export interface InboundRequest {
  readonly header: RequestHeader;
  readonly api: Api;
  /** Of the type of the API's request; its records are views of what came in. */
  readonly body: object;
  readonly connection: ConnectionInfo;
  /** Monotonic milliseconds at which the last byte had come. */
  readonly receivedAt: number;
  /**
   * Calls back once when the bytes of the response are with the system, or will never be: buffers
   * the response refers to may be used again.
   */
  onSent(callback: () => void): void;
}

/**
 * Answers requests.
 *
 * - A returned object is the response and goes out in the same turn of the event loop.
 * - A promise may take as long as it likes; responses still go out in the order of the requests.
 * - undefined means that there is no response (produce with acks 0).
 * - With the response the handler lets go of the request: the bytes its records are views of are
 *   used again.
 * - What is thrown becomes a failure of the whole request, with the code of a ProtocolError or
 *   UNKNOWN_SERVER_ERROR; the connection goes on.
 */
export type RequestHandler = (
  request: InboundRequest,
) => object | undefined | Promise<object | undefined>;

/** Whether the client waits for an answer, be it a failure. */
export function expectsResponse(api: Api, body: object): boolean {
  return api.key !== Produce.key || (body as { acks?: number }).acks !== 0;
}
