import { deferred } from '../../runtime/deferred';

/** Somebody who waits until his offsets are committed, each of them or a later one. */
export class CommitCall {
  private readonly done = deferred();
  private failure: unknown;
  private isOver = false;

  /** @param open offsets whose fate is not known */
  constructor(private open: number) {
    this.done.promise.catch(() => undefined);
    this.check();
  }

  /** @throws the first error */
  get promise(): Promise<void> {
    return this.done.promise;
  }

  /** One of the offsets is committed, or will not be. */
  settle(error?: unknown): void {
    this.open--;
    this.failure ??= error;
    this.check();
  }

  /** It is not waited for any longer. */
  giveUp(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.done.reject(error);
  }

  private check(): void {
    if (this.open > 0 || this.isOver) return;
    this.isOver = true;
    if (this.failure === undefined) this.done.resolve();
    else this.done.reject(this.failure);
  }
}
