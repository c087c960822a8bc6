import type { DeliverySink } from './delivery';
import type { FlushWaiter } from './flush-waiter';
import type { ProducerMessage } from './producer-record';

/** Messages of one call that could not be put into batches at once. */
export interface WaitingSend {
  readonly messages: readonly ProducerMessage[];
  readonly sink: DeliverySink;
  /** Monotonic time at which it fails. */
  readonly deadline: number;
  /** Index of the first message that is not in a batch. */
  next: number;
  /** Whether metadata was asked for again because of a partition nobody knows. */
  refreshed: boolean;
  readonly flushes: FlushWaiter[];
}
