import { deferred, type Deferred } from '../../../client/runtime/deferred';

/** The cleaning was ended because its log is about to change. Nothing is lost; it starts anew later. */
export class CleaningAbortedError extends Error {
  constructor() {
    super('The log is about to change; its cleaning was ended.');
  }
}

/** The right to rewrite the closed segments of a log, until {@link Cleaning.finish}. */
export class Cleaning {
  private aborted = false;
  private readonly waiting: Deferred<void> = deferred();
  private readonly done: Deferred<void> = deferred();

  constructor(private readonly onFinish: () => void) {}

  /** Resolves when the cleaning is to end. */
  get abortion(): Promise<void> {
    return this.waiting.promise;
  }

  /** @throws CleaningAbortedError when somebody else wants the log */
  check(): void {
    if (this.aborted) throw new CleaningAbortedError();
  }

  /** Must be called whatever happens, when no file of the log is used any more. */
  finish(): void {
    this.onFinish();
    this.done.resolve();
  }

  /** Asks the cleaner to end; resolves when it has. */
  abort(): Promise<void> {
    this.aborted = true;
    this.waiting.resolve();
    return this.done.promise;
  }
}

/**
 * Keeps the cleaner and those who move the ends of a log apart: truncation, deletion and the end of
 * the broker make the cleaner let go and wait until it has; retention, which can wait, looks whether
 * the cleaner is at work.
 */
export class CleaningGate {
  private current: Cleaning | undefined;
  private holders = 0;

  /** Whether the cleaner is at work. */
  get isCleaning(): boolean {
    return this.current !== undefined;
  }

  /** @returns undefined while the log is cleaned already, or somebody holds it */
  begin(): Cleaning | undefined {
    if (this.current || this.holders > 0) return undefined;
    this.current = new Cleaning(() => (this.current = undefined));
    return this.current;
  }

  /** Runs a change without the cleaner: one at work is made to end first, none begins meanwhile. */
  async hold<T>(change: () => Promise<T>): Promise<T> {
    this.holders++;
    try {
      await this.current?.abort();
      return await change();
    } finally {
      this.holders--;
    }
  }
}
