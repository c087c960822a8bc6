import type { ErrorName } from '../protocol/error-codes';
import { ProtocolError } from '../protocol/protocol-error';
import { KafkaClassicError } from '../runtime/error';
import { ConnectionError, RequestTimeoutError, type Cluster } from '../network';
import { AdminError } from './admin-error';

/** What an attempt reports about its items. */
export interface Report<Item, Result> {
  done(item: Item, result: Result): void;
  failed(item: Item, error: Error): void;
  /**
   * As done or failed, by an error code from the wire.
   *
   * @param result taken when the code is 0
   */
  reply(item: Item, errorCode: number, message: string | null, result: () => Result): void;
}

export interface Attempt<Item, Result> {
  /** Those without an outcome yet. */
  readonly items: readonly Item[];
  readonly remainingMs: number;
  readonly report: Report<Item, Result>;
}

export interface SettleCall<Item, Result> {
  /** The step, as the beginning of a sentence: "Creating topics". */
  what: string;
  items: readonly Item[];
  /** What the item is called in errors. */
  nameOf: (item: Item) => string;
  timeoutMs?: number;
  /** Errors that are final here although they are retriable elsewhere. */
  final?: readonly ErrorName[];
  /**
   * What the item's error means when an earlier attempt may have succeeded unnoticed: a result
   * when it shows that it did.
   */
  alreadyDone?: (item: Item, error: Error) => Result | undefined;
  attempt: (attempt: Attempt<Item, Result>) => Promise<void>;
}

/**
 * Asks about several items at once and repeats for those whose error is retriable.
 *
 * @returns the results in the order of the items
 * @throws AdminError when some items fail; the error itself when the call as a whole does
 */
export async function settleEach<Item, Result>(
  cluster: Cluster,
  call: SettleCall<Item, Result>,
): Promise<Result[]> {
  const results = new Map<Item, Result>();
  const failures = new Map<Item, Error>();
  const uncertain = new Set<Item>();
  const isFinal = (error: Error): boolean =>
    !KafkaClassicError.is(error) ||
    !error.retriable ||
    (call.final ?? []).some((code) => code === error.code);

  const once = async (remainingMs: number): Promise<void> => {
    const items = call.items.filter(
      (item) => !results.has(item) && !(failures.has(item) && isFinal(failures.get(item) as Error)),
    );
    if (items.length === 0) return;
    for (const item of items) failures.delete(item);
    const failed = (item: Item, error: Error): void => {
      const done = uncertain.has(item) ? call.alreadyDone?.(item, error) : undefined;
      if (done !== undefined) results.set(item, done);
      else failures.set(item, error);
      if (maybeApplied(error)) uncertain.add(item);
    };
    const done = (item: Item, result: Result): void => void results.set(item, result);
    const report: Report<Item, Result> = {
      done,
      failed,
      reply: (item, errorCode, message, result) => {
        const error = ProtocolError.fromCode(errorCode, message);
        if (error) failed(item, error);
        else done(item, result());
      },
    };
    try {
      await call.attempt({ items, remainingMs, report });
    } catch (error) {
      if (maybeApplied(error)) for (const item of items) uncertain.add(item);
      throw error;
    }
    for (const item of items) {
      if (results.has(item) || failures.has(item)) continue;
      failures.set(
        item,
        new ProtocolError('UNKNOWN_SERVER_ERROR', 'The broker did not answer it.'),
      );
    }
    const again = [...failures.values()].find((error) => !isFinal(error));
    if (again) throw again;
  };

  try {
    await cluster.retrying(call.what, (_attempt, remainingMs) => once(remainingMs), {
      timeoutMs: call.timeoutMs,
    });
  } catch (error) {
    if (results.size === 0 && failures.size === 0) throw error;
    for (const item of call.items) {
      if (!results.has(item) && !failures.has(item)) failures.set(item, error as Error);
    }
  }
  if (failures.size === 0) return call.items.map((item) => results.get(item) as Result);
  const named = <T>(map: Map<Item, T>): Map<string, T> =>
    new Map([...map].map(([item, value]) => [call.nameOf(item), value]));
  throw new AdminError(call.what, named(failures), named(results));
}

/** Whether the broker may have done what it was asked for in spite of the error. */
function maybeApplied(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof RequestTimeoutError) {
    return error.maybeSent;
  }
  return error instanceof ProtocolError && error.code === 'REQUEST_TIMED_OUT';
}
