import type { Cluster } from '../network';
import { Fifo } from '../network/fifo';
import { ProtocolError } from '../protocol/protocol-error';
import { ensureCodecsReady, type RecordBytes } from '../records';
import { Alarm } from '../runtime/alarm';
import { BufferFullError } from './buffer-full-error';
import type { DeliverySink } from './delivery';
import type { FlushWaiter } from './flush-waiter';
import { InvalidRecordError } from './invalid-record-error';
import { ProduceError } from './produce-error';
import type { ProducerCounters } from './producer-metrics';
import type { ProduceOptions, ProducerMessage } from './producer-record';
import type { ResolvedProducerOptions } from './producer-options';
import type { RecordAccumulator } from './record-accumulator';
import { TickTime } from './tick-time';
import { TopicMetadataError } from './topic-metadata-error';
import type { TopicQueues } from './topic-queues';
import type { WaitingSend } from './waiting-send';

/** What keeps a record from being put into a batch. */
type Obstacle = 'memory' | 'metadata' | undefined;

/**
 * The door of the accumulator. Usually a record passes at once; when the topic's metadata or memory
 * is missing, it waits in line behind those of its topic that came before, up to `maxBlockMs`.
 * Waiting records stay where the application has them; they are not copied.
 */
export class Admission {
  readonly time: TickTime;
  private readonly lines = new Map<TopicQueues, Fifo<WaitingSend>>();
  /** Lines whose first send waits for metadata. */
  private readonly looking = new Set<TopicQueues>();
  private readonly alarm: Alarm;
  private lastTopic: TopicQueues | undefined;
  private closedBy: Error | undefined;
  /** Whether the codec can be used. */
  private prepared: boolean;

  /** @param onAdmitted told whenever records went into batches */
  constructor(
    private readonly cluster: Cluster,
    private readonly accumulator: RecordAccumulator,
    private readonly options: ResolvedProducerOptions,
    private readonly counters: ProducerCounters,
    private readonly onAdmitted: () => void,
  ) {
    const { clock } = cluster.options;
    this.time = new TickTime(clock);
    this.alarm = new Alarm(clock, () => this.expire(), true);
    this.prepared = options.compression === 'none';
  }

  /** Whether records wait. */
  get isCrowded(): boolean {
    return this.lines.size > 0;
  }

  get recordsWaiting(): number {
    let count = 0;
    for (const line of this.lines.values()) {
      for (const { messages, next } of line) count += messages.length - next;
    }
    return count;
  }

  /** One record. What is wrong with it, the sink is told later. */
  produce(
    name: string,
    value: RecordBytes,
    key: RecordBytes,
    options: ProduceOptions | undefined,
    sink: DeliverySink,
  ): void {
    const topic = this.topic(name);
    if (this.isOpen(topic)) {
      const obstacle = this.offer(topic, key, value, options, sink, 0);
      if (obstacle === undefined) {
        this.onAdmitted();
        return;
      }
    }
    this.wait(topic, [{ ...options, key, value }], sink, 0);
  }

  /** Many records of one topic. */
  send(name: string, messages: readonly ProducerMessage[], sink: DeliverySink): void {
    const topic = this.topic(name);
    let next = 0;
    if (this.isOpen(topic)) {
      next = this.offerFrom(topic, messages, 0, sink);
      if (next > 0) this.onAdmitted();
    }
    if (next < messages.length) this.wait(topic, messages, sink, next);
  }

  /** Memory has come free: whoever waited for it tries again. */
  resume(): void {
    for (const topic of [...this.lines.keys()]) {
      if (!this.looking.has(topic)) this.advance(topic);
    }
  }

  /** Lets a flush wait for everything that waits now. */
  attach(flush: FlushWaiter): void {
    for (const line of this.lines.values()) {
      for (const send of line) {
        flush.add();
        send.flushes.push(flush);
      }
    }
  }

  /** Refuses everything from now on. */
  refuse(error: Error): void {
    this.closedBy = error;
  }

  /** Fails everything that waits. */
  stop(error: Error): void {
    this.refuse(error);
    this.alarm.clear();
    for (const topic of [...this.lines.keys()]) this.failLine(topic, error, Infinity);
  }

  private topic(name: string): TopicQueues {
    const last = this.lastTopic;
    if (last?.name === name) return last;
    return (this.lastTopic = this.accumulator.topic(name));
  }

  private isReady(topic: TopicQueues): boolean {
    return topic.metadata !== undefined && this.prepared;
  }

  /** Whether new records need not wait. */
  private isOpen(topic: TopicQueues): boolean {
    return !this.closedBy && this.isReady(topic) && !this.lines.has(topic);
  }

  /** @returns the index of the first message that has to wait */
  private offerFrom(
    topic: TopicQueues,
    messages: readonly ProducerMessage[],
    from: number,
    sink: DeliverySink,
  ): number {
    for (let index = from; index < messages.length; index++) {
      const message = messages[index];
      const { key = null, value } = message;
      if (this.offer(topic, key, value, message, sink, index) !== undefined) return index;
    }
    return messages.length;
  }

