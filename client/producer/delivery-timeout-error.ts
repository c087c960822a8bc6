import { describeError, KafkaClassicError } from '../runtime/error';
import type { FailedBatch } from './produce-error';

/**
 * Records were not acknowledged within `deliveryTimeoutMs`. Code `DELIVERY_TIMED_OUT`, retriable.
 * When they were sent at least once, they may be in the log nevertheless.
 */
export class DeliveryTimeoutError extends KafkaClassicError {
  readonly topic: string;
  readonly partition: number;
  readonly attempts: number;

  constructor(
    { topic, partition, attempts }: FailedBatch,
    timeoutMs: number,
    cause: Error | undefined,
  ) {
    const times = attempts === 1 ? 'once' : `${attempts} times`;
    const sent = attempts === 0 ? 'It was never sent.' : `It was sent ${times}.`;
    const last = cause ? ` The last time: ${describeError(cause)}` : '';
    super(
      `${topic}-${partition}: a batch was not acknowledged within ${timeoutMs} ms. ${sent}${last}`,
      {
        code: 'DELIVERY_TIMED_OUT',
        retriable: true,
        advice: cause
          ? 'If that goes away by itself, raise deliveryTimeoutMs.'
          : 'Look whether the brokers run and are not overloaded, or raise deliveryTimeoutMs.',
        cause,
      },
    );
    this.topic = topic;
    this.partition = partition;
    this.attempts = attempts;
  }
}
