import { LogStorageError } from './log-error';

/**
 * Whether a log directory can be used. `alive → full ⇄ alive` by free space; `→ failed` for good
 * (until the broker starts again) by the first I/O error.
 */
export class LogDirHealth {
  private error: unknown;
  private isFailed = false;
  private isFull = false;

  /** @param onFailed called once, when the directory fails */
  constructor(
    readonly path: string,
    private readonly onFailed: (error: unknown) => void = () => {},
    private readonly onFull: () => void = () => {},
  ) {}

  get failed(): boolean {
    return this.isFailed;
  }

  get failure(): unknown {
    return this.error;
  }

  get full(): boolean {
    return this.isFull;
  }

  fail(error: unknown): void {
    if (this.isFailed) return;
    this.isFailed = true;
    this.error = error;
    this.onFailed(error);
  }

  /** Free space is below, or again above, the watermark. */
  setFull(full: boolean): void {
    if (full && !this.isFull) {
      this.isFull = true;
      this.onFull();
    }
    this.isFull = full;
  }

  /** @throws LogStorageError when the directory has failed */
  assertAlive(): void {
    if (this.isFailed) throw this.failedError();
  }

  /** @throws LogStorageError when the directory has failed or is full */
  assertWritable(): void {
    this.assertAlive();
    if (this.isFull) throw this.fullError();
  }

  failedError(): LogStorageError {
    return new LogStorageError(
      `The log directory ${this.path} has failed.`,
      'Check the disk and the log of the broker; a restart brings a repaired directory back.',
      this.error,
    );
  }

  fullError(cause?: unknown): LogStorageError {
    return new LogStorageError(
      `The disk of the log directory ${this.path} is almost full; it takes no more records.`,
      'Free space on the disk or shorten retention; writing resumes by itself.',
      cause,
    );
  }
}
