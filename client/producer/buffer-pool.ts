import type { RecordBatchBuilder } from '../records';

/** Share of the memory that must be free again before those who waited for memory go on. */
const resumeShare = 0.25;

/**
 * The memory of a producer's batches. It counts what batches hold and keeps the buffers of standard
 * size for the next ones.
 *
 * Once it is exhausted it stays closed until a quarter is free again: whoever waits then gets a
 * whole run of batches instead of one at a time.
 */
export class BufferPool {
  private used = 0;
  private closed = false;
  private readonly spare: RecordBatchBuilder[] = [];

  /**
   * @param totalBytes `bufferMemory`
   * @param standardBytes memory of a usual batch, and of each spare buffer
   * @param create makes the builder of a usual batch
   */
  constructor(
    readonly totalBytes: number,
    readonly standardBytes: number,
    private readonly create: () => RecordBatchBuilder,
  ) {}

  get availableBytes(): number {
    return this.totalBytes - this.used;
  }

  /** Whether somebody was refused and not enough came back since. */
  get exhausted(): boolean {
    return this.closed;
  }

  /** Takes memory for a batch of at least that size; a false answer closes the pool. */
  tryReserve(bytes: number): boolean {
    // An empty pool takes everything: the size of a record is limited elsewhere.
    if (this.closed || (this.used > 0 && this.used + bytes > this.totalBytes)) {
      this.closed = true;
      return false;
    }
    this.charge(bytes);
    return true;
  }

  /** Takes memory even if there is none, for what must not wait. */
  charge(bytes: number): void {
    this.used += bytes;
    while (this.spare.length > 0 && this.spare.length * this.standardBytes > this.availableBytes) {
      this.spare.pop();
    }
  }

  /** A builder for a usual batch, empty. Its memory must have been reserved. */
  takeBuilder(): RecordBatchBuilder {
    return this.spare.pop() ?? this.create();
  }

  release(bytes: number): void {
    this.used -= bytes;
  }

  /** Keeps a builder for another batch. Nobody may use its bytes any more. */
  recycle(builder: RecordBatchBuilder): void {
    if ((this.spare.length + 1) * this.standardBytes > this.availableBytes) return;
    builder.reset();
    this.spare.push(builder);
  }

  /**
   * Opens the pool again when enough is free.
   *
   * @param nothingComes whether no answer is awaited that could free more
   * @returns whether it is open
   */
  tryReopen(nothingComes: boolean): boolean {
    const enough = this.availableBytes >= this.totalBytes * resumeShare;
    if (enough || nothingComes) this.closed = false;
    return !this.closed;
  }
}
