import { deferred } from '../runtime/deferred';
import type { Cluster } from '../network';
import { ConcurrentRunLoop } from './concurrent-run-loop';
import type { ConsumerBatch } from './consumer-batch';
import { ConsumerCore } from './consumer-core';
import { ConsumerStateError } from './consumer-errors';
import { BatchIterator, RecordIterator } from './consumer-iterators';
import type { ConsumerOptions } from './consumer-options';
import type { ConsumerRecord } from './consumer-record';
import { RunLoop, type ConsumerHandlers } from './run-loop';
import type { ConsumerCloseOptions, RunOptions } from './run-options';
import { SubscribedConsumer } from './subscribed-consumer';

/**
 * Reads partitions: those that a group gives it, after `subscribe`, or those that the application
 * assigns itself, after `assign`.
 *
 * Records are fetched ahead from the moment of the assignment, within `maxBufferedBytes`, and
 * handed out by one of `poll`, `for await` over the consumer or over {@link batches}, or
 * {@link run}; one reader at a time. The position of a partition moves with what is handed out.
 *
 * Failures that pass are repeated silently (a log line tells): a leader that moved, a broker that is
 * away. What does not pass is thrown by whoever reads, and reading goes on when it is called again:
 * OffsetOutOfRangeError, LogTruncationError, UnreadableRecordsError, PartitionReadError.
 *
 * With a `groupId` positions begin where the group has got to, and are committed by themselves as
 * far as the application has finished: what `poll` or an iterator handed out is finished when the
 * next is asked for, what `run` handed out when the handler is done.
 */
export class Consumer extends SubscribedConsumer implements AsyncIterable<ConsumerRecord> {
  private closing: Promise<void> | undefined;

  /**
   * @param cluster closed together with the consumer: long polls want connections of their own
   * @throws ClientOptionsError
   */
  constructor(cluster: Cluster, options: ConsumerOptions = {}) {
    super(new ConsumerCore(cluster, options));
  }

  /**
   * Batches of records, `maxPollRecords` records at most: at once when something was fetched, else
   * as soon as something comes.
   *
   * @param timeoutMs longest wait in milliseconds. Default 1000
   * @returns an empty list when the time is over, or when the consumer was closed meanwhile
   * @throws the error of a partition, see above; WakeupError, ConsumerStateError,
   *   ClientClosedError
   */
  poll(timeoutMs = 1000): Promise<ConsumerBatch[]> {
    try {
      this.assertReadable();
      const batches = this.core.reader.takeBatches(this.core.options.maxPollRecords);
      return batches.length > 0 ? Promise.resolve(batches) : this.waitAndPoll(timeoutMs);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /**
   * All records, one after the other, until the consumer is closed. Leaving the loop closes
   * nothing: whoever reads next goes on with the next record.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<ConsumerRecord> {
    this.assertReadable();
    return new RecordIterator(this.core.reader);
  }

  /** All records, batch by batch as they were written, until the consumer is closed. */
  batches(): AsyncIterableIterator<ConsumerBatch> {
    this.assertReadable();
    return new BatchIterator(this.core.reader);
  }

  /**
   * Calls a handler with all that is read, and waits for it each time before it goes on with that
   * partition.
   *
   * @returns when the consumer was closed
   * @throws what the handler throws: the position is then before what it was given; what
   *   {@link poll} throws
   */
  async run(handlers: ConsumerHandlers & RunOptions): Promise<void> {
    this.assertReadable();
    const { partitionsConsumedConcurrently: limit = 1, autoCommit } = handlers;
    if (!Number.isInteger(limit) || limit < 1) {
      throw new ConsumerStateError(
        `partitionsConsumedConcurrently is ${limit}.`,
        'Give a whole number from 1 on.',
      );
    }
    if (this.core.running) {
      throw new ConsumerStateError('The consumer is running already.', 'Call run once.');
    }
    if (this.core.group && autoCommit !== undefined) this.core.group.autoCommit = autoCommit;
    const ended = (this.core.running = deferred());
    this.core.group?.onAsked();
    try {
      if (limit > 1) await new ConcurrentRunLoop(this.core.reader, limit).run(handlers);
      else await new RunLoop(this.core.reader, this.core.partitions).run(handlers);
    } catch (error) {
      this.core.emitter.emit('crash', { groupId: this.core.options.group?.groupId, error });
      throw error;
    } finally {
      this.core.running = undefined;
      this.core.reader.finish();
      ended.resolve();
      // What a failed handler gave back has to be fetched again.
      this.core.proceed();
    }
  }

  /** Makes the poll that waits, or else the next one, throw a WakeupError. */
  wakeup(): void {
    this.core.reader.wakeup();
  }

  /**
   * Stops fetching, wakes whoever waits and closes the connections. May be called twice.
   *
   * A consumer of a group first waits for the handlers of {@link run} (so it must not be waited for
   * inside of one), commits what is finished, and leaves; a static member stays for others to see
   * until its session ends. What the last poll handed out counts as finished only after another poll
   * or a {@link commit}.
   */
  close(options: ConsumerCloseOptions = {}): Promise<void> {
    this.closing ??= this.core.close(options.timeoutMs ?? 30_000);
    return this.closing;
  }

  private async waitAndPoll(timeoutMs: number): Promise<ConsumerBatch[]> {
    const { clock } = this.core.cluster.options;
    const end = clock.monotonic() + timeoutMs;
    for (;;) {
      const goesOn = await this.core.reader.wait(Math.max(0, end - clock.monotonic()));
      if (this.core.reader.closed) return [];
      const batches = this.core.reader.takeBatches(this.core.options.maxPollRecords);
      if (batches.length > 0 || !goesOn) return batches;
    }
  }

  private assertReadable(): void {
    this.core.reader.assertOpen();
    if (this.core.partitions.size > 0 || this.core.group?.isSubscribed) return;
    throw new ConsumerStateError(
      'Nothing is assigned to this consumer.',
      'Call subscribe or assign first.',
    );
  }
}
