import type { Logger } from '../../client/runtime/logger';
import type {
  BrokerStore,
  ConfigStore,
  LogDirEventStore,
  PartitionStateStore,
  PreferredElectionStore,
  ProducerIdBlockStore,
  ReassignPartitionsStore,
  TopicDeletionStore,
  TopicStore,
  ZooKeeperClient,
} from '../../zk-coordination';
import type { PeerChannel } from '../peers/peer-channel';

/** What the controller keeps in ZooKeeper. */
export interface ControllerStores {
  readonly brokers: BrokerStore;
  readonly topics: TopicStore;
  readonly states: PartitionStateStore;
  readonly deletions: TopicDeletionStore;
  readonly configs: ConfigStore;
  readonly logDirEvents: LogDirEventStore;
  readonly producerIds: ProducerIdBlockStore;
  readonly reassignments: ReassignPartitionsStore;
  readonly preferredElections: PreferredElectionStore;
}

/** Configs the controller goes by, as they are at the moment. */
export interface ControllerConfigs {
  /** `delete.topic.enable` */
  deleteTopicEnable(): boolean;
  /** `unclean.leader.election.enable`, for topics that do not say otherwise. */
  uncleanLeaderElectionEnable(): boolean;
  /** `auto.leader.rebalance.enable` */
  autoLeaderRebalanceEnable(): boolean;
  /** `leader.imbalance.check.interval.seconds` */
  leaderImbalanceCheckIntervalSeconds(): number;
  /** `leader.imbalance.per.broker.percentage` */
  leaderImbalancePerBrokerPercentage(): number;
  /** `controller.socket.timeout.ms`: how long a broker may take to answer. */
  controllerSocketTimeoutMs(): number;
}

/** What the controller needs, in office or not. */
export interface ControllerEnvironment {
  readonly brokerId: number;
  readonly zk: ZooKeeperClient;
  readonly stores: ControllerStores;
  readonly configs: ControllerConfigs;
  readonly logger: Logger;
  /**
   * A new channel to a broker. The controller's own broker is reached through one without a
   * socket.
   */
  openChannel(brokerId: number): PeerChannel;
}
