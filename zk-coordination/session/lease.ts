/**
 * How much earlier than the session timeout a lease ends, in ms (R2). A lease counts from the
 * sending of anything that was answered, and that may come from a server which has just lost its
 * leader. What it then answers for at most a sixth of the timeout, until the next heartbeat
 * (./heartbeat.ts), nobody who decides about the session has heard. Nor has anybody of what a
 * server is told in the last half tick before it goes down, for it reports to the leader twice per
 * tick. The ensemble grants at least two ticks, so half a tick is at most a quarter of the timeout.
 * A twelfth more is for clocks and delays.
 *
 * @param sessionTimeoutMs as negotiated
 * @param tickTimeMs of the ensemble
 */
export function leaseMarginMs(sessionTimeoutMs: number, tickTimeMs: number): number {
  return sessionTimeoutMs / 4 + Math.min(tickTimeMs / 2, sessionTimeoutMs / 4);
}
