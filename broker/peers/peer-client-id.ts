const PREFIX = 'broker-';

/** The client id of requests from broker to broker. */
export function peerClientId(brokerId: number, purpose: string): string {
  return `${PREFIX}${brokerId}-${purpose}`;
}

/**
 * Whether a request was passed on by a broker already: then it is not passed on again, or two
 * brokers with different ideas of the controller would send it back and forth.
 */
export function isPeerClient(clientId: string | null): boolean {
  return clientId !== null && /^broker-\d+-[a-z]+$/.test(clientId);
}
