import { KafkaClassicError } from '../runtime/error';

/** What can be told about a batch that failed. */
export interface FailedBatch {
  readonly topic: string;
  readonly partition: number;
  /** Requests it went out in. */
  readonly attempts: number;
}

/**
 * Records of one partition were refused, or failed in a way that repeating does not mend. `code`
 * is Kafka's name of the error, e.g. MESSAGE_TOO_LARGE or TOPIC_AUTHORIZATION_FAILED.
 */
export class ProduceError extends KafkaClassicError {
  readonly topic: string;
  readonly partition: number;
  readonly attempts: number;

  /** @param advice instead of the cause's */
  constructor({ topic, partition, attempts }: FailedBatch, cause: Error, advice?: string) {
    const known = KafkaClassicError.is(cause) ? cause : undefined;
    super(`${topic}-${partition}: ${cause.message}`, {
      code: known?.code ?? 'UNKNOWN_SERVER_ERROR',
      retriable: known?.retriable ?? false,
      advice: advice ?? known?.advice ?? '',
      cause,
    });
    this.topic = topic;
    this.partition = partition;
    this.attempts = attempts;
  }
}
