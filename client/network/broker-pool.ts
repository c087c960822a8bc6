import { bootstrapEndpoints, NoBrokerReachableError, shuffled } from './bootstrap';
import type { ResolvedClientOptions } from './client-options';
import { ClientClosedError } from './client-closed-error';
import type { Connection } from './connection';
import { ConnectionSlot } from './connection-slot';
import { formatEndpoint, type Endpoint } from './endpoint';
import type { ConnectionPurpose } from './send-options';
import { firstToSucceed } from './staggered';

/** The connections of one client: one per address and purpose, opened when first needed. */
export class BrokerPool {
  private readonly slots: Record<ConnectionPurpose, Map<string, ConnectionSlot>> = {
    data: new Map(),
    fetch: new Map(),
    join: new Map(),
  };
  private closed = false;

  constructor(private readonly options: ResolvedClientOptions) {}

  /** An open connection, at once, or undefined. */
  ready(endpoint: Endpoint, purpose: ConnectionPurpose): Connection | undefined {
    return this.slots[purpose].get(formatEndpoint(endpoint))?.ready;
  }

  /**
   * A connection, opened if need be; concurrent calls share one attempt.
   *
   * @throws ConnectionError, ClientClosedError
   */
  async get(endpoint: Endpoint, purpose: ConnectionPurpose): Promise<Connection> {
    if (this.closed) throw new ClientClosedError();
    const address = formatEndpoint(endpoint);
    const slots = this.slots[purpose];
    let slot = slots.get(address);
    if (!slot) slots.set(address, (slot = new ConnectionSlot(endpoint, this.options)));
    return slot.get();
  }

  /**
   * A connection to whichever broker can be had: an open one with the fewest requests, else one of
   * the brokers given, else a bootstrap server (KIP-899).
   *
   * @throws NoBrokerReachableError when none can be reached
   */
  async any(brokers: readonly Endpoint[]): Promise<Connection> {
    const open = this.leastBusy(brokers);
    if (open) return open;
    const errors: unknown[] = [];
    const known = shuffled(brokers, this.options.random);
    const found = await this.first(known, errors);
    if (found) return found;
    const tried = new Set(known.map(formatEndpoint));
    const bootstrap = await bootstrapEndpoints(this.options.brokers);
    const others = bootstrap.filter((endpoint) => !tried.has(formatEndpoint(endpoint)));
    const last = await this.first(shuffled(others, this.options.random), errors);
    if (last) return last;
    throw new NoBrokerReachableError(errors);
  }

  /** Closes all connections; what is pending on them fails with ConnectionError. */
  close(): void {
    this.closed = true;
    for (const slots of Object.values(this.slots)) {
      for (const slot of slots.values()) slot.close();
      slots.clear();
    }
  }

  private leastBusy(brokers: Iterable<Endpoint>): Connection | undefined {
    let best: Connection | undefined;
    for (const broker of brokers) {
      const connection = this.ready(broker, 'data');
      if (connection && (!best || connection.pending < best.pending)) best = connection;
    }
    return best;
  }

  private first(
    endpoints: readonly Endpoint[],
    errors: unknown[],
  ): Promise<Connection | undefined> {
    const connect = (endpoint: Endpoint) => this.get(endpoint, 'data');
    return firstToSucceed(endpoints, connect, this.options.clock, (error) => {
      if (error instanceof ClientClosedError) throw error;
      errors.push(error);
    });
  }
}
