import type { ResponseOf } from '../protocol/api';

/**
 * What a connection is used for. Requests that wait at the broker have connections of their own, so
 * that nothing waits behind them: long polls (`fetch`), and joining a group (`join`).
 */
export type ConnectionPurpose = 'data' | 'fetch' | 'join';

export interface SendOptions {
  /**
   * Milliseconds to wait for the response. Default: the client's `requestTimeout`. A request that
   * waits at the broker (a long poll, acks=all) needs more than that wait.
   */
  timeoutMs?: number;
}

/**
 * Told once, never before the call that registered it has returned. Either `error` is set, or
 * `response` is.
 */
export type ResponseCallback<A> = (
  error: Error | undefined,
  response: ResponseOf<A> | undefined,
) => void;
