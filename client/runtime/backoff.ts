/** How long to wait before the n-th retry. */
export interface BackoffOptions {
  /** First wait in milliseconds. */
  initialMs: number;
  /** Longest wait in milliseconds. */
  maxMs: number;
  /** Growth per attempt; default 2. */
  factor?: number;
  /** Part of the wait that is random, 0 to 1; default 0.2, as Kafka's ExponentialBackoff. */
  jitter?: number;
}

/**
 * Exponential backoff with jitter: `initial * factor^attempt`, capped, then spread by ±jitter so
 * that clients which failed together do not come back together.
 *
 * @param attempt 0 for the first retry
 */
export function backoffMs(
  options: BackoffOptions,
  attempt: number,
  random: () => number = Math.random,
): number {
  const { initialMs, maxMs, factor = 2, jitter = 0.2 } = options;
  const grown = Math.min(maxMs, initialMs * factor ** Math.min(attempt, 64));
  const spread = 1 + jitter * (2 * random() - 1);
  return Math.min(maxMs, Math.round(grown * spread));
}
