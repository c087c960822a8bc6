import { deferred } from '../../client/runtime/deferred';
import type { Logger } from '../../client/runtime/logger';

type Fields = Record<string, unknown>;

/** A logger that keeps what it is told, so that a test can wait for an event by its name. */
export class EventLog implements Logger {
  readonly entries: Fields[] = [];
  private waiting: { event: string; found: (fields: Fields) => void }[] = [];

  /** How often an event was logged. */
  count(event: string): number {
    return this.entries.filter((entry) => entry['event'] === event).length;
  }

  /** The next occurrence from now on. */
  next(event: string): Promise<Fields> {
    const { promise, resolve } = deferred<Fields>();
    this.waiting.push({ event, found: resolve });
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
