import { childrenOf } from '../client/delete-subtree';
import type { EphemeralRegistry } from '../client/ephemeral-registry';
import { pipelined } from '../client/pipelined';
import { retrying } from '../client/retry';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { find } from '../client/znode-writer';
import { BrokerObserver, type BrokersChange } from './broker-observer';
import { type BrokerRegistration, encodeBroker } from './broker-registration';
import { type BrokerEpoch, brokerEpoch } from './epochs';
import { brokerIds, type LiveBroker, liveBroker } from './live-broker';
import { paths } from './paths';
import { skipMalformed } from './skip-malformed';

/** Our own registration. */
export interface OwnRegistration {
  /** Of the present registration; changes with every new session. */
  readonly epoch: BrokerEpoch;
  /** Tells the cluster about changed listeners or features; the epoch stays. */
  update(registration: BrokerRegistration): Promise<void>;
  /** Leaves the cluster. */
  withdraw(): Promise<void>;
}

export interface RegistrationEvents {
  /** At every registration, the first included. */
  onRegistered?(epoch: BrokerEpoch, generation: number): void;
  /** It could not be made again in a later session, for instance with DuplicateBrokerIdError. */
  onFailed?(error: unknown): void;
}

/** `/brokers/ids`: one ephemeral per live broker, whose czxid is the broker epoch. */
export class BrokerStore {
  constructor(private readonly zk: ZooKeeperClient) {}

  /**
   * Registers this broker now and in every session to come.
   *
   * @throws DuplicateBrokerIdError when another living broker has the id
   */
  async register(
    registry: EphemeralRegistry,
    registration: BrokerRegistration,
    events: RegistrationEvents = {},
  ): Promise<OwnRegistration> {
    let current = registration;
    const ephemeral = await registry.declare({
      path: paths.broker(registration.id),
      data: () => encodeBroker({ ...current, timestamp: this.zk.clock.now() }),
      onRegistered: (czxid, generation) => events.onRegistered?.(brokerEpoch(czxid), generation),
      onFailed: (error) => events.onFailed?.(error),
    });
    return {
      get epoch() {
        return brokerEpoch(ephemeral.czxid);
      },
      update: (changed) => {
        current = changed;
        return ephemeral.update();
      },
      withdraw: () => ephemeral.withdraw(),
    };
  }

  /** @throws MalformedZnodeError */
  async get(id: number): Promise<LiveBroker | null> {
    const node = await retrying(this.zk, () => find(this.zk, paths.broker(id)));
    return node === null ? null : liveBroker(id, node);
  }

  /** All live brokers by id, ascending. A malformed registration is logged and left out. */
  async list(): Promise<LiveBroker[]> {
    const ids = brokerIds((await childrenOf(this.zk, paths.brokerIds)) ?? []);
    const brokers = await pipelined(ids, (id) => skipMalformed(this.zk.logger, this.get(id)));
    return brokers.filter((one) => one !== null);
  }

  /**
   * Tells who lives now, and then who came, went or changed. A broker that went and came back
   * between two readings is told as both, by its epoch (H7).
   */
  observe(listener: (change: BrokersChange) => void): BrokerObserver {
    return new BrokerObserver(this.zk, listener);
  }
}