  private offer(
    topic: TopicQueues,
    key: RecordBytes,
    value: RecordBytes,
    options: ProduceOptions | undefined,
    sink: DeliverySink,
    index: number,
    mustExist = false,
  ): Obstacle {
    try {
      if (!isBytes(value)) throw new InvalidRecordError(topic.name, 'value', value);
      if (!isBytes(key)) throw new InvalidRecordError(topic.name, 'key', key);
      const partition = options?.partition;
      if (partition !== undefined && !(partition >= 0 && partition < topic.partitionCount)) {
        if (!mustExist) return 'metadata';
        throw noPartition(topic, partition);
      }
      const timestamp = options?.timestamp ?? this.time.now();
      const headers = options?.headers;
      const { accumulator } = this;
      return accumulator.append(topic, partition, key, value, headers, timestamp, sink, index)
        ? undefined
        : 'memory';
    } catch (error) {
      this.failLater(sink, error as Error, 1, index);
      return undefined;
    }
  }

  private wait(
    topic: TopicQueues,
    messages: readonly ProducerMessage[],
    sink: DeliverySink,
    next: number,
  ): void {
    const { closedBy } = this;
    if (closedBy) {
      this.failLater(sink, closedBy, messages.length - next, next);
      return;
    }
    const deadline = this.now() + this.options.maxBlockMs;
    const send = { messages, sink, deadline, next, refreshed: false, flushes: [] };
    const line = this.lines.get(topic);
    if (line) {
      line.push(send);
      return;
    }
    const begun = new Fifo<WaitingSend>();
    begun.push(send);
    this.lines.set(topic, begun);
    this.advance(topic);
  }

  /** Puts into batches what waits for a topic, until something is in the way. */
  private advance(topic: TopicQueues): void {
    const line = this.lines.get(topic);
    if (!line) return;
    let admitted = false;
    for (let send = line.peek(); send; send = line.peek()) {
      const { next } = send;
      const obstacle = this.isReady(topic) ? this.pass(topic, send) : 'metadata';
      admitted ||= send.next > next;
      if (obstacle !== undefined) {
        if (obstacle === 'memory') this.alarm.by(send.deadline);
        else this.look(topic, send);
        break;
      }
      line.shift();
      for (const flush of send.flushes) flush.settle();
    }
    if (line.length === 0) this.lines.delete(topic);
    if (admitted) this.onAdmitted();
  }

  private pass(topic: TopicQueues, send: WaitingSend): Obstacle {
    const { messages, sink } = send;
    for (; send.next < messages.length; send.next++) {
      const message = messages[send.next];
      const { key = null, value } = message;
      const obstacle = this.offer(topic, key, value, message, sink, send.next, send.refreshed);
      if (obstacle !== undefined) return obstacle;
    }
    return undefined;
  }

  /** Learns the topic's partitions, then lets its line go on. */
  private look(topic: TopicQueues, first: WaitingSend): void {
    if (this.looking.has(topic)) return;
    this.looking.add(topic);
    const begun = this.now();
    this.learn(topic, first, Math.max(1, first.deadline - begun)).then(
      () => {
        this.looking.delete(topic);
        topic.learn(this.cluster.snapshot.topic(topic.name));
        this.advance(topic);
      },
      (error: unknown) => {
        this.looking.delete(topic);
        const failed = new TopicMetadataError(topic.name, this.now() - begun, error);
        this.failLine(topic, failed, failed.retriable ? first.deadline : Infinity);
        this.advance(topic);
      },
    );
  }

  private async learn(topic: TopicQueues, send: WaitingSend, timeoutMs: number): Promise<void> {
    const { allowAutoTopicCreation } = this.options;
    if (!this.prepared) await ensureCodecsReady();
    this.prepared = true;
    if (!topic.metadata) {
      await this.cluster.metadata([topic.name], { timeoutMs, allowAutoTopicCreation });
      return;
    }
    // A partition that is not known: it may be new. Asked for once.
    send.refreshed = true;
    await this.cluster.refreshMetadata().catch(() => undefined);
  }

  private expire(): void {
    const now = this.now();
    const { maxBlockMs, bufferMemory } = this.options;
    for (const topic of [...this.lines.keys()]) {
      if (this.looking.has(topic)) continue;
      this.failLine(topic, new BufferFullError(topic.name, maxBlockMs, bufferMemory), now);
      this.advance(topic);
    }
  }

  /** Fails what waits for a topic with a deadline up to the given one. */
  private failLine(topic: TopicQueues, error: Error, deadline: number): void {
    const line = this.lines.get(topic);
    if (!line) return;
    for (let send = line.peek(); send && send.deadline <= deadline; send = line.peek()) {
      line.shift();
      this.failLater(send.sink, error, send.messages.length - send.next, send.next);
      for (const flush of send.flushes) flush.settle();
    }
    if (line.length === 0) this.lines.delete(topic);
  }

  /** Never told before the call that produced the record has returned. */
  private failLater(sink: DeliverySink, error: Error, count: number, index: number): void {
    this.counters.recordsFailed += count;
    process.nextTick(() => sink.failed(error, count, index));
  }

  private now(): number {
    return this.cluster.options.clock.monotonic();
  }
}

function isBytes(value: unknown): value is RecordBytes {
  return typeof value === 'string' || value === null || value instanceof Uint8Array;
}

function noPartition(topic: TopicQueues, partition: number): Error {
  const { name, partitionCount } = topic;
  const cause = new ProtocolError(
    'UNKNOWN_TOPIC_OR_PARTITION',
    `The topic has ${partitionCount} partitions, none with the number ${partition}.`,
  );
  const advice = 'Name an existing partition, or none to let the partitioner choose.';
  return new ProduceError({ topic: name, partition, attempts: 0 }, cause, advice);
}
