import type { ConsumerBatch, OffsetToCommit } from '../consumer';
import type { Clock } from '../runtime/clock';
import { describeError } from '../runtime/error';
import { toBatch } from './batch';
import { consumerEvents, type ConsumerInstrumentation } from './consumer-events';
import type {
  Batch,
  ConsumerRunConfig,
  EachBatchHandler,
  EachMessageHandler,
} from './consumer-types';
import { KafkaJSError, KafkaJSProtocolError } from './errors';
import type { Logger } from './logger';
import { offsetsToCommit } from './offset-checks';
import { byTopic } from './offset-progress';

/** What a batch needs of the run that it belongs to. */
export interface PartitionWork {
  isRunning(): boolean;
  /** Whether the partition was sought or taken away since the batch began. */
  isStale(): boolean;
  isPaused(): boolean;
  /** Whether the group wants the partition back. */
  mustYield(): boolean;
  /** Everything before this offset is finished. */
  resolve(next: number): void;
  /** Commits what is resolved, if that is done automatically. */
  autoCommit(): Promise<void>;
  /** Commits what is resolved, if the interval or the threshold says so. */
  commitIfDue(): Promise<void>;
  commit(offsets: readonly OffsetToCommit[]): Promise<void>;
  uncommitted(): OffsetToCommit[];
  /** Pauses the partition. @returns a function that resumes it */
  pause(): () => void;
}

interface Parts {
  readonly config: ConsumerRunConfig;
  readonly instrumentation: ConsumerInstrumentation;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** One batch on its way through the handlers of the program. */
export class BatchWork {
  private readonly batch: Batch;

  constructor(
    private readonly parts: Parts,
    private readonly source: ConsumerBatch,
    private readonly work: PartitionWork,
  ) {
    this.batch = toBatch(source);
  }

  /** @throws what a handler throws, unless it is that the group wants the partition back */
  async run(): Promise<void> {
    const { batch, parts } = this;
    const { eachBatch, eachMessage } = parts.config;
    const facts = {
      topic: batch.topic,
      partition: batch.partition,
      highWatermark: batch.highWatermark,
      offsetLag: batch.offsetLag(),
      offsetLagLow: batch.offsetLagLow(),
      batchSize: batch.messages.length,
      firstOffset: batch.firstOffset(),
      lastOffset: batch.lastOffset(),
    };
    const start = parts.clock.monotonic();
    parts.instrumentation.emit(consumerEvents.START_BATCH_PROCESS, facts);
    try {
      if (eachMessage) await this.messages(eachMessage);
      else if (eachBatch) await this.whole(eachBatch);
    } catch (error) {
      if (isRebalance(error)) return;
      const handler = eachMessage ? 'eachMessage' : 'eachBatch';
      if (!(error instanceof KafkaJSError)) {
        parts.logger.error(`Error when calling ${handler}`, {
          topic: batch.topic,
          partition: batch.partition,
          offset: String(this.source.firstOffset),
          error: describeError(error),
          stack: error instanceof Error ? error.stack : undefined,
        });
      }
      await this.work.autoCommit();
      throw error;
    }
    const duration = Math.round(parts.clock.monotonic() - start);
    parts.instrumentation.emit(consumerEvents.END_BATCH_PROCESS, { ...facts, duration });
  }

  private async messages(handle: EachMessageHandler): Promise<void> {
    const { batch, work, parts } = this;
    const { topic, partition } = batch;
    let handled = 0;
    for (const message of batch.messages) {
      // One message at least, so that there is progress whatever the group does.
      if (!work.isRunning() || work.isStale() || (handled > 0 && work.mustYield())) return;
      await handle({
        topic,
        partition,
        message,
        heartbeat: () => this.heartbeat(),
        pause: () => work.pause(),
      });
      handled++;
      work.resolve(Number(message.offset) + 1);
      if (parts.config.autoCommit !== false) await work.commitIfDue();
      if (work.isPaused() && handled < batch.messages.length) return;
    }
    work.resolve(this.source.nextOffset);
  }

  private async whole(handle: EachBatchHandler): Promise<void> {
    const { batch, source, work, parts } = this;
    await handle({
      batch,
      resolveOffset: (offset) => {
        const resolved = Number(offset);
        work.resolve(resolved === source.lastOffset ? source.nextOffset : resolved + 1);
      },
      heartbeat: () => this.heartbeat(),
      pause: () => work.pause(),
      commitOffsetsIfNecessary: (offsets) =>
        offsets ? work.commit(offsetsToCommit(offsets)) : work.commitIfDue(),
      uncommittedOffsets: () => ({ topics: byTopic(work.uncommitted()) }),
      isRunning: () => work.isRunning(),
      isStale: () => work.isStale(),
    });
    if (parts.config.eachBatchAutoResolve !== false) work.resolve(source.nextOffset);
  }

  /** Heartbeats go on by themselves. This tells the handler to hurry when the group rebalances. */
  private async heartbeat(): Promise<void> {
    if (!this.work.mustYield()) return;
    await this.work.autoCommit();
    throw new KafkaJSProtocolError({
      message: 'The group is rebalancing, so a rejoin is needed',
      type: 'REBALANCE_IN_PROGRESS',
      code: 27,
      retriable: false,
    });
  }
}

function isRebalance(error: unknown): boolean {
  return error instanceof KafkaJSProtocolError && error.type === 'REBALANCE_IN_PROGRESS';
}
