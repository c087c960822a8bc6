import { deferred } from '../runtime/deferred';

/** Waits until a number of things are over. */
export class FlushWaiter {
  private readonly done = deferred();
  private open = 1;

  /** One more thing to wait for. */
  add(): void {
    this.open++;
  }

  settle(): void {
    if (--this.open === 0) this.done.resolve();
  }

  /** Nothing more is added from outside; resolves when all is over. */
  wait(): Promise<void> {
    this.settle();
    return this.done.promise;
  }
}
