import { types } from 'node:util';

/** What every error of this project can tell. */
export interface ErrorFacts {
  /** Stable name of the failure, e.g. `NOT_LEADER_OR_FOLLOWER` or `INVALID_CONFIG`. */
  code: string;
  /** Whether the same call may succeed when simply repeated. */
  retriable: boolean;
  /** What the reader should do next, as a sentence. */
  advice: string;
  cause?: unknown;
}

/**
 * The root of all error classes. Branded by a registered symbol so that two copies of the package
 * in one process recognise each other's errors.
 */
export class KafkaClassicError extends Error {
  private static readonly brand = Symbol.for('kafka-classic.error');
  readonly code: string;
  readonly retriable: boolean;
  readonly advice: string;

  constructor(message: string, facts: ErrorFacts) {
    super(message, { cause: facts.cause });
    this.name = new.target.name;
    this.code = facts.code;
    this.retriable = facts.retriable;
    this.advice = facts.advice;
    Object.defineProperty(this, KafkaClassicError.brand, { value: true });
  }

  static is(value: unknown): value is KafkaClassicError {
    return (
      typeof value === 'object' &&
      value !== null &&
      (value as Record<symbol, unknown>)[KafkaClassicError.brand] === true
    );
  }
}

/**
 * A one-line text for logs and terminals, whatever was thrown. An error without a message that
 * stands for several is described by those: Node throws such an AggregateError when a name has
 * several addresses and none can be connected to.
 */
export function describeError(error: unknown): string {
  if (KafkaClassicError.is(error)) return `${error.code}: ${error.message} ${error.advice}`.trim();
  if (!(error instanceof Error || types.isNativeError(error))) return String(error);
  if (error.message !== '') return error.message;
  const { errors } = error as Partial<AggregateError>;
  return errors?.length ? errors.map(describeError).join(', ') : error.name;
}
