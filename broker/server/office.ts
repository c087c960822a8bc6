import type { Logger } from '../../client/runtime/logger';
import {
  LogDirEventStore,
  PartitionStateStore,
  PreferredElectionStore,
  ProducerIdBlockStore,
  ReassignPartitionsStore,
  type BrokerStore,
  type ConfigStore,
  type TopicDeletionStore,
  type TopicStore,
  type ZooKeeperClient,
} from '../../zk-coordination';
import type { BrokerConfig } from '../config/broker-config';
import type { LiveConfigs } from '../config/live-configs';
import { Controller } from '../controller/controller';
import type { ControllerConfigs } from '../controller/controller-environment';
import type { PeerChannel } from '../peers/peer-channel';

export interface OfficeOptions {
  readonly brokerId: number;
  readonly zk: ZooKeeperClient;
  readonly brokers: BrokerStore;
  readonly topics: TopicStore;
  readonly deletions: TopicDeletionStore;
  readonly configStore: ConfigStore;
  readonly configs: LiveConfigs;
  /** A new channel to a broker, this one included. */
  openChannel(brokerId: number): PeerChannel;
  isRegistered(): boolean;
  onController(brokerId: number): void;
  readonly logger: Logger;
}

/** The controller of this broker, with all it keeps in ZooKeeper. */
export function openOffice(options: OfficeOptions): Controller {
  const { zk, configs, brokers, topics, deletions, configStore } = options;
  const controller = new Controller({
    ...options,
    stores: {
      brokers,
      topics,
      deletions,
      configs: configStore,
      states: new PartitionStateStore(zk),
      logDirEvents: new LogDirEventStore(zk),
      producerIds: new ProducerIdBlockStore(zk),
      reassignments: new ReassignPartitionsStore(zk),
      preferredElections: new PreferredElectionStore(zk),
    },
    configs: controllerConfigsOf(() => configs.broker),
  });
  configs.onBrokerChange(() => controller.uncleanElectionChanged(null));
  configs.onTopicChange((topic) => controller.uncleanElectionChanged(topic));
  return controller;
}

function controllerConfigsOf(config: () => BrokerConfig): ControllerConfigs {
  return {
    deleteTopicEnable: () => config().get('delete.topic.enable'),
    uncleanLeaderElectionEnable: () => config().get('unclean.leader.election.enable'),
    autoLeaderRebalanceEnable: () => config().get('auto.leader.rebalance.enable'),
    leaderImbalanceCheckIntervalSeconds: () =>
      config().get('leader.imbalance.check.interval.seconds'),
    leaderImbalancePerBrokerPercentage: () =>
      config().get('leader.imbalance.per.broker.percentage'),
    controllerSocketTimeoutMs: () => config().get('controller.socket.timeout.ms'),
  };
}
