import type { Logger } from '../../client/runtime/logger';
import type { ConfigStore, TopicDeletionStore, TopicStore } from '../../zk-coordination';
import type { BrokerMessenger } from './broker-messenger';
import type { ControlledTopic } from './decided-topic';
import type { Term } from './term';

export interface TopicDeleterOptions {
  readonly topics: TopicStore;
  readonly configs: ConfigStore;
  readonly deletions: TopicDeletionStore;
  readonly messenger: BrokerMessenger;
  /** `delete.topic.enable` */
  readonly deleteTopicEnable: boolean;
  readonly logger: Logger;
}

/**
 * Deletes topics: logs first, then the topic, its configs, and last the wish to delete it, so that
 * a controller that dies on the way leaves its successor the wish.
 */
export class TopicDeleter {
  constructor(private readonly options: TopicDeleterOptions) {}

  /**
   * @param topic undefined when an earlier controller got as far as removing it
   * @throws ControllerFencedError
   */
  async delete(term: Term, name: string, topic: ControlledTopic | undefined): Promise<void> {
    const { topics, configs, deletions, deleteTopicEnable, logger } = this.options;
    if (deleteTopicEnable) {
      if (topic) await this.stopReplicas(term, topic);
      await topics.delete(name, term.writer);
      await configs.delete({ type: 'topics', name }, term.writer);
      logger.info({ event: 'topic-deleted', topic: name }, `Topic ${name} is deleted.`);
    }
    await deletions.unmark(name, term.writer);
  }

  private async stopReplicas(term: Term, { stored }: ControlledTopic): Promise<void> {
    const partitions = [...stored.partitions.keys()].map((partition) => ({
      topic: stored.name,
      partition,
    }));
    const replicas = [...stored.partitions.values()].flatMap((assigned) => assigned.replicas);
    await Promise.all(
      [...new Set(replicas)]
        .filter((id) => term.live.has(id))
        .map((id) => this.options.messenger.stopReplicas(id, partitions)),
    );
  }
}
