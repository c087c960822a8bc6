import {
  CommitFailedError,
  type Consumer as NativeConsumer,
  type ConsumerBatch,
  type GroupConsumer,
  type OffsetToCommit,
  type RebalanceListener,
  type Subscription,
  type TopicPartition,
} from '../consumer';
import { delay, type Clock } from '../runtime/clock';
import { deferred } from '../runtime/deferred';
import { describeError } from '../runtime/error';
import { BatchWork, type PartitionWork } from './batch-work';
import type { ResolvedRetry } from './client-options';
import { consumerEvents, type ConsumerInstrumentation } from './consumer-events';
import type { ConsumerRunConfig } from './consumer-types';
import { KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded } from './errors';
import type { Logger } from './logger';
import { byTopic, OffsetProgress } from './offset-progress';
import type { PausedPartitions } from './paused-partitions';
import { translateError } from './translate-error';

/** What a run needs of the consumer beneath. */
export type RunnableConsumer = GroupConsumer &
  Pick<NativeConsumer, 'assignment' | 'close' | 'pause' | 'resume' | 'seek'> & {
    run(how: {
      eachBatch: (batch: ConsumerBatch) => Promise<void>;
      partitionsConsumedConcurrently?: number;
    }): Promise<void>;
  };

export interface RunParts {
  readonly native: RunnableConsumer;
  readonly groupId: string;
  readonly config: ConsumerRunConfig;
  readonly retry: ResolvedRetry;
  readonly paused: PausedPartitions;
  readonly instrumentation: ConsumerInstrumentation;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Where to go on in a partition; -1 the end, -2 the begin. */
export interface Seek extends TopicPartition {
  readonly offset: number;
}

/** Repeating these mistakes of the program does not help. */
const UNRECOVERABLE = ['RangeError', 'ReferenceError', 'SyntaxError', 'TypeError'];

/** One life of a KafkaJS consumer, from `run` until it stops or crashes. */
export class ConsumerRun {
  private readonly progress = new OffsetProgress();
  /** Seeks of partitions that are not assigned yet. */
  private readonly seeks = new Map<string, Seek>();
  /** Times a partition was sought or taken away: what began before is stale. */
  private readonly turns = new Map<string, number>();
  private readonly owned = new Set<string>();
  private readonly busy = new Set<Promise<void>>();
  private readonly joined = deferred();
  private running = true;
  private rebalancing = false;
  private memberId = '';
  private generationId = -1;
  private lastCommit: number;
  private failures = 0;
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly parts: RunParts) {
    this.lastCommit = parts.clock.monotonic();
    this.listen();
  }

  /**
   * Resolves when the member has joined its group.
   *
   * @param onCrash told when it cannot go on, afterwards or before
   */
  async start(
    subscriptions: readonly Subscription[],
    onCrash: (error: Error) => Promise<void>,
  ): Promise<void> {
    const { native } = this.parts;
    this.loop = this.work(subscriptions).catch((error: unknown) =>
      this.running ? onCrash(error as Error) : undefined,
    );
    await Promise.race([this.joined.promise, this.loop]);
    this.applyPauses(native.assignment());
  }

  /** Finishes what is in hand, commits it and leaves the group. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.allSettled([...this.busy]);
    await this.autoCommit();
    await this.parts.native.close();
  }

  /** Goes on elsewhere, as soon as the partition is assigned. */
  seek(to: Seek): void {
    this.seeks.set(nameOf(to), to);
    if (this.owned.has(nameOf(to))) this.applySeeks([to]);
  }

