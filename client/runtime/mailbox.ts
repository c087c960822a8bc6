import { deferred, type Deferred } from './deferred';

/**
 * The queue of a stateful actor: events are handled one at a time and to their end, in the order
 * they came, so that the actor's state needs no locks and no `await` lets another event in.
 *
 * Model: Kafka's ControllerEventManager.
 */
export class Mailbox<E> {
  private queue: E[] = [];
  private handling = false;
  private quiet: Deferred<void> | undefined;

  /**
   * @param handle does one event
   * @param onError told of what a handler throws; the mailbox goes on with the next event
   */
  constructor(
    private readonly handle: (event: E) => void | Promise<void>,
    private readonly onError: (error: unknown, event: E) => void,
  ) {}

  /** Events that wait. */
  get size(): number {
    return this.queue.length;
  }

  put(event: E): void {
    this.queue.push(event);
    if (!this.handling) void this.work();
  }

  /** Drops whatever waits and puts this event first; returns what was dropped. */
  clearAndPut(event: E): E[] {
    const dropped = this.queue;
    this.queue = [];
    this.put(event);
    return dropped;
  }

  /** Resolves when nothing is handled and nothing waits. */
  idle(): Promise<void> {
    if (!this.handling) return Promise.resolve();
    this.quiet ??= deferred();
    return this.quiet.promise;
  }

  private async work(): Promise<void> {
    this.handling = true;
    for (let event = this.queue.shift(); event !== undefined; event = this.queue.shift()) {
      try {
        await this.handle(event);
      } catch (error) {
        this.onError(error, event);
      }
    }
    this.handling = false;
    this.quiet?.resolve();
    this.quiet = undefined;
  }
}
