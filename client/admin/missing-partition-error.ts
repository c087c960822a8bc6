import { KafkaClassicError } from '../runtime/error';

/**
 * The cluster's metadata knows no such topic or partition. Code `UNKNOWN_TOPIC_OR_PARTITION`, but
 * not retriable: a leader that does not know a partition may have lost it to another broker, whereas
 * here nobody has it.
 */
export class MissingPartitionError extends KafkaClassicError {
  constructor(message: string) {
    super(message, {
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      retriable: false,
      advice: 'Check the name and the number, or create it.',
    });
  }
}
