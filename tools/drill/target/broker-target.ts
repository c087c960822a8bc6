/** Harm that a target can do to brokers besides killing them. */
export type Ability = 'pause' | 'stop' | 'cut' | 'zookeeper';

/** What it means for a target not to have an ability. */
export const lacks: Readonly<Record<Ability, string>> = {
  pause: 'brokers cannot be paused',
  stop: 'brokers cannot be stopped cleanly',
  cut: 'brokers cannot be cut off',
  zookeeper: 'no ZooKeeper server can be killed',
};

/**
 * The machines of somebody's cluster, as far as a drill does harm to them. Each method resolves when
 * the harm is done, not when the cluster has noticed.
 */
export interface BrokerTarget {
  /** What is drilled, for people. */
  readonly description: string;
  readonly abilities: ReadonlySet<Ability>;

  /**
   * @returns which of these brokers it has no hold on
   */
  missing(brokers: readonly number[]): Promise<number[]>;

  /** SIGKILL. */
  kill(broker: number): Promise<void>;
  /** A clean stop. */
  stop(broker: number): Promise<void>;
  /** After `kill` or `stop`. Harmless when it runs. */
  start(broker: number): Promise<void>;
  /** SIGSTOP. */
  pause(broker: number): Promise<void>;
  /** SIGCONT. Harmless when it runs. */
  resume(broker: number): Promise<void>;
  /** Cuts it off from the network. */
  cut(broker: number): Promise<void>;
  /** Ends `cut`. Harmless when it is not cut off. */
  mend(broker: number): Promise<void>;
  /** Kills ZooKeeper's leader. @returns its name, for {@link startZookeeper} */
  killZookeeperLeader(): Promise<string>;
  startZookeeper(name: string): Promise<void>;
}
