import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';

/**
 * One ordered stream of requests to another broker: a connection that is opened with the first
 * request and again after it broke.
 */
export interface PeerChannel {
  /**
   * Fails fast when the broker is not known or cannot be reached: the caller backs off.
   *
   * @throws PeerUnknownError, ConnectionError, RequestTimeoutError, ProtocolError
   */
  send<A extends Api>(
    api: A,
    body: RequestInput<A>,
    options?: { readonly timeoutMs?: number },
  ): Promise<ResponseOf<A>>;
  /**
   * Nobody looks at a response any more, nor at the records that came with it: their bytes are used
   * again. Without this they are collected like anything else.
   */
  giveBack?(response: object): void;
  /** Pending requests fail, later ones too. */
  close(): void;
}

/** Connections to the other brokers. */
export interface Peers {
  /**
   * A channel with a connection of its own, so that a long poll holds up nothing else.
   *
   * @param purpose for logs, and part of the client id: `control`, `fetch`, `controller`, `offsets`
   */
  open(brokerId: number, purpose: string): PeerChannel;
}
