/** A connection that waits for its turn. */
export interface BudgetWaiter {
  /** What was waited for may be possible now; told once per {@link RequestBudget.wait}. */
  onTurn(): void;
}

/** What a connection waits for: to take a request, to read one to its end, to begin one. */
export type Want = 'take' | 'finish' | 'begin';

/**
 * Bounds the bytes of requests over all connections (`queued.max.request.bytes`): of those in the
 * works, which are held until they are answered, and of those that are still arriving.
 *
 * - A request is taken while those in the works are below the limit.
 * - Bytes are read while both together are below the limit.
 * - What is above the limit because of half-arrived requests could never sink if none of them might
 *   be read to its end. So one connection at a time may, in the order of asking, while those in the
 *   works are below the limit.
 *
 * Those in the works thus exceed the limit by one request at most, and both together stay below
 * twice the limit and two requests.
 */
export class RequestBudget {
  private held = 0;
  private arriving = 0;
  private finisher: BudgetWaiter | undefined;
  private readonly waiting: Readonly<Record<Want, Set<BudgetWaiter>>> = {
    take: new Set(),
    finish: new Set(),
    begin: new Set(),
  };

  /** @param limitBytes not above 0: no bound */
  constructor(private readonly limitBytes: number) {}

  /** Bytes of requests that are taken and not answered yet. */
  get heldBytes(): number {
    return this.held;
  }

  /** Bytes counted of requests that are not taken yet. */
  get arrivingBytes(): number {
    return this.arriving;
  }

  /** Whether no more should be taken. The last request taken may have gone over the limit. */
  get spent(): boolean {
    return this.limitBytes > 0 && this.held >= this.limitBytes;
  }

  /** Whether no more should be read. */
  get exhausted(): boolean {
    return this.limitBytes > 0 && this.held + this.arriving >= this.limitBytes;
  }

  take(bytes: number): void {
    this.held += bytes;
  }

  give(bytes: number): void {
    this.held -= bytes;
    this.wake();
  }

  /** @param bytes by how much more arrives than before, or less */
  arrive(bytes: number): void {
    this.arriving += bytes;
    if (bytes < 0) this.wake();
  }

  /** Whether this connection may read its request to the end though the budget is exhausted. */
  mayFinish(waiter: BudgetWaiter): boolean {
    if (this.spent) return false;
    this.finisher ??= waiter;
    return this.finisher === waiter;
  }

  /** Passes the right to finish on, if this connection has it. */
  finished(waiter: BudgetWaiter): void {
    if (this.finisher !== waiter) return;
    this.finisher = undefined;
    this.wake();
  }

  /** Tells the connection once when it may be its turn. */
  wait(waiter: BudgetWaiter, want: Want): void {
    this.waiting[want].add(waiter);
  }

  stopWaiting(waiter: BudgetWaiter): void {
    this.waiting.take.delete(waiter);
    this.waiting.finish.delete(waiter);
    this.waiting.begin.delete(waiter);
  }

  /** In order of waiting; what has begun goes before what has not. */
  private wake(): void {
    const { take, finish, begin } = this.waiting;
    if (take.size > 0 && !this.spent) wakeAll(take);
    if (finish.size === 0 && begin.size === 0) return;
    if (!this.exhausted) {
      wakeAll(finish);
      wakeAll(begin);
    } else if (finish.size > 0 && this.finisher === undefined && !this.spent) {
      const [next] = finish;
      this.finisher = next;
      finish.delete(next);
      next.onTurn();
    }
  }
}

/** They look for themselves whether there is still room when they come to it. */
function wakeAll(waiting: Set<BudgetWaiter>): void {
  for (const waiter of waiting) {
    waiting.delete(waiter);
    waiter.onTurn();
  }
}
