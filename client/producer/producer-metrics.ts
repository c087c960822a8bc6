/** What a producer has done so far, and what it holds at the moment. */
export interface ProducerMetrics {
  /** Records acknowledged (with acks 0: handed to the socket). */
  readonly recordsDelivered: number;
  readonly recordsFailed: number;
  /** Bytes of the batches delivered, after compression. */
  readonly bytesDelivered: number;
  readonly batchesDelivered: number;
  /** Produce requests sent, repetitions included. */
  readonly requests: number;
  /** Batches that were sent again. */
  readonly retries: number;
  /** Batches that were split because the broker found them too large. */
  readonly splits: number;
  /** Records in batches that are not yet acknowledged. */
  readonly recordsBuffered: number;
  /** Records that wait for metadata or for memory. */
  readonly recordsWaiting: number;
  readonly requestsInFlight: number;
  readonly bufferTotalBytes: number;
  readonly bufferAvailableBytes: number;
}

/** The counting part of {@link ProducerMetrics}. */
export class ProducerCounters {
  recordsDelivered = 0;
  recordsFailed = 0;
  bytesDelivered = 0;
  batchesDelivered = 0;
  requests = 0;
  retries = 0;
  splits = 0;
}
