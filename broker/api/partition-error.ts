import { ErrorCode } from '../../client/protocol/error-codes';
import { errorCodeOf, ProtocolError } from '../../client/protocol/protocol-error';
import { describeError, KafkaClassicError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';

/** An error as part of a response. */
export interface ResponseError {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export const NO_ERROR: ResponseError = { errorCode: ErrorCode.NONE, errorMessage: null };

/**
 * The error code and text for whatever was thrown. What nobody foresaw is logged: the client only
 * learns UNKNOWN_SERVER_ERROR.
 */
export function responseError(error: unknown, logger: Logger, api: string): ResponseError {
  const errorCode = errorCodeOf(error);
  if (errorCode === ErrorCode.UNKNOWN_SERVER_ERROR) {
    logger.error(
      { event: 'request-failed', api, error: describeError(error), stack: (error as Error)?.stack },
      `${api} failed unexpectedly.`,
    );
  }
  return { errorCode, errorMessage: textFor(error) };
}

/** Clients know the advice for Kafka's codes themselves; that of single errors only we can give. */
function textFor(error: unknown): string {
  if (error instanceof ProtocolError) return error.message;
  if (KafkaClassicError.is(error)) return `${error.message} ${error.advice}`.trim();
  return error instanceof Error ? error.message : String(error);
}
