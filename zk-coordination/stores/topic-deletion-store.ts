import { childrenOf } from '../client/delete-subtree';
import { type Change, observe, type WatchCell } from '../client/watch-cell';
import { ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ANY_VERSION } from '../multi';
import { ZkError } from '../zk-error';
import { paths } from './paths';

/** `/admin/delete_topics`: topics that are to be deleted, one child each. */
export class TopicDeletionStore {
  private readonly plain: ZnodeWriter;

  constructor(private readonly zk: ZooKeeperClient) {
    this.plain = new ZnodeWriter(zk);
  }

  /** Asks the controller to delete a topic. Harmless when it has been asked already. */
  async mark(topic: string): Promise<void> {
    try {
      await this.plain.create(paths.topicDeletion(topic), null);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NODE_EXISTS')) throw error;
    }
  }

  /** Names, sorted. */
  async list(): Promise<string[]> {
    return ((await childrenOf(this.zk, paths.topicDeletions)) ?? []).sort();
  }

  /** Tells the names now and at every change. */
  observe(listener: (change: Change<string[]>) => void): WatchCell<'children'> {
    return observe(this.zk, paths.topicDeletions, 'children', ({ prev, next }) =>
      listener({ prev: prev && prev.children, next: next && next.children }),
    );
  }

  /** The topic is gone. Harmless when it was not marked. */
  async unmark(topic: string, writer = this.plain): Promise<void> {
    try {
      await writer.delete(paths.topicDeletion(topic), ANY_VERSION);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
    }
  }
}
