import type { BrokerNode } from '../metadata/metadata-cache';

/** A broker as a client on one listener can reach it. */
export interface BrokerEndpoint {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** The brokers that can be reached through a listener of this name (KIP-103). */
export function endpointsFor(brokers: readonly BrokerNode[], listener: string): BrokerEndpoint[] {
  return brokers.flatMap(({ id, rack, endpoints }) => {
    const endpoint = endpoints.get(listener);
    return endpoint ? [{ id, rack, ...endpoint }] : [];
  });
}
