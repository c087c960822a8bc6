import { deferred } from '../../client/runtime/deferred';
import type { Logger } from '../../client/runtime/logger';

/** Long for a busy machine, and shorter than a test may take: its message says what was missing. */
const WAIT_MS = 60_000;

type Fields = Record<string, unknown>;

/** A logger that keeps what it is told, so that a test can wait for an event by its name. */
export class EventLog implements Logger {
  readonly entries: Fields[] = [];
  private waiting: { event: string; found: (fields: Fields) => void }[] = [];

  /** How often an event was logged. */
  count(event: string): number {
    return this.entries.filter((entry) => entry['event'] === event).length;
  }

  /** The next occurrence from now on. Rejects with what was logged instead when a minute is over. */
  next(event: string): Promise<Fields> {
    const { promise, resolve, reject } = deferred<Fields>();
    const limit = setTimeout(() => {
      const last = this.entries.slice(-20).map((entry) => JSON.stringify(entry));
      reject(new Error(`No ${event} in ${WAIT_MS} ms. The last entries:\n${last.join('\n')}`));
    }, WAIT_MS);
    limit.unref();
    const found = (fields: Fields): void => {
      clearTimeout(limit);
      resolve(fields);
    };
    this.waiting.push({ event, found });
    // Not everybody who wants to know still waits for it in the end.
    promise.catch(() => undefined);
    return promise;
  }

  debug(fields: object): void {
    this.keep(fields);
  }
  info(fields: object): void {
    this.keep(fields);
  }
  warn(fields: object): void {
    this.keep(fields);
  }
  error(fields: object): void {
    this.keep(fields);
  }
  child(): Logger {
    return this;
  }

  private keep(fields: object): void {
    const entry = fields as Fields;
    this.entries.push(entry);
    const { event } = entry;
    const found = this.waiting.filter((waiter) => waiter.event === event);
    this.waiting = this.waiting.filter((waiter) => waiter.event !== event);
    for (const waiter of found) waiter.found(entry);
  }
}
