import { KafkaClassicError } from '../runtime/error';
import { adviceFor } from './error-advice';
import { ErrorCode, errorFacts, type ClientAction, type ErrorName } from './error-codes';

/** An error with one of Kafka's codes: what a broker answers, and what rooms of the broker throw. */
export class ProtocolError extends KafkaClassicError {
  declare readonly code: ErrorName;
  /** Kafka's number. */
  readonly errorCode: number;
  /** What a client does next. */
  readonly action: ClientAction;

  /** @param message what happened; defaults to the text of the table */
  constructor(name: ErrorName, message?: string | null, cause?: unknown) {
    const facts = errorFacts(ErrorCode[name]);
    super(message || facts.text, {
      code: name,
      retriable: facts.retriable,
      advice: adviceFor(name, facts.action),
      cause,
    });
    this.errorCode = facts.code;
    this.action = facts.action;
  }

  /** The error for a code from the wire, or undefined for 0. */
  static fromCode(code: number, message?: string | null): ProtocolError | undefined {
    return code === 0 ? undefined : new ProtocolError(errorFacts(code).name, message);
  }
}

/** The code to answer with for whatever was thrown. */
export function errorCodeOf(error: unknown): number {
  if (error instanceof ProtocolError) return error.errorCode;
  if (KafkaClassicError.is(error) && error.code in ErrorCode) {
    return ErrorCode[error.code as ErrorName];
  }
  return ErrorCode.UNKNOWN_SERVER_ERROR;
}
