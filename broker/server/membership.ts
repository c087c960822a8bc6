import type { Logger } from '../../client/runtime/logger';
import {
  EphemeralRegistry,
  type BrokerObserver,
  type BrokersChange,
  type BrokerStore,
  type ZooKeeperClient,
} from '../../zk-coordination';
import type { AdvertisedEndpoint } from '../config/broker-config';
import type { BrokerNode, MetadataCache } from '../metadata/metadata-cache';

export interface MembershipOptions {
  readonly brokerId: number;
  readonly rack: string | null;
  readonly endpoints: readonly AdvertisedEndpoint[];
  readonly zk: ZooKeeperClient;
  readonly brokers: BrokerStore;
  readonly metadata: MetadataCache;
  readonly logger: Logger;
  /** Others live than before. */
  readonly onBrokersChanged: () => void;
  /** The id was taken over by another broker. */
  readonly onFatal: (error: unknown) => void;
}

/** This broker among the brokers: registered in every session, and knowing who else is. */
export class Membership {
  private readonly registry: EphemeralRegistry;
  private readonly observer: BrokerObserver;
  private registeredIn = 0;
  private epoch = -1;

  constructor(private readonly options: MembershipOptions) {
    const { brokerId, zk, brokers, metadata } = options;
    this.registry = new EphemeralRegistry(zk);
    this.observer = brokers.observe(({ brokers: live }) => {
      // Between two sessions this broker is not listed, but it lives.
      if (!live.has(brokerId) && !this.isRegistered) return;
      metadata.setBrokers(nodesOf(live));
      options.onBrokersChanged();
    });
  }

  /** Whether this broker is registered in the present session. */
  get isRegistered(): boolean {
    return this.registeredIn === this.options.zk.generation;
  }

  /** Of the latest registration (its czxid), -1 before the first. */
  get brokerEpoch(): number {
    return this.epoch;
  }

  /**
   * Registers, and waits until this broker sees itself.
   *
   * @throws DuplicateBrokerIdError when another living broker has the id
   */
  async join(): Promise<void> {
    const { brokerId, rack, endpoints, zk, brokers, metadata, logger, onFatal } = this.options;
    const registration = {
      id: brokerId,
      endpoints: endpoints.map(({ name, ...rest }) => ({ listener: name, ...rest })),
      rack,
      jmxPort: -1,
      timestamp: zk.clock.now(),
      features: {},
    };
    await brokers.register(this.registry, registration, {
      onRegistered: (epoch, generation) => {
        this.registeredIn = generation;
        this.epoch = Number(epoch);
        logger.info(
          { event: 'broker-registered', broker: brokerId, brokerEpoch: String(epoch) },
          `Broker ${brokerId} is registered in ZooKeeper.`,
        );
      },
      onFailed: onFatal,
    });
    const seen = () => metadata.broker(brokerId) !== undefined;
    await metadata.until(seen, zk.negotiatedTimeoutMs, zk.clock);
  }

  /** The znode stays until the session ends. */
  close(): void {
    this.observer.close();
    this.registry.close();
  }
}

function nodesOf(live: BrokersChange['brokers']): BrokerNode[] {
  return [...live.values()].map(({ registration: { id, rack, endpoints }, epoch }) => ({
    id,
    epoch: Number(epoch),
    rack,
    endpoints: new Map(endpoints.map(({ listener, host, port }) => [listener, { host, port }])),
  }));
}
