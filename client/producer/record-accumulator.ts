import type { ClusterMetadata } from '../network';
import {
  RecordBatchBuilder,
  type InvalidBatchError,
  type RecordBytes,
  type RecordHeaderInput,
} from '../records';
import type { Clock } from '../runtime/clock';
import { BufferPool } from './buffer-pool';
import type { DeliverySink } from './delivery';
import type { FlushWaiter } from './flush-waiter';
import type { PartitionQueue } from './partition-queue';
import { partitionOfKey, roundRobinPartitioner, type PartitionerFunction } from './partitioner';
import { ProduceError } from './produce-error';
import { ProducerBatch } from './producer-batch';
import type { ResolvedProducerOptions } from './producer-options';
import { splitBatch } from './split-batch';
import { StickyPartition } from './sticky-partition';
import { TopicQueues } from './topic-queues';

const noHeaders: readonly RecordHeaderInput[] = [];
/** A batch's header and the fields of a record besides key and value, roughly. */
const overheadBytes = 80;

/** Gathers records into batches per partition, within `bufferMemory`. Does no I/O. */
export class RecordAccumulator {
  readonly pool: BufferPool;
  /** Queues that hold batches; those served longest ago first. */
  readonly active = new Set<PartitionQueue>();
  /** Batches do not wait to be filled while this is above 0. */
  flushing = 0;
  private readonly topics = new Map<string, TopicQueues>();
  private readonly partitioner: PartitionerFunction | undefined;
  private readonly batchSize: number;
  private order = 0;

  /** @param onSealed told when a batch has got full */
  constructor(
    private readonly options: ResolvedProducerOptions,
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly onSealed: (queue: PartitionQueue) => void,
  ) {
    const { batchSize, maxRequestSize, compression, partitioner } = options;
    this.batchSize = Math.min(batchSize, maxRequestSize);
    const builderOptions = {
      compression,
      maxBytes: this.batchSize,
      hardLimitBytes: maxRequestSize,
    };
    this.pool = new BufferPool(
      options.bufferMemory,
      this.batchSize,
      () => new RecordBatchBuilder(builderOptions),
    );
    if (partitioner === 'roundRobin') this.partitioner = roundRobinPartitioner(random);
    else if (partitioner !== 'default') this.partitioner = partitioner;
  }

  /** Whether batches are to leave although they are not full. */
  get hurry(): boolean {
    return this.flushing > 0 || this.pool.exhausted;
  }

  topic(name: string): TopicQueues {
    let topic = this.topics.get(name);
    if (!topic) {
      topic = new TopicQueues(name, new StickyPartition(this.batchSize, this.random));
      this.topics.set(name, topic);
    }
    return topic;
  }

  learn(metadata: ClusterMetadata): void {
    for (const topic of this.topics.values()) topic.learn(metadata.topic(topic.name));
  }

  /**
   * Adds a record to its partition's batch. The topic's metadata must be known.
   *
   * @param partition undefined to let the partitioner choose
   * @returns false when there is no memory for a batch
   * @throws ProduceError MESSAGE_TOO_LARGE; what a custom partitioner throws
   */
  append(
    topic: TopicQueues,
    partition: number | undefined,
    key: RecordBytes,
    value: RecordBytes,
    headers: readonly RecordHeaderInput[] = noHeaders,
    timestamp: number,
    sink: DeliverySink,
    index: number,
  ): boolean {
    if (partition !== undefined) {
      return this.appendTo(topic, partition, key, value, headers, timestamp, sink, index);
    }
    if (this.partitioner) {
      const chosen = this.ask(this.partitioner, topic, key, value, headers);
      return this.appendTo(topic, chosen, key, value, headers, timestamp, sink, index);
    }
    if (key !== null) {
      const ofKey = partitionOfKey(key, topic.partitionCount);
      return this.appendTo(topic, ofKey, key, value, headers, timestamp, sink, index);
    }
    return this.appendSticky(topic, value, headers, timestamp, sink, index);
  }

  /** A batch has reached its end: its memory is free again. */
  release(batch: ProducerBatch): void {
    this.pool.release(batch.memory);
    batch.memory = 0;
    if (batch.recyclable) this.pool.recycle(batch.builder);
  }

  /** Replaces a batch in flight by two halves, which wait in its place. */
  split(queue: PartitionQueue, batch: ProducerBatch): void {
    const parts = splitBatch(batch, this.options.compression);
    for (const part of parts) {
      part.memory = part.sizeInBytes;
      this.pool.charge(part.memory);
    }
    queue.putBack(parts);
  }

