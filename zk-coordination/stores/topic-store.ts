import { childrenOf, deleteSubtree } from '../client/delete-subtree';
import { pipelined } from '../client/pipelined';
import { retrying } from '../client/retry';
import { type Change, observe, type WatchCell } from '../client/watch-cell';
import { find, ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import type { ZkOp } from '../multi';
import type { NodeData } from '../session-contract';
import { observeDecoded } from './observe-decoded';
import { decodeTopic, encodeTopic, type TopicAssignment } from './partition-assignment';
import { paths } from './paths';
import { skipMalformed } from './skip-malformed';

/** A topic as stored. */
export interface StoredTopic extends TopicAssignment {
  readonly name: string;
  /** zkVersion, for {@link TopicStore.setAssignment}. */
  readonly version: number;
  /** Tells a topic from an earlier one of the same name. */
  readonly czxid: bigint;
}

/**
 * `/brokers/topics`: which topics there are and which brokers hold their partitions. Names are
 * taken as they are; whoever creates a topic has checked its name.
 *
 * Writes take a writer: the controller's is fenced by its epoch, the default is not.
 */
export class TopicStore {
  private readonly plain: ZnodeWriter;

  constructor(private readonly zk: ZooKeeperClient) {
    this.plain = new ZnodeWriter(zk);
  }

  /**
   * @param together writes that take effect with it or not at all
   * @throws ZkError NODE_EXISTS, with the topic's path, when there is a topic of that name; what
   *   the other writes fail with
   */
  async create(
    topic: string,
    assignment: TopicAssignment,
    writer = this.plain,
    together: readonly ZkOp[] = [],
  ): Promise<void> {
    const data = encodeTopic(assignment);
    await writer.multi([{ type: 'create', path: paths.topic(topic), data }, ...together]);
  }

  /** @throws MalformedZnodeError */
  async get(topic: string): Promise<StoredTopic | null> {
    const node = await retrying(this.zk, () => find(this.zk, paths.topic(topic)));
    return node === null ? null : storedTopic(topic, node);
  }

  /** Those that exist, by name, read in parallel. A malformed one is logged and left out. */
  async getMany(topics: readonly string[]): Promise<Map<string, StoredTopic>> {
    const found = await pipelined(topics, (topic) =>
      skipMalformed(this.zk.logger, this.get(topic)),
    );
    return new Map(found.filter((one) => one !== null).map((one) => [one.name, one]));
  }

  /** Names, sorted. */
  async list(): Promise<string[]> {
    return ((await childrenOf(this.zk, paths.topics)) ?? []).sort();
  }

  /** Tells the names now and at every change. */
  observeList(listener: (change: Change<string[]>) => void): WatchCell<'children'> {
    return observe(this.zk, paths.topics, 'children', ({ prev, next }) =>
      listener({ prev: prev && prev.children, next: next && next.children }),
    );
  }

  /** Tells the topic now and at every change; null while there is none of that name. */
  observe(topic: string, listener: (change: Change<StoredTopic>) => void): WatchCell<'data'> {
    const decode = (node: NodeData) => storedTopic(topic, node);
    return observeDecoded(this.zk, paths.topic(topic), decode, listener);
  }

  /**
   * Replaces the assignment, to add partitions or to move replicas.
   *
   * @param version the zkVersion that the decision was based on
   * @returns the new zkVersion
   * @throws ZkError BAD_VERSION when somebody else changed it meanwhile, NO_NODE when it is gone
   */
  async setAssignment(
    topic: string,
    assignment: TopicAssignment,
    version: number,
    writer = this.plain,
  ): Promise<number> {
    const stat = await writer.set(paths.topic(topic), encodeTopic(assignment), version);
    return stat.version;
  }

  /** Deletes the topic with all its partitions' states. Harmless when there is none. */
  async delete(topic: string, writer = this.plain): Promise<void> {
    await deleteSubtree(this.zk, paths.topic(topic), writer);
  }
}

/** @throws MalformedZnodeError */
function storedTopic(name: string, { data, stat }: NodeData): StoredTopic {
  return { ...decodeTopic(name, data), name, version: stat.version, czxid: stat.czxid };
}
