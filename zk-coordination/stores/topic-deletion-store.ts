import { childrenOf, deleteSubtree } from '../client/delete-subtree';
import { pipelined } from '../client/pipelined';
import { retrying } from '../client/retry';
import { type Change, observe, type WatchCell } from '../client/watch-cell';
import { find, ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ANY_VERSION } from '../multi';
import { ZkError } from '../zk-error';
import { paths } from './paths';
import { skipMalformed } from './skip-malformed';
import { encodeJson, ZnodeJson } from './znode-json';

/** That a topic be deleted. */
export interface TopicDeletionWish {
  readonly topic: string;
  /**
   * Which topic of that name is meant; null when the wish does not say, as those of Kafka and its
   * tools.
   */
  readonly topicId: string | null;
}

/** `/admin/delete_topics`: topics that are to be deleted, one child each. */
export class TopicDeletionStore {
  private readonly plain: ZnodeWriter;

  constructor(private readonly zk: ZooKeeperClient) {
    this.plain = new ZnodeWriter(zk);
  }

  /**
   * Asks the controller to delete a topic. Harmless when it has been asked already.
   *
   * @param topicId names the topic that is meant, in case another one of its name follows
   */
  async mark(topic: string, topicId: string | null = null): Promise<void> {
    const data = topicId === null ? null : encodeJson({ version: 1, topic_id: topicId });
    try {
      await this.plain.create(paths.topicDeletion(topic), data);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NODE_EXISTS')) throw error;
    }
  }

  /** Names, sorted. */
  async list(): Promise<string[]> {
    return ((await childrenOf(this.zk, paths.topicDeletions)) ?? []).sort();
  }

  /** The wishes for these topics, as far as there are any. One that cannot be read names no id. */
  async getMany(topics: readonly string[]): Promise<TopicDeletionWish[]> {
    const wishes = await pipelined(topics, (topic) => this.get(topic));
    return wishes.filter((wish) => wish !== null);
  }

  /** Tells the names now and at every change. */
  observe(listener: (change: Change<string[]>) => void): WatchCell<'children'> {
    return observe(this.zk, paths.topicDeletions, 'children', ({ prev, next }) =>
      listener({ prev: prev && prev.children, next: next && next.children }),
    );
  }

  /**
   * Takes a topic and the wish to delete it out of ZooKeeper, the last of both in one write: no
   * controller can find the wish and take it for one about a later topic of the same name.
   * Harmless when either is gone.
   *
   * @throws ControllerFencedError when the writer is the controller's
   */
  async complete(topic: string, writer = this.plain): Promise<void> {
    const [root, wish] = [paths.topic(topic), paths.topicDeletion(topic)];
    for (;;) {
      await deleteSubtree(this.zk, paths.partitions(topic), writer);
      try {
        await writer.multi(
          [root, wish].map((path) => ({ type: 'delete', path, version: ANY_VERSION }) as const),
        );
        return;
      } catch (error) {
        if (ZkError.hasCode(error, 'NO_NODE')) break;
        if (!ZkError.hasCode(error, 'NOT_EMPTY')) throw error;
      }
    }
    await deleteSubtree(this.zk, root, writer);
    await this.unmark(topic, writer);
  }

  /** The wish is void. Harmless when there is none. */
  async unmark(topic: string, writer = this.plain): Promise<void> {
    try {
      await writer.delete(paths.topicDeletion(topic), ANY_VERSION);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
    }
  }

  private async get(topic: string): Promise<TopicDeletionWish | null> {
    const path = paths.topicDeletion(topic);
    const node = await retrying(this.zk, () => find(this.zk, path));
    if (node === null) return null;
    const decode = async () =>
      node.data === null || node.data.length === 0
        ? null
        : ZnodeJson.parse(path, node.data).nullableString('topic_id');
    return { topic, topicId: await skipMalformed(this.zk.logger, decode()) };
  }
}
