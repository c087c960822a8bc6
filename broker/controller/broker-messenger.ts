import type { TopicPartition } from '../log';
import type { TopicMetadata } from '../metadata/metadata-cache';
import type { LeaderAndIsr } from '../replication/replica-manager';

/** How the controller's decisions reach the brokers. */
export interface BrokerMessenger {
  /** Tells a broker what it leads and follows. */
  leaderAndIsr(brokerId: number, instructions: readonly LeaderAndIsr[]): Promise<void>;
  /** Tells a broker to let partitions go, and to delete their logs. */
  stopReplicas(brokerId: number, partitions: readonly TopicPartition[]): Promise<void>;
  /** Tells all brokers about topics that are new or have changed. */
  updateMetadata(topics: readonly TopicMetadata[]): void;
  /** Tells all brokers that a topic is gone. */
  forgetTopic(topic: string): void;
}
