import type { Api, RequestOf, ResponseInput } from '../../client/protocol/api';
import type { WireCodec } from '../../client/protocol/wire-codec';

/** Where a request came from. */
export interface RequestContext {
  readonly apiVersion: number;
  readonly clientId: string | null;
  readonly listenerName: string;
  readonly remoteAddress: string;
  /** The protocol the client speaks. */
  readonly protocol: WireCodec['name'];
  /** Calls back when the response has left for the socket and its buffers may be used again. */
  onSent(callback: () => void): void;
}

/**
 * Answers one API: asks the rooms and puts together the response. Problems of single topics and
 * partitions go into the response; what is thrown becomes a failure of the whole request.
 *
 * @returns undefined when the request wants no answer (produce with acks 0)
 */
export type ApiHandler<A extends Api> = (
  request: RequestOf<A>,
  context: RequestContext,
) => ResponseInput<A> | undefined | Promise<ResponseInput<A> | undefined>;
