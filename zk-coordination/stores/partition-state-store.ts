import { inChunks, pipelined } from '../client/pipelined';
import { retrying } from '../client/retry';
import { find, statOf, ZnodeWriter } from '../client/znode-writer';
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

/** A state, and when in the ensemble's history it was written. */
export interface PartitionStateRead {
  readonly state: StoredPartitionState;
  /** zxid of the write: later than the registration of every broker whose epoch is lower. */
  readonly writtenIn: bigint;
}

/** A compare-and-set of one partition's state. */
export interface PartitionUpdate extends TopicPartition {
  readonly state: PartitionState;
  /** The partition epoch that the decision was based on. */
  readonly expected: PartitionEpoch;
}

/**
 * What became of an update: the new partition epoch, or why nothing was written. `conflict`:
 * somebody else decided meanwhile; `gone`: there is no such partition.
 */
export type PartitionUpdateOutcome =
  | { readonly written: PartitionEpoch }
  | { readonly written: null; readonly reason: 'conflict' | 'gone' };

const PARTITIONS_PER_MULTI = 50;
/** Multis under way at a time. */
const MULTIS_IN_FLIGHT = 10;

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
    return (await this.read(partition))?.state ?? null;
  }

  /**
   * Read in parallel; keys are those of `topicPartitionKey`. Partitions without a state are left
   * out, malformed ones too, with a line in the log.
   */
  async getMany(partitions: readonly TopicPartition[]): Promise<Map<string, StoredPartitionState>> {
    const found = await this.readMany(partitions);
    return new Map([...found].map(([key, { state }]) => [key, state]));
  }

  /** As {@link getMany}, with the transactions that wrote the states. */
  async readMany(partitions: readonly TopicPartition[]): Promise<Map<string, PartitionStateRead>> {
    const found = new Map<string, PartitionStateRead>();
    await pipelined(partitions, async (partition) => {
      const read = await skipMalformed(this.zk.logger, this.read(partition));
      if (read !== null) found.set(topicPartitionKey(partition), read);
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
    const done = await pipelined(
      chunks,
      (chunk) => this.createChunk(chunk, writer),
      MULTIS_IN_FLIGHT,
    );
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

  /**
   * Many compare-and-sets in few round trips. Each succeeds or fails by itself.
   *
   * @returns what became of each, in order
   */
  async updateMany(
    updates: readonly PartitionUpdate[],
    writer = this.plain,
  ): Promise<PartitionUpdateOutcome[]> {
    const chunks = inChunks(updates, PARTITIONS_PER_MULTI);
    const write = (chunk: readonly PartitionUpdate[]) => this.updateChunk(chunk, writer);
    return (await pipelined(chunks, write, MULTIS_IN_FLIGHT)).flat();
  }

  private async read(partition: TopicPartition): Promise<PartitionStateRead | null> {
    const path = paths.partitionState(partition.topic, partition.partition);
    const node = await retrying(this.zk, () => find(this.zk, path));
    if (node === null) return null;
    const state = {
      ...decodePartitionState(partition, node.data),
      partitionEpoch: partitionEpoch(node.stat.version),
    };
    return { state, writtenIn: node.stat.mzxid };
  }

  private async updateChunk(
    chunk: readonly PartitionUpdate[],
    writer: ZnodeWriter,
  ): Promise<PartitionUpdateOutcome[]> {
    try {
      const results = await writer.multi(chunk.map(setOf));
      return results.map((result) => ({ written: partitionEpoch(statOf(result).version) }));
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === undefined) throw error;
      if (chunk.length === 1) return [refused];
    }
    // One of them spoils it for all: one by one, the others go through.
    const singly = (update: PartitionUpdate) => this.updateChunk([update], writer);
    return (await pipelined(chunk, singly)).flat();
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

function setOf({ topic, partition, state, expected }: PartitionUpdate): ZkOp {
  const path = paths.partitionState(topic, partition);
  return { type: 'set', path, data: encodePartitionState(state), version: expected };
}

function refusalOf(error: unknown): PartitionUpdateOutcome | undefined {
  if (ZkError.hasCode(error, 'BAD_VERSION')) return { written: null, reason: 'conflict' };
  if (ZkError.hasCode(error, 'NO_NODE')) return { written: null, reason: 'gone' };
  return undefined;
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
