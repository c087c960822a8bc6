import {
  ConsumerBatch,
  ConsumerRecord,
  type ConsumerEventListener,
  type ConsumerEventName,
  type ConsumerEvents,
  type OffsetToCommit,
  type PartitionPosition,
  type RebalanceListener,
  type Subscription,
  type TopicPartition,
} from '../../consumer';
import { deferred } from '../../runtime/deferred';
import type { RunnableConsumer } from '../consumer-run';

interface FakePartition extends TopicPartition {
  readonly values: string[];
  position: number;
  paused: boolean;
}

/** The consumer beneath, for tests: one member that has what it was given, and records in memory. */
export class FakeGroupConsumer implements RunnableConsumer {
  readonly commits: OffsetToCommit[][] = [];
  readonly seeks: PartitionPosition[] = [];
  subscriptions: readonly Subscription[] = [];
  closed = false;
  /** Thrown by the next commit. */
  refusal: Error | undefined;
  private readonly partitions: FakePartition[] = [];
  private readonly listeners = new Map<string, Set<(event: never) => void>>();
  private listener: RebalanceListener = {};
  private wake = deferred();
  private owned: FakePartition[] = [];
  private generationId = 0;

  /** @param batchSize records of a batch at most */
  constructor(private readonly batchSize = 3) {}

  /** Adds a partition that the next rebalance gives to the member. */
  fill(topic: string, partition: number, values: string[]): void {
    this.partitions.push({ topic, partition, values, position: 0, paused: false });
  }

  append(topic: string, partition: number, value: string): void {
    this.find({ topic, partition }).values.push(value);
    this.proceed();
  }

  /** Takes everything from the member and gives it back. */
  async rebalance(): Promise<void> {
    await this.listener.onPartitionsRevoked?.(this.owned);
    await this.join();
  }

  emit<N extends ConsumerEventName>(name: N, event: ConsumerEvents[N]): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event as never);
  }

  subscribe(
    subscriptions: Subscription | readonly Subscription[],
    listener: RebalanceListener = {},
  ): Promise<void> {
    this.subscriptions = 'topics' in subscriptions ? [subscriptions] : subscriptions;
    this.listener = listener;
    return Promise.resolve();
  }

  async run({ eachBatch }: { eachBatch: (batch: ConsumerBatch) => Promise<void> }): Promise<void> {
    if (this.generationId === 0) await this.join();
    while (!this.closed) {
      const ready = this.owned.find((at) => !at.paused && at.position < at.values.length);
      if (!ready) {
        await this.wake.promise;
        continue;
      }
      const batch = this.take(ready);
      try {
        await eachBatch(batch);
      } catch (error) {
        if (ready.position === batch.nextOffset) ready.position = batch.firstOffset;
        throw error;
      }
    }
  }

  commit(offsets: readonly OffsetToCommit[] = []): Promise<void> {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal) return Promise.reject(refusal);
    this.commits.push([...offsets]);
    return Promise.resolve();
  }

  seek(to: PartitionPosition): void {
    this.seeks.push(to);
    const at = this.find(to);
    at.position =
      typeof to.offset === 'number' ? to.offset : to.offset === 'earliest' ? 0 : at.values.length;
    this.proceed();
  }

  pause(partitions: readonly TopicPartition[] = this.owned): void {
    for (const at of partitions) this.find(at).paused = true;
  }

  resume(partitions: readonly TopicPartition[] = this.owned): void {
    for (const at of partitions) this.find(at).paused = false;
    this.proceed();
  }

  assignment(): TopicPartition[] {
    return this.owned.map(({ topic, partition }) => ({ topic, partition }));
  }

  on<N extends ConsumerEventName>(name: N, listener: ConsumerEventListener<N>): () => void {
    const known = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, known.add(listener));
    return () => known.delete(listener);
  }

  close(): Promise<void> {
    this.closed = true;
    this.proceed();
    return Promise.resolve();
  }

  subscription(): string[] {
    return this.subscriptions.flatMap(({ topics }) => topics.map(String));
  }

  unsubscribe = () => Promise.resolve();
  committed = () => Promise.resolve([]);
  lag = () => Promise.resolve([]);
  groupMetadata = () => ({ ...this.member, groupInstanceId: null });
  enforceRebalance = () => undefined;

  get member() {
    return { groupId: 'g', memberId: 'm-1', generationId: this.generationId };
  }

  private async join(): Promise<void> {
    const memberId = this.generationId === 0 ? '' : 'm-1';
    this.emit('rebalancing', { ...this.member, memberId, reason: 'test' });
    this.generationId++;
    this.owned = this.partitions;
    await this.listener.onPartitionsAssigned?.(this.assignment());
    this.emit('group-join', {
      ...this.member,
      leaderId: 'm-1',
      isLeader: true,
      protocol: 'RoundRobinAssigner',
      assignment: this.assignment(),
      durationMs: 5,
    });
    this.proceed();
  }

  private take(at: FakePartition): ConsumerBatch {
    const { topic, partition, position, values } = at;
    const records = values.slice(position, position + this.batchSize).map(
      (value, i) =>
        new ConsumerRecord(topic, partition, 0, {
          offset: position + i,
          timestamp: 1000 + i,
          timestampType: 'CreateTime',
          key: null,
          value: Buffer.from(value),
          headers: [],
        }),
    );
    at.position = position + records.length;
    return new ConsumerBatch(topic, partition, records, at.position, values.length);
  }

  private find({ topic, partition }: TopicPartition): FakePartition {
    const found = this.partitions.find((at) => at.topic === topic && at.partition === partition);
    if (!found) throw new Error(`There is no partition ${topic}-${partition}.`);
    return found;
  }

  private proceed(): void {
    this.wake.resolve();
    this.wake = deferred();
  }
}
