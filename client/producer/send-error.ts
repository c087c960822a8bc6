import { describeError, KafkaClassicError } from '../runtime/error';

/** A message of a call that was not delivered, as far as is known. */
export interface FailedMessage {
  /** Index in the messages of the call. */
  readonly index: number;
  readonly error: Error;
}

/**
 * Some messages of one `send` were not delivered. `code`, `retriable` and `advice` are those of the
 * first failure, which is also the cause.
 */
export class SendError<Report = unknown> extends KafkaClassicError {
  /** What failed, in the order of the messages. */
  readonly failed: readonly FailedMessage[];
  /** What was delivered nevertheless: as the call would have answered, without the failed ones. */
  readonly delivered: readonly Report[];

  constructor(
    topic: string,
    total: number,
    failed: readonly FailedMessage[],
    delivered: readonly Report[],
  ) {
    const { error } = failed[0];
    const known = KafkaClassicError.is(error) ? error : undefined;
    super(
      `${failed.length} of ${total} messages for topic "${topic}" were not delivered. ` +
        `The first: ${known ? known.message : describeError(error)}`,
      {
        code: known?.code ?? 'UNKNOWN_SERVER_ERROR',
        retriable: known?.retriable ?? false,
        advice: known?.advice ?? '',
        cause: error,
      },
    );
    this.failed = failed;
    this.delivered = delivered;
  }
}
