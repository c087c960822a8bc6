import type { ResolvedClientOptions } from '../network';
import { ProtocolError } from '../protocol/protocol-error';
import { backoffMs } from '../runtime/backoff';
import { describeError } from '../runtime/error';
import { somewhere, type BatchArrival } from './delivery';
import { DeliveryTimeoutError } from './delivery-timeout-error';
import type { PartitionQueue } from './partition-queue';
import { ProduceError } from './produce-error';
import { refusalText, responseFor, type ProduceResponse } from './produce-request';
import type { ProducerBatch } from './producer-batch';
import type { ProducerCounters } from './producer-metrics';
import type { ResolvedProducerOptions } from './producer-options';
import type { RecordAccumulator } from './record-accumulator';
import type { ProducerIdentity } from './producer-identity';
import { decideRetry } from './retry-decision';
import { decideSequence, mayBeAppended } from './sequence-decision';
import { uncertainDelivery } from './uncertain-delivery';

const noIdAdvice =
  'A producer is idempotent by default and needs a producer id for that. Bring the brokers up to ' +
  'date, allow it IDEMPOTENT_WRITE, or set enableIdempotence to false.';

/** What others do about a failure. */
export interface OutcomeEvents {
  /** An error says that leaders may have moved. */
  onStaleMetadata(): void;
  /** An idempotent producer cannot go on under an identity, in no epoch. */
  onUselessId(identity: ProducerIdentity): void;
}

/**
 * What becomes of batches: delivered, put back for another attempt, split, failed. Batches given
 * as answered, delivered or failed are no longer in flight.
 */
export class BatchOutcomes {
  private stopped = false;

  constructor(
    private readonly accumulator: RecordAccumulator,
    private readonly options: ResolvedProducerOptions,
    private readonly counters: ProducerCounters,
    private readonly edges: Pick<ResolvedClientOptions, 'clock' | 'random' | 'logger'>,
    private readonly events: OutcomeEvents,
  ) {}

  /** A broker has answered the request that the batch was in. */
  answered(
    nodeId: number,
    queue: PartitionQueue,
    batch: ProducerBatch,
    response: ProduceResponse,
  ): void {
    const answer = responseFor(response, batch);
    if (answer?.errorCode === 0) {
      const { baseOffset, logAppendTimeMs: logAppendTime, logStartOffset } = answer;
      this.delivered(queue, batch, { baseOffset, logAppendTime, logStartOffset });
      return;
    }
    const error = answer
      ? ProtocolError.fromCode(answer.errorCode, refusalText(answer))
      : new ProtocolError('UNKNOWN_SERVER_ERROR', 'The broker left this partition unanswered.');
    if (error) this.failed(nodeId, queue, batch, error);
  }

  delivered(queue: PartitionQueue, batch: ProducerBatch, arrival: BatchArrival): void {
    queue.sequence.delivered(batch);
    queue.recover();
    if (batch.state !== 'settled') {
      this.counters.recordsDelivered += batch.recordCount;
      this.counters.bytesDelivered += batch.sizeInBytes;
      this.counters.batchesDelivered++;
      batch.deliver(arrival, this.onThrow);
    }
    this.release(queue, batch);
  }

  /** An attempt has failed; another one may follow. */
  failed(nodeId: number, queue: PartitionQueue, batch: ProducerBatch, error: Error): void {
    batch.lastError = error;
    // After a failure the socket may still hold the bytes.
    batch.recyclable = false;
    if (mayBeAppended(error)) batch.uncertain = true;
    if (batch.signature && this.sequenceFailed(nodeId, queue, batch, error)) return;
    const { next, refreshMetadata } = decideRetry(error, batch, this.options.retries);
    if (refreshMetadata && !this.stopped) this.events.onStaleMetadata();
    if (batch.state === 'settled' || this.stopped || next === 'fail') {
      this.end(queue, batch, new ProduceError(batch, error));
    } else if (next === 'split') {
      this.split(queue, batch);
    } else {
      this.repeat(nodeId, queue, batch, error);
    }
  }

