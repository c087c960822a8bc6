/** How many connections are accepted (`max.connections` and its kin). */
export interface ConnectionLimitsOptions {
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  /** Other limits for single addresses. */
  readonly overrides: ReadonlyMap<string, number>;
}

export type Refusal = 'max.connections' | 'max.connections.per.ip';

/** Counts connections, all and by address, and says when there are too many. */
export class ConnectionLimits {
  private total = 0;
  private readonly byAddress = new Map<string, number>();

  constructor(private options: ConnectionLimitsOptions) {}

  /** Takes other limits; those connected stay. */
  update(options: ConnectionLimitsOptions): void {
    this.options = options;
  }

  get connections(): number {
    return this.total;
  }

  /** The limit that forbids another connection from this address, if there is one. */
  refusal(address: string): Refusal | undefined {
    const { maxConnections, maxConnectionsPerIp, overrides } = this.options;
    const limit = overrides.get(address) ?? maxConnectionsPerIp;
    if ((this.byAddress.get(address) ?? 0) >= limit) return 'max.connections.per.ip';
    return this.total >= maxConnections ? 'max.connections' : undefined;
  }

  opened(address: string): void {
    this.total++;
    this.byAddress.set(address, (this.byAddress.get(address) ?? 0) + 1);
  }

  closed(address: string): void {
    this.total--;
    const left = (this.byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.byAddress.set(address, left);
    else this.byAddress.delete(address);
  }
}
