import type { Logger } from '../../client/runtime/logger';
import type { BrokerMessenger } from '../controller/broker-messenger';
import type { TopicPartition } from '../log';
import type { MetadataCache, TopicMetadata } from '../metadata/metadata-cache';
import {
  EPOCH_DURING_DELETE,
  type LeaderAndIsr,
  type ReplicaManager,
} from '../replication/replica-manager';

/** Carries the controller's decisions to the one broker there is: the one it runs in. */
export class LocalMessenger implements BrokerMessenger {
  constructor(
    private readonly brokerId: number,
    private readonly replicas: ReplicaManager,
    private readonly metadata: MetadataCache,
    private readonly logger: Logger,
    private readonly onTopicGone: (topic: string) => void,
  ) {}

  async leaderAndIsr(brokerId: number, instructions: readonly LeaderAndIsr[]): Promise<void> {
    if (!this.isMe(brokerId)) return;
    const epoch = Math.max(0, ...instructions.map(({ controllerEpoch }) => controllerEpoch ?? 0));
    const complete = instructions.map((instruction) => ({
      ...instruction,
      addingReplicas: instruction.addingReplicas ?? [],
    }));
    await this.replicas.becomeLeaderOrFollower(epoch, complete);
  }

  async stopReplicas(brokerId: number, partitions: readonly TopicPartition[]): Promise<void> {
    if (this.isMe(brokerId))
      await this.replicas.stopReplicas(
        partitions.map((topicPartition) => ({
          topicPartition,
          leaderEpoch: EPOCH_DURING_DELETE,
          deletePartition: true,
        })),
      );
  }

  updateMetadata(topics: readonly TopicMetadata[]): void {
    for (const topic of topics) this.metadata.setTopic(topic);
  }

  forgetTopic(topic: string): void {
    this.metadata.removeTopic(topic);
    this.onTopicGone(topic);
  }

  private isMe(brokerId: number): boolean {
    if (brokerId === this.brokerId) return true;
    this.logger.warn(
      { event: 'broker-unreachable', broker: brokerId },
      `Broker ${brokerId} holds replicas but cannot be told about them by this version.`,
    );
    return false;
  }
}
