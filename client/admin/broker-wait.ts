import type { Cluster, SendOptions } from '../network';

/** How much longer than the broker's own wait a response may take, in milliseconds. */
const SLACK_MS = 1000;

/**
 * How long the broker may wait before it answers, and how long to wait for the answer: as long as
 * the call has left, no longer than one request may take.
 */
export function brokerWait(
  cluster: Cluster,
  remainingMs: number,
): { timeoutMs: number; sendOptions: SendOptions } {
  const timeoutMs = Math.max(1, Math.floor(Math.min(remainingMs, cluster.options.requestTimeout)));
  return { timeoutMs, sendOptions: { timeoutMs: timeoutMs + SLACK_MS } };
}