  /**
   * Does what an idempotent producer has to do about an error that has to do with sequences.
   *
   * @returns false when the error is another one
   */
  private sequenceFailed(
    nodeId: number,
    queue: PartitionQueue,
    batch: ProducerBatch,
    error: Error,
  ): boolean {
    const { sequence } = queue;
    const attempt = { isCurrent: sequence.isCurrent(batch), isFirst: queue.isFirst(batch) };
    const decision = decideSequence(error, attempt);
    if (decision === undefined) return false;
    if (decision === 'delivered') {
      this.delivered(queue, batch, somewhere);
      return true;
    }
    if (decision !== 'wait') this.startAnew(queue, error, decision === 'new-id');
    const mustEnd = batch.state === 'settled' || this.stopped;
    if (mustEnd || batch.attempts > this.options.retries) {
      this.end(queue, batch, new ProduceError(batch, error));
    } else if (batch.uncertain && !sequence.isCurrent(batch)) {
      this.end(queue, batch, uncertainDelivery(batch));
    } else if (decision === 'wait') {
      queue.suffer(error, this.edges.clock.monotonic());
      queue.putBack([batch]);
    } else {
      this.repeat(nodeId, queue, batch, error);
    }
    return true;
  }

  /** Numbering starts anew in a partition: the broker waits for records that will not come. */
  private startAnew(queue: PartitionQueue, why: Error, withNewId = false): void {
    const { sequence, topic, partition } = queue;
    const { identity } = sequence;
    const next = withNewId ? undefined : sequence.startAnew();
    if (!next) {
      sequence.forgetIdentity();
      if (identity) this.events.onUselessId(identity);
    }
    this.edges.logger.warn(
      { event: 'producer-epoch-bumped', topic, partition, ...identity, next, err: why },
      `Sequences of ${topic}-${partition} start anew: ${describeError(why)}`,
    );
  }

  /** Sends a batch once more, after a while. */
  private repeat(nodeId: number, queue: PartitionQueue, batch: ProducerBatch, why: Error): void {
    const { retryBackoffMs, retryBackoffMaxMs } = this.options;
    const { clock, random } = this.edges;
    const now = clock.monotonic();
    queue.suffer(why, now);
    const backoff = { initialMs: retryBackoffMs, maxMs: retryBackoffMaxMs };
    queue.putBack([batch]);
    queue.failedAt = nodeId;
    queue.retryAt = now + backoffMs(backoff, batch.attempts - 1, random);
  }

  /**
   * There is no producer id to sign batches with.
   *
   * @param final whether all that wait for it fail
   */
  withoutId(error: Error, final: boolean): void {
    for (const queue of [...this.accumulator.active]) {
      if (queue.sequence.identity) continue;
      queue.suffer(error, this.edges.clock.monotonic());
      if (!final) continue;
      for (const batch of queue.takeOlderThan(Infinity)) {
        this.end(queue, batch, new ProduceError(batch, error, noIdAdvice));
      }
    }
  }

  /** Fails the batches of a partition whose `deliveryTimeoutMs` are over. */
  expire(queue: PartitionQueue, now: number): void {
    const { deliveryTimeoutMs } = this.options;
    const before = now - deliveryTimeoutMs;
    const late = (batch: ProducerBatch): Error => {
      const cause = queue.trouble?.error ?? batch.lastError;
      return new DeliveryTimeoutError(batch, deliveryTimeoutMs, cause);
    };
    // Their bytes stay with the socket until the request is over.
    for (const batch of queue.flyingOlderThan(before)) this.fail(batch, late(batch));
    for (const batch of queue.takeOlderThan(before)) this.end(queue, batch, late(batch));
  }

  /** Fails everything there is, and whatever is still to come back. */
  stop(error: Error): void {
    this.stopped = true;
    for (const queue of [...this.accumulator.active]) {
      for (const batch of queue.flyingOlderThan(Infinity)) this.fail(batch, error);
      for (const batch of queue.takeOlderThan(Infinity)) this.end(queue, batch, error);
    }
  }

  /**
   * Fails a batch that is not in flight. If its numbers are missing in the log now, the broker says
   * so when it gets the next batch.
   */
  end(queue: PartitionQueue, batch: ProducerBatch, error: Error): void {
    this.fail(batch, error);
    this.release(queue, batch);
  }

  private split(queue: PartitionQueue, batch: ProducerBatch): void {
    try {
      this.accumulator.split(queue, batch);
      this.accumulator.release(batch);
      this.counters.splits++;
    } catch (error) {
      this.end(queue, batch, new ProduceError(batch, error as Error));
    }
  }

  private fail(batch: ProducerBatch, error: Error): void {
    if (batch.state === 'settled') return;
    this.counters.recordsFailed += batch.recordCount;
    batch.fail(error, this.onThrow);
  }

  private release(queue: PartitionQueue, batch: ProducerBatch): void {
    this.accumulator.release(batch);
    if (!queue.isEmpty) return;
    queue.recover();
    this.accumulator.active.delete(queue);
  }

  private readonly onThrow = (thrown: unknown): void => {
    this.edges.logger.error(
      { event: 'delivery-callback-failed', err: thrown },
      `A delivery callback threw: ${describeError(thrown)}`,
    );
  };
}
