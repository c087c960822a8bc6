import type { Direction, FaultProxy } from '../harness/fault-proxy';
import type { LinkProxies } from '../harness/link-proxies';
import type { DrillNetwork, Place, Slowness } from './drill-cluster';

/** One direction of the connections through a proxy. */
interface Lane {
  readonly proxy: FaultProxy;
  readonly direction: Direction;
}

/**
 * The network as proxies make it. What travels from one place to another goes upwards on connections
 * the first has opened and downwards on those the other has. A cut holds bytes back rather than
 * losing them: TCP sends again what did not arrive.
 */
export class ProxyNetwork implements DrillNetwork {
  constructor(private readonly links: LinkProxies) {}

  cut(from: Place, to: Place): Promise<void> {
    for (const { proxy, direction } of this.lanes(from, to)) proxy.hold(direction);
    return Promise.resolve();
  }

  slow(from: Place, to: Place, { delayMs, bytesPerSecond }: Slowness): Promise<void> {
    for (const { proxy, direction } of this.lanes(from, to)) {
      if (delayMs !== undefined) proxy.delay(delayMs, direction);
      if (bytesPerSecond !== undefined) proxy.throttle(bytesPerSecond, direction);
    }
    return Promise.resolve();
  }

  tear(from: Place, to: Place, afterBytes: number): Promise<void> {
    for (const { proxy, direction } of this.lanes(from, to)) proxy.cutAfter(afterBytes, direction);
    return Promise.resolve();
  }

  heal(): Promise<void> {
    for (const proxy of this.links.all()) proxy.heal();
    return Promise.resolve();
  }

  private lanes(from: Place, to: Place): Lane[] {
    const lanes: Lane[] = [];
    const opened = this.between(from, to);
    const accepted = this.between(to, from);
    if (opened) lanes.push({ proxy: opened, direction: 'up' });
    if (accepted) lanes.push({ proxy: accepted, direction: 'down' });
    if (lanes.length === 0) throw new Error('There is no link between these places.');
    return lanes;
  }

  /** On connections that the first place opens to the other. */
  private between(opener: Place, other: Place): FaultProxy | undefined {
    if (other === 'clients' || 'server' in other) {
      if (other === 'clients' || opener === 'clients' || !('broker' in opener)) return undefined;
      return this.links.zookeeper(opener.broker, other.server);
    }
    if (opener === 'clients') return this.links.client(other.broker);
    return 'broker' in opener ? this.links.peer(opener.broker, other.broker) : undefined;
  }
}