  /** @throws what makes it impossible, in KafkaJS's words */
  async commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    if (offsets.length === 0) return;
    try {
      await this.parts.native.commit(offsets);
    } catch (error) {
      throw translateError(error);
    }
    this.progress.committed(offsets);
    this.lastCommit = this.parts.clock.monotonic();
    this.parts.instrumentation.emit(consumerEvents.COMMIT_OFFSETS, {
      groupId: this.parts.groupId,
      memberId: this.memberId,
      groupGenerationId: this.generationId,
      topics: byTopic(offsets),
    });
  }

  pauseOrResume(): void {
    this.applyPauses(this.parts.native.assignment());
  }

  private async work(subscriptions: readonly Subscription[]): Promise<void> {
    const { native, retry } = this.parts;
    let wait = retry.initialRetryTime;
    let subscribed = false;
    while (this.running) {
      try {
        if (!subscribed) await native.subscribe(subscriptions, this.listener());
        subscribed = true;
        await native.run({
          eachBatch: (batch) => this.tracked(batch),
          partitionsConsumedConcurrently: this.parts.config.partitionsConsumedConcurrently,
        });
        return;
      } catch (thrown) {
        if (!this.running) return;
        const error = translateError(thrown);
        if (this.failures++ === 0) wait = retry.initialRetryTime;
        this.giveUpIfUseless(error, wait);
        await delay(wait, this.parts.clock);
        wait = Math.min(wait * retry.multiplier, retry.maxRetryTime);
      }
    }
  }

  /** @throws KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded */
  private giveUpIfUseless(error: Error, retryTime: number): void {
    const { retriable } = error as { retriable?: boolean };
    if (retriable === false || UNRECOVERABLE.includes(error.name)) {
      throw new KafkaJSNonRetriableError(error, { cause: error.cause ?? error });
    }
    const retryCount = this.failures - 1;
    if (retryCount < this.parts.retry.retries) return;
    throw new KafkaJSNumberOfRetriesExceeded(error, { retryCount, retryTime });
  }

  private tracked(batch: ConsumerBatch): Promise<void> {
    if (!this.running) return Promise.resolve();
    const done = this.handle(batch).finally(() => this.busy.delete(done));
    this.busy.add(done);
    return done;
  }

  private async handle(batch: ConsumerBatch): Promise<void> {
    const name = nameOf(batch);
    const turn = this.turns.get(name);
    const isStale = (): boolean => this.turns.get(name) !== turn;
    this.progress.begin(batch, batch.firstOffset);
    const work: PartitionWork = {
      isRunning: () => this.running,
      isStale,
      isPaused: () => this.parts.paused.has(batch),
      mustYield: () => this.rebalancing || !this.owned.has(name),
      resolve: (next) => {
        if (!isStale()) this.progress.resolve(batch, next);
      },
      autoCommit: () => this.autoCommit(),
      commit: (offsets) => this.commit(offsets),
      commitIfDue: async () => {
        if (this.isDue()) await this.commit(this.progress.uncommitted());
      },
      uncommitted: () => this.progress.uncommitted(),
      pause: () => this.pausePartition(batch),
    };
    try {
      await new BatchWork(this.parts, batch, work).run();
      this.failures = 0;
    } finally {
      if (!isStale()) this.goOn(batch);
    }
    await this.autoCommit();
  }

  /** What was not resolved comes again. */
  private goOn({ topic, partition, nextOffset }: ConsumerBatch): void {
    const offset = this.progress.next({ topic, partition });
    if (offset === undefined || offset === nextOffset || !this.running) return;
    if (this.owned.has(nameOf({ topic, partition }))) {
      this.parts.native.seek({ topic, partition, offset });
    }
  }

  private pausePartition({ topic, partition }: TopicPartition): () => void {
    const selection = [{ topic, partitions: [partition] }];
    this.parts.paused.pause(selection);
    this.pauseOrResume();
    return () => {
      this.parts.paused.resume(selection, this.parts.native.assignment());
      this.pauseOrResume();
    };
  }

  private isDue(): boolean {
    const { autoCommitInterval, autoCommitThreshold } = this.parts.config;
    const since = this.parts.clock.monotonic() - this.lastCommit;
    if (autoCommitInterval != null && since >= autoCommitInterval) return true;
    return autoCommitThreshold != null && this.progress.uncommittedCount >= autoCommitThreshold;
  }

  /** Offsets that the group does not take any more are somebody else's affair. */
  private async autoCommit(only?: readonly TopicPartition[]): Promise<void> {
    if (this.parts.config.autoCommit === false) return;
    try {
      await this.commit(this.progress.uncommitted(only));
    } catch (error) {
      const { cause } = error as Error;
      if (!(cause instanceof CommitFailedError) && this.running) throw error;
      this.parts.logger.warn(`Offsets were not committed: ${describeError(error)}`, {
        groupId: this.parts.groupId,
      });
    }
  }

  private listener(): RebalanceListener {
    const gone = (partitions: readonly TopicPartition[]): void => {
      for (const at of partitions) {
        this.owned.delete(nameOf(at));
        this.makeStale(at);
      }
      this.progress.forget(partitions);
    };
    return {
      onPartitionsAssigned: (partitions) => {
        for (const at of partitions) this.owned.add(nameOf(at));
        this.applyPauses(partitions);
        this.applySeeks([...this.seeks.values()]);
      },
      onPartitionsRevoked: async (partitions) => {
        await this.autoCommit(partitions);
        gone(partitions);
      },
      onPartitionsLost: gone,
    };
  }

  private applySeeks(seeks: readonly Seek[]): void {
    for (const { topic, partition, offset } of seeks) {
      const name = nameOf({ topic, partition });
      this.seeks.delete(name);
      if (!this.owned.has(name)) continue;
      this.makeStale({ topic, partition });
      const end = offset === -1 ? 'latest' : 'earliest';
      this.parts.native.seek({ topic, partition, offset: offset < 0 ? end : offset });
      if (offset < 0) this.progress.forget([{ topic, partition }]);
      else this.progress.seek({ topic, partition }, offset);
    }
  }

  private applyPauses(partitions: readonly TopicPartition[]): void {
    const { native, paused, config } = this.parts;
    // Who has no handler only wants to be in the group.
    const isIdle = !config.eachMessage && !config.eachBatch;
    native.pause(partitions.filter((at) => isIdle || paused.has(at)));
    native.resume(partitions.filter((at) => !isIdle && !paused.has(at)));
  }

  private makeStale(at: TopicPartition): void {
    this.turns.set(nameOf(at), (this.turns.get(nameOf(at)) ?? 0) + 1);
  }

  /** Keeps in mind who this member is; what is told to the program is told elsewhere. */
  private listen(): void {
    const { native } = this.parts;
    native.on('rebalancing', () => (this.rebalancing = true));
    native.on('group-join', ({ memberId, generationId }) => {
      this.rebalancing = false;
      this.memberId = memberId;
      this.generationId = generationId;
      this.joined.resolve();
    });
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
