import { inChunks, pipelined } from '../client/pipelined';
import { retrying } from '../client/retry';
import { find, ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import type { ZkOp } from '../multi';
import { ZkError } from '../zk-error';
import { type PartitionEpoch, partitionEpoch } from './epochs';
import {
  decodePartitionState,
  encodePartitionState,
  type PartitionState,
  type StoredPartitionState,
} from './partition-state';
import { paths } from './paths';
import { skipMalformed } from './skip-malformed';
import { type TopicPartition, topicPartitionKey } from './topic-partition';

export interface NewPartition extends TopicPartition {
  readonly state: PartitionState;
}

export interface CreatedPartitions {
  /** Their partition epoch is 0. */
  readonly created: readonly TopicPartition[];
  /** Those that had a state already; it is left alone. */
  readonly existing: readonly TopicPartition[];
}

const PARTITIONS_PER_MULTI = 50;

/**
 * `/brokers/topics/<topic>/partitions/<partition>/state`. The znode's version is the partition
 * epoch. Writes take a writer: the controller's is fenced by its epoch, the default is not.
 */
export class PartitionStateStore {
  private readonly plain: ZnodeWriter;

  constructor(private readonly zk: ZooKeeperClient) {
    this.plain = new ZnodeWriter(zk);
  }

  /** @throws MalformedZnodeError */
  async get(partition: TopicPartition): Promise<StoredPartitionState | null> {
    const path = paths.partitionState(partition.topic, partition.partition);
    const node = await retrying(this.zk, () => find(this.zk, path));
    if (node === null) return null;
    const state = decodePartitionState(partition, node.data);
    return { ...state, partitionEpoch: partitionEpoch(node.stat.version) };
  }

  /**
   * Read in parallel; keys are those of `topicPartitionKey`. Partitions without a state are left
   * out, malformed ones too, with a line in the log.
   */
  async getMany(partitions: readonly TopicPartition[]): Promise<Map<string, StoredPartitionState>> {
    const found = new Map<string, StoredPartitionState>();
    await pipelined(partitions, async (partition) => {
      const state = await skipMalformed(this.zk.logger, this.get(partition));
      if (state !== null) found.set(topicPartitionKey(partition), state);
    });
    return found;
  }

  /** Gives partitions their first state. The topics' znodes must be there. */
  async createMany(
    partitions: readonly NewPartition[],
    writer = this.plain,
  ): Promise<CreatedPartitions> {
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    await pipelined(topics, (topic) => createIfMissing(writer, paths.partitions(topic)));
    const chunks = inChunks(partitions, PARTITIONS_PER_MULTI);
    const done = await pipelined(chunks, (chunk) => this.createChunk(chunk, writer), 10);
    return {
      created: done.flatMap(({ created }) => created),
      existing: done.flatMap(({ existing }) => existing),
    };
  }

  /**
   * Compare-and-set.
   *
   * @param expected the partition epoch that the decision was based on
   * @returns the new partition epoch
   * @throws ZkError BAD_VERSION when somebody else decided meanwhile: read again before the next
   *   try, never repeat with the same epoch (H12)
   */
  async update(
    { topic, partition }: TopicPartition,
    state: PartitionState,
    expected: PartitionEpoch,
    writer = this.plain,
  ): Promise<PartitionEpoch> {
    const path = paths.partitionState(topic, partition);
    const stat = await writer.set(path, encodePartitionState(state), expected);
    return partitionEpoch(stat.version);
  }

  private async createChunk(
    chunk: readonly NewPartition[],
    writer: ZnodeWriter,
  ): Promise<CreatedPartitions> {
    try {
      await writer.multi(chunk.flatMap(creates));
      return { created: chunk, existing: [] };
    } catch (error) {
      if (!ZkError.hasCode(error, 'NODE_EXISTS')) throw error;
    }
    const isNew = await pipelined(chunk, (one) => this.createOne(one, writer));
    return {
      created: chunk.filter((_, index) => isNew[index]),
      existing: chunk.filter((_, index) => !isNew[index]),
    };
  }

  private async createOne(one: NewPartition, writer: ZnodeWriter): Promise<boolean> {
    await createIfMissing(writer, paths.partition(one.topic, one.partition));
    const path = paths.partitionState(one.topic, one.partition);
    return createIfMissing(writer, path, encodePartitionState(one.state));
  }
}

function creates({ topic, partition, state }: NewPartition): ZkOp[] {
  return [
    { type: 'create', path: paths.partition(topic, partition), data: null },
    {
      type: 'create',
      path: paths.partitionState(topic, partition),
      data: encodePartitionState(state),
    },
  ];
}

/** @returns whether it was missing */
async function createIfMissing(
  writer: ZnodeWriter,
  path: string,
  data: Buffer | null = null,
): Promise<boolean> {
  try {
    await writer.create(path, data);
    return true;
  } catch (error) {
    if (ZkError.hasCode(error, 'NODE_EXISTS')) return false;
    throw error;
  }
}