  /** Lets a flush wait for everything gathered so far. */
  attach(flush: FlushWaiter): void {
    for (const queue of this.active) {
      for (const batch of queue.batches()) {
        if (batch.state === 'settled') continue;
        flush.add();
        batch.flushes.push(flush);
      }
    }
  }

  private ask(
    partitioner: PartitionerFunction,
    topic: TopicQueues,
    key: RecordBytes,
    value: RecordBytes,
    headers: readonly RecordHeaderInput[],
  ): number {
    const { name, available } = topic;
    const partitions = topic.metadata?.partitions ?? [];
    const chosen = partitioner({ topic: name, key, value, headers, partitions, available });
    if (Number.isInteger(chosen) && chosen >= 0 && chosen < partitions.length) return chosen;
    throw new RangeError(
      `The partitioner chose ${chosen} for topic "${name}", which has ${partitions.length} partitions.`,
    );
  }

  private appendTo(
    topic: TopicQueues,
    partition: number,
    key: RecordBytes,
    value: RecordBytes,
    headers: readonly RecordHeaderInput[],
    timestamp: number,
    sink: DeliverySink,
    index: number,
  ): boolean {
    const queue = topic.queue(partition);
    const { open } = queue;
    if (open) {
      if (open.tryAppend(timestamp, key, value, headers, sink, index)) return true;
      this.seal(queue, open);
    }
    return this.begin(queue, key, value, headers, timestamp, sink, index) !== undefined;
  }

  // Trying the open batch is written out each time: as a method it makes appending a fifth slower.
  private appendSticky(
    topic: TopicQueues,
    value: RecordBytes,
    headers: readonly RecordHeaderInput[],
    timestamp: number,
    sink: DeliverySink,
    index: number,
  ): boolean {
    const { sticky, available } = topic;
    let queue = topic.queue(sticky.current(available));
    let { open } = queue;
    if (open) {
      const before = open.sizeInBytes;
      if (open.tryAppend(timestamp, null, value, headers, sink, index)) {
        sticky.count(open.sizeInBytes - before);
        return true;
      }
      this.seal(queue, open);
    }
    if (sticky.atBatchBorder(available, open !== undefined)) {
      queue = topic.queue(sticky.current(available));
      ({ open } = queue);
      if (open) {
        const before = open.sizeInBytes;
        if (open.tryAppend(timestamp, null, value, headers, sink, index)) {
          sticky.count(open.sizeInBytes - before);
          return true;
        }
        this.seal(queue, open);
      }
    }
    const batch = this.begin(queue, null, value, headers, timestamp, sink, index);
    if (batch) sticky.count(batch.sizeInBytes);
    return batch !== undefined;
  }

  /** A new batch with its first record, or undefined when there is no memory. */
  private begin(
    queue: PartitionQueue,
    key: RecordBytes,
    value: RecordBytes,
    headers: readonly RecordHeaderInput[],
    timestamp: number,
    sink: DeliverySink,
    index: number,
  ): ProducerBatch | undefined {
    const least = overheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
    const memory = Math.max(this.batchSize, Math.min(least, this.options.maxRequestSize));
    if (!this.pool.tryReserve(memory)) return undefined;
    const builder = this.pool.takeBuilder();
    const { topic, partition } = queue;
    const now = this.clock.monotonic();
    const batch = new ProducerBatch(topic, partition, this.order++, now, builder);
    batch.memory = memory;
    try {
      batch.tryAppend(timestamp, key, value, headers, sink, index);
    } catch (error) {
      this.pool.release(memory);
      this.pool.recycle(builder);
      throw tooLarge(batch, error as InvalidBatchError);
    }
    const excess = batch.sizeInBytes - memory;
    if (excess > 0) {
      this.pool.charge(excess);
      batch.memory += excess;
    }
    // Without an answer nobody knows when the socket is done with the bytes.
    batch.recyclable = this.options.acks !== 0 && batch.sizeInBytes <= this.batchSize;
    queue.push(batch);
    this.active.add(queue);
    if (batch.sizeInBytes >= this.batchSize) this.seal(queue, batch);
    return batch;
  }

  private seal(queue: PartitionQueue, batch: ProducerBatch): void {
    batch.state = 'closed';
    this.onSealed(queue);
  }
}

function tooLarge(batch: ProducerBatch, error: InvalidBatchError): ProduceError {
  const advice = "Send smaller records, or raise maxRequestSize and the topic's max.message.bytes.";
  return new ProduceError(batch, error, advice);
}
