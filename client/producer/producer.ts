import { ClientClosedError, type Cluster } from '../network';
import { ensureCodecsReady, type RecordBytes } from '../records';
import { Admission } from './admission';
import { CallbackDelivery, noDelivery, PromisedDelivery } from './delivery';
import { FlushWaiter } from './flush-waiter';
import { ProducerCounters, type ProducerMetrics } from './producer-metrics';
import { resolveProducerOptions, type ProducerOptions } from './producer-options';
import type {
  DeliveryCallback,
  DeliveryReport,
  ProduceOptions,
  RangeReport,
  SendRequest,
} from './producer-record';
import { RecordAccumulator } from './record-accumulator';
import { assertSendRequest } from './send-arguments';
import { RangeCall, SendCall } from './send-call';
import { Sender } from './sender';
import { within } from './within';

/** Options of {@link Producer.close}. */
export interface CloseOptions {
  /** Milliseconds for what is buffered to be delivered; the rest fails. Default: no limit. */
  timeout?: number;
}

/**
 * Sends records to topics. Records of all calls are gathered into batches per partition; a batch
 * leaves when it is full or `lingerMs` are over.
 *
 * What fails is repeated until `deliveryTimeoutMs`. By default the producer is idempotent: however
 * often a batch has to be repeated, its records are in the log once, and records of a partition keep
 * the order of the calls. A record reported as failed may be in the log nevertheless, unless the
 * broker has refused it; sent again by the application it may be there twice.
 *
 * With `enableIdempotence: false` a record whose acknowledgement was lost may be in the log twice, and
 * order has the exception told at `maxInFlightRequestsPerConnection`.
 *
 * Memory is bounded by `bufferMemory`: when it is full, calls wait up to `maxBlockMs`. Await the
 * promises, or {@link drained} when {@link produceCallback} says so, to keep what waits small.
 */
export class Producer {
  private readonly accumulator: RecordAccumulator;
  private readonly admission: Admission;
  private readonly sender: Sender;
  private readonly counters = new ProducerCounters();
  private readonly compressed: boolean;
  private readonly forget: () => void;
  private closing: Promise<void> | undefined;

  /**
   * @param cluster the producer's own: closed together with it
   * @throws ClientOptionsError
   */
  constructor(
    private readonly cluster: Cluster,
    options: ProducerOptions = {},
  ) {
    const resolved = resolveProducerOptions(options);
    const { clock, random } = cluster.options;
    this.compressed = resolved.compression !== 'none';
    this.accumulator = new RecordAccumulator(resolved, clock, random, (queue) =>
      this.sender.kick(queue),
    );
    this.admission = new Admission(cluster, this.accumulator, resolved, this.counters, () =>
      this.sender.wake(),
    );
    this.sender = new Sender(cluster, this.accumulator, resolved, this.counters, (inFlight) =>
      this.afterRun(inFlight),
    );
    this.forget = cluster.onMetadata((metadata) => {
      this.accumulator.learn(metadata);
      this.sender.wake();
    });
  }

  /**
   * Reaches a broker. Optional: the first record does it.
   *
   * @throws NoBrokerReachableError, RetriesExhaustedError
   */
  async connect(): Promise<void> {
    await Promise.all([this.cluster.connect(), this.compressed && ensureCodecsReady()]);
  }

  /**
   * Sends messages to a topic.
   *
   * @returns a report per message, in the order of the messages
   * @throws SendError when not all were delivered; it tells which and why
   * @throws ClientOptionsError without a topic or a list of messages
   */
  async send(request: SendRequest): Promise<DeliveryReport[]> {
    assertSendRequest(request);
    const { topic, messages } = request;
    const call = new SendCall(topic, messages.length);
    this.admission.send(topic, messages, call);
    return call.promise;
  }

  /**
   * As {@link send}, but answers with a report per run of messages that arrived together; the
   * fastest way for many small messages.
   *
   * @throws SendError
   */
  async sendBatch(request: SendRequest): Promise<RangeReport[]> {
    assertSendRequest(request);
    const { topic, messages } = request;
    const call = new RangeCall(topic, messages.length);
    this.admission.send(topic, messages, call);
    return call.promise;
  }

  /**
   * Sends one record.
   *
   * @throws ProduceError when the broker refuses it; DeliveryTimeoutError, BufferFullError,
   *   TopicMetadataError, InvalidRecordError, ClientClosedError
   */
  produce(
    topic: string,
    value: RecordBytes,
    key: RecordBytes = null,
    options?: ProduceOptions,
  ): Promise<DeliveryReport> {
    const delivery = new PromisedDelivery();
    this.admission.produce(topic, value, key, options, delivery);
    return delivery.promise;
  }

  /**
   * As {@link produce}, without a promise.
   *
   * @param onDelivery told later, never during the call; without it failures are only counted
   * @returns false when the caller should wait for {@link drained} before it produces more
   */
  produceCallback(
    topic: string,
    value: RecordBytes,
    key: RecordBytes = null,
    onDelivery?: DeliveryCallback,
    options?: ProduceOptions,
  ): boolean {
    const sink = onDelivery ? new CallbackDelivery(onDelivery) : noDelivery;
    this.admission.produce(topic, value, key, options, sink);
    return !this.admission.isCrowded;
  }

  /** Resolves when all records that wait now for metadata or memory are in batches. */
  drained(): Promise<void> {
    const waiter = new FlushWaiter();
    this.admission.attach(waiter);
    return waiter.wait();
  }

  /**
   * Sends everything at once that was produced before this call, and resolves when all of it was
   * delivered or has failed.
   */
  async flush(): Promise<void> {
    this.accumulator.flushing++;
    try {
      this.sender.wake();
      await this.drained();
      const waiter = new FlushWaiter();
      this.accumulator.attach(waiter);
      this.sender.wake();
      await waiter.wait();
      await nextTick();
    } finally {
      this.accumulator.flushing--;
    }
  }

  /** Flushes, fails what is not delivered within the timeout, and closes the connections. */
  close(options: CloseOptions = {}): Promise<void> {
    return (this.closing ??= this.shutDown(options));
  }

  /** Counts since the beginning, and what is buffered now. */
  metrics(): ProducerMetrics {
    const { pool, active } = this.accumulator;
    let recordsBuffered = 0;
    for (const queue of active) {
      for (const batch of queue.batches()) recordsBuffered += batch.recordCount;
    }
    return {
      ...this.counters,
      recordsBuffered,
      recordsWaiting: this.admission.recordsWaiting,
      requestsInFlight: this.sender.requestsInFlight,
      bufferTotalBytes: pool.totalBytes,
      bufferAvailableBytes: pool.availableBytes,
    };
  }

  private async shutDown({ timeout = Infinity }: CloseOptions): Promise<void> {
    this.admission.refuse(new ClientClosedError('The producer is closed.'));
    await within(this.flush(), timeout, this.cluster.options.clock);
    const late = new ClientClosedError(
      `The producer was closed before the record was delivered, after ${timeout} ms.`,
    );
    this.admission.stop(late);
    this.sender.stop(late);
    this.forget();
    await this.cluster.close();
    await nextTick();
  }

  private afterRun(inFlight: number): void {
    this.admission.time.expire();
    const { pool } = this.accumulator;
    if (pool.exhausted && pool.tryReopen(inFlight === 0)) this.admission.resume();
  }
}

/** Failures of records that were in no batch are told in a tick of their own; those go first. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
