import { describeError, KafkaClassicError } from '../runtime/error';

const NAMED_AT_MOST = 5;

/**
 * A call about several things did not succeed for all of them. Its code is that of the failures
 * when they agree, else `ADMIN_PARTIAL_FAILURE`; it is retriable when all of them are.
 */
export class AdminError extends KafkaClassicError {
  /** Why, by what: topics by name, partitions as `topic-partition`, configs by resource, brokers by id. */
  readonly failures: ReadonlyMap<string, Error>;
  /** What did succeed, by name; the values are what the call would have returned for them. */
  readonly succeeded: ReadonlyMap<string, unknown>;

  /** @param what the step, as the beginning of a sentence */
  constructor(
    what: string,
    failures: ReadonlyMap<string, Error>,
    succeeded: ReadonlyMap<string, unknown> = new Map(),
  ) {
    const errors = [...failures.values()].map((error) =>
      KafkaClassicError.is(error) ? error : undefined,
    );
    const codes = new Set(errors.map((error) => error?.code ?? 'UNKNOWN_SERVER_ERROR'));
    const [code] = codes;
    super(`${what} failed for ${summary(failures)}`, {
      code: codes.size === 1 ? code : 'ADMIN_PARTIAL_FAILURE',
      retriable: errors.every((error) => error?.retriable === true),
      advice:
        codes.size === 1 ? (errors[0]?.advice ?? '') : 'Each of the failures says what to do.',
      cause: [...failures.values()][0],
    });
    this.failures = failures;
    this.succeeded = succeeded;
  }
}

function summary(failures: ReadonlyMap<string, Error>): string {
  const named = [...failures]
    .slice(0, NAMED_AT_MOST)
    .map(([name, error]) => `${name} (${shortly(error)})`);
  const more = failures.size - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function shortly(error: Error): string {
  if (!KafkaClassicError.is(error)) return describeError(error);
  return `${error.code}: ${error.message.replace(/\.$/, '')}`;
}
