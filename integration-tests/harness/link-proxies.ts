import { FaultProxy } from './fault-proxy';

const LOOPBACK = '127.0.0.1';

/** Where a broker really is. */
export interface BrokerEnd {
  readonly id: number;
  /** Of this machine, for clients. */
  readonly port: number;
  /** Of this machine, for other brokers. */
  readonly peerPort: number;
}

/** Where the ends of all links really are. */
export interface LinkEnds {
  readonly brokers: readonly BrokerEnd[];
  /** ZooKeeper servers, with ports of this machine. */
  readonly servers: readonly { readonly id: number; readonly port: number }[];
  /** The address at which brokers reach this machine. Default 127.0.0.1. */
  readonly host?: string;
}

/**
 * A {@link FaultProxy} in every link of a cluster: from clients to each broker, from each broker to
 * each other, from each broker to each ZooKeeper server. Whoever starts the brokers tells them to go
 * through these.
 */
export class LinkProxies {
  private constructor(
    private readonly ends: LinkEnds,
    private readonly proxies: ReadonlyMap<string, FaultProxy>,
  ) {}

  static async open(ends: LinkEnds): Promise<LinkProxies> {
    const { brokers, servers, host = LOOPBACK } = ends;
    const proxies = new Map<string, FaultProxy>();
    const links = new LinkProxies(ends, proxies);
    const open = async (name: string, port: number, at: string): Promise<void> => {
      proxies.set(name, await FaultProxy.start(port, at));
    };
    try {
      for (const { id, port } of brokers) await open(toBroker(id), port, LOOPBACK);
      for (const { id } of brokers) {
        for (const peer of brokers) {
          if (peer.id !== id) await open(toPeer(id, peer.id), peer.peerPort, host);
        }
        for (const server of servers) await open(toServer(id, server.id), server.port, host);
      }
    } catch (error) {
      await links.close();
      throw error;
    }
    return links;
  }

  /** Between clients and a broker. */
  client(broker: number): FaultProxy {
    return this.proxy(toBroker(broker));
  }

  /** On connections that one broker opens to another. */
  peer(from: number, to: number): FaultProxy {
    return this.proxy(toPeer(from, to));
  }

  /** On connections that a broker opens to a ZooKeeper server. */
  zookeeper(broker: number, server: number): FaultProxy {
    return this.proxy(toServer(broker, server));
  }

  all(): Iterable<FaultProxy> {
    return this.proxies.values();
  }

  /** The ZooKeeper server a broker is connected to, if it is. */
  serverOf(broker: number): number | undefined {
    return this.ends.servers.find(({ id }) => this.zookeeper(broker, id).open > 0)?.id;
  }

  /** A broker's `zookeeper.connect`. */
  connectStringOf(broker: number): string {
    return this.ends.servers.map(({ id }) => this.zookeeper(broker, id).address).join(',');
  }

  /** A broker's `inter.broker.endpoint.overrides`. */
  overridesOf(broker: number): string {
    return this.ends.brokers
      .filter(({ id }) => id !== broker)
      .map(({ id }) => `${id}=${this.peer(broker, id).address}`)
      .join(',');
  }

  async close(): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
  }

  private proxy(name: string): FaultProxy {
    const proxy = this.proxies.get(name);
    if (!proxy) throw new Error(`There is no proxy from ${name}.`);
    return proxy;
  }
}

const toBroker = (id: number): string => `clients to broker ${id}`;
const toPeer = (from: number, to: number): string => `broker ${from} to broker ${to}`;
const toServer = (broker: number, id: number): string => `broker ${broker} to server ${id}`;
