import type { ResolvedClientOptions } from '../network';
import { ProtocolError } from '../protocol/protocol-error';
import { backoffMs } from '../runtime/backoff';
import { describeError } from '../runtime/error';
import { DeliveryTimeoutError } from './delivery-timeout-error';
import type { PartitionQueue } from './partition-queue';
import { ProduceError } from './produce-error';
import { refusalText, responseFor, type ProduceResponse } from './produce-request';
import type { ProducerBatch } from './producer-batch';
import type { ProducerCounters } from './producer-metrics';
import type { ResolvedProducerOptions } from './producer-options';
import type { RecordAccumulator } from './record-accumulator';
import { decideRetry } from './retry-decision';

/**
 * What becomes of batches: delivered, put back for another attempt, split, failed. Batches given
 * as answered, delivered or failed are no longer in flight.
 */
export class BatchOutcomes {
  private stopped = false;

  /** @param onStaleMetadata told when an error says that leaders may have moved */
  constructor(
    private readonly accumulator: RecordAccumulator,
    private readonly options: ResolvedProducerOptions,
    private readonly counters: ProducerCounters,
    private readonly edges: Pick<ResolvedClientOptions, 'clock' | 'random' | 'logger'>,
    private readonly onStaleMetadata: () => void,
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
      this.delivered(queue, batch, answer.baseOffset, answer.logAppendTimeMs);
      return;
    }
    const error = answer
      ? ProtocolError.fromCode(answer.errorCode, refusalText(answer))
      : new ProtocolError('UNKNOWN_SERVER_ERROR', 'The broker left this partition unanswered.');
    if (error) this.failed(nodeId, queue, batch, error);
  }

  /** @param baseOffset -1 when unknown; `logAppendTime` likewise */
  delivered(
    queue: PartitionQueue,
    batch: ProducerBatch,
    baseOffset: number,
    logAppendTime: number,
  ): void {
    if (batch.state !== 'settled') {
      this.counters.recordsDelivered += batch.recordCount;
      this.counters.bytesDelivered += batch.sizeInBytes;
      this.counters.batchesDelivered++;
      batch.deliver(baseOffset, logAppendTime, this.onThrow);
    }
    this.release(queue, batch);
  }

  /** An attempt has failed; another one may follow. */
  failed(nodeId: number, queue: PartitionQueue, batch: ProducerBatch, error: Error): void {
    batch.lastError = error;
    // After a failure the socket may still hold the bytes.
    batch.recyclable = false;
    const { next, refreshMetadata } = decideRetry(error, batch, this.options.retries);
    if (refreshMetadata && !this.stopped) this.onStaleMetadata();
    if (batch.state === 'settled' || this.stopped || next === 'fail') {
      this.end(queue, batch, new ProduceError(batch, error));
    } else if (next === 'split') {
      this.split(queue, batch);
    } else {
      const { retryBackoffMs, retryBackoffMaxMs } = this.options;
      const { clock, random } = this.edges;
      const backoff = { initialMs: retryBackoffMs, maxMs: retryBackoffMaxMs };
      queue.putBack([batch]);
      queue.failedAt = nodeId;
      queue.retryAt = clock.monotonic() + backoffMs(backoff, batch.attempts - 1, random);
    }
  }

  /** Fails the batches of a partition whose `deliveryTimeoutMs` are over. */
  expire(queue: PartitionQueue, now: number): void {
    const { deliveryTimeoutMs } = this.options;
    const before = now - deliveryTimeoutMs;
    const late = (batch: ProducerBatch): Error =>
      new DeliveryTimeoutError(batch, deliveryTimeoutMs, batch.lastError);
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

  /** Fails a batch that is not in flight. */
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
    if (queue.isEmpty) this.accumulator.active.delete(queue);
  }

  private readonly onThrow = (thrown: unknown): void => {
    this.edges.logger.error(
      { event: 'delivery-callback-failed', err: thrown },
      `A delivery callback threw: ${describeError(thrown)}`,
    );
  };
}
