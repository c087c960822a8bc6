import { describeError, KafkaClassicError } from '../runtime/error';

/** The partitions of a topic could not be learned. The record was not sent. */
export class TopicMetadataError extends KafkaClassicError {
  readonly topic: string;

  /** @param cause why not: its code, retriable and advice are taken over if it has them */
  constructor(topic: string, waitedMs: number, cause: unknown) {
    const known = KafkaClassicError.is(cause) ? rootOf(cause) : undefined;
    super(
      `No metadata for topic "${topic}" after ${Math.round(waitedMs)} ms: ${known?.message ?? describeError(cause)}`,
      {
        code: known?.code ?? 'UNKNOWN_SERVER_ERROR',
        retriable: known?.retriable ?? false,
        advice: known?.advice ?? '',
        cause,
      },
    );
    this.topic = topic;
  }
}

/** What the last attempt of a repeated call ended with. */
function rootOf(error: KafkaClassicError): KafkaClassicError {
  const { cause } = error;
  return error.code === 'RETRIES_EXHAUSTED' && KafkaClassicError.is(cause) ? cause : error;
}
